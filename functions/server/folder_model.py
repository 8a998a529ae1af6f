"""The copilot's model that a data folder names: `automate copilot setup` writes it, the product of the folder reads it.

The environment comes first: where AUTOMATE_COPILOT_PROVIDER is set, the folder's file is not read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path

from engine.errors import InvalidDocument
from engine.settings import Settings

FILE = "copilot.json"
PROVIDER = "AUTOMATE_COPILOT_PROVIDER"
NAMES = ("copilot_provider", "copilot_model", "copilot_url", "copilot_secret", "copilot_tools")


def with_folder_model(settings: Settings, environment: Mapping[str, str]) -> Settings:
    """The settings with the model that the data folder names; as they are where it names none or the environment
    does. Raises InvalidDocument for a file that is no such choice."""
    path = Path(settings.data_dir) / FILE
    if environment.get(PROVIDER) or not path.is_file():
        return settings
    try:
        kept = json.loads(path.read_bytes())
        given = {name: str(kept[name]) for name in variables().values() if name == PROVIDER or name in kept}
    except (OSError, ValueError, KeyError, TypeError):
        raise InvalidDocument(
            f"{path} does not name a model", where=FILE,
            advice="Delete it, or run `automate copilot setup --remove` and `automate copilot setup`.",
        ) from None
    return with_model(settings, given)


def with_model(settings: Settings, given: Mapping[str, str]) -> Settings:
    """The settings with another model, which `given` names by the names of the environment. Raises InvalidDocument
    for a value that is out of form."""
    chosen = Settings.from_environment(given)
    return replace(settings, **{name: getattr(chosen, name) for name in NAMES})


def write_folder_model(data_dir: str, chosen: Mapping[str, str]) -> None:
    """Keep the model of a data folder, by the names of the environment; an empty mapping removes it."""
    path = Path(data_dir) / FILE
    if not chosen:
        path.unlink(missing_ok=True)
        return
    begun = path.with_suffix(".new")
    begun.write_text(json.dumps(dict(chosen), indent=2) + "\n", encoding="utf-8")
    begun.replace(path)


def variables() -> dict[str, str]:
    """The environment variable of each setting that names the model, by the setting's name."""
    return {item.name: item.metadata["env"] for item in fields(Settings) if item.name in NAMES}
