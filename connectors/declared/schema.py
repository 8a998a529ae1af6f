"""The JSON Schema of connector files, for editors: ``python -m connectors.declared.schema`` writes it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from connectors.declared.form import ConnectorFile

PATH = Path("docs/connector.schema.json")


def json_schema() -> dict[str, Any]:
    """The schema of a connector file."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **ConnectorFile.model_json_schema(by_alias=True),
    }


def _main() -> None:
    """Write it to the path given, docs/connector.schema.json by default."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else PATH
    path.write_text(json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    _main()
