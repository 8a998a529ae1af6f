"""Connector files as classes: of a folder, of an installed package. What was compiled to JSON needs no PyYAML.

A deployment's bundle has ``crm.yaml.json`` beside or instead of ``crm.yaml`` (infra_cdk.bundling).
"""

from __future__ import annotations

import importlib
import json
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from connectors.declared import ENDINGS
from connectors.declared.adapter import connector_class
from connectors.declared.form import ConnectorFile
from engine.errors import InvalidDocument

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from connectors.declared.adapter import DeclaredConnector

COMPILED = ".json"
"""What is put behind a file's whole name."""


def packaged(value: str) -> type[DeclaredConnector]:
    """The connector of an entry point ``package:crm.yaml``: the file lies in the package. Raises InvalidDocument, and
    whatever importing the package raises."""
    package, _, name = value.partition(":")
    return _class(files(package.strip()), name.strip())


def in_folder(path: Path) -> type[DeclaredConnector]:
    """The connector of a file. Raises InvalidDocument."""
    return _class(path.parent, path.name)


def _class(folder: Traversable, name: str) -> type[DeclaredConnector]:
    is_compiled = name.removesuffix(COMPILED).endswith(ENDINGS) and name.endswith(COMPILED)
    compiled = folder / (name if is_compiled else name + COMPILED)
    if compiled.is_file():  # it was checked when it was compiled
        return connector_class(ConnectorFile.model_validate(json.loads(compiled.read_text(encoding="utf-8"))))
    try:
        reading = importlib.import_module("connectors.declared.reading")  # by its name: no bundle of a worker has it
    except ImportError:
        raise InvalidDocument(
            f"{name} was not compiled, and this process reads compiled connector files only", where=name,
            advice="Deploy again: automate compiles the connector files that it bundles.",
        ) from None
    text = (folder / name).read_text(encoding="utf-8")
    file: ConnectorFile = reading.read_file(text, name)
    return connector_class(file)
