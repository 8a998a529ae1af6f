import json
from pathlib import Path

import pytest
import yaml

from connectors.declared.schema import PATH, json_schema
from engine.language.schema.library import validators

ROOT = Path(__file__).parents[4]
GUIDE = (ROOT / "docs" / "connector-files.md").read_text(encoding="utf-8")
SHOWN = [block.partition("```")[0] for block in GUIDE.split("```yaml\n")[1:]]


def test_the_schema_for_editors_is_current_and_a_schema():
    assert json.loads((ROOT / PATH).read_text(encoding="utf-8")) == json_schema(), f"python -m {json_schema.__module__}"
    validators.Draft202012Validator.check_schema(json_schema())


@pytest.mark.parametrize("text", [text for text in SHOWN if text.startswith("connector:")])
def test_what_the_guide_shows_fits_the_schema(text):
    validators.Draft202012Validator(json_schema()).validate(yaml.safe_load(text))
