"""A package with a connector file of its own: what ``automate connectors new`` writes."""

from __future__ import annotations

from typing import Any

Json = Any


def starter(code: str) -> dict[str, Json]:
    """A document to begin with, where there is none: a service that has things."""
    thing = {"type": "object", "properties": {"id": {"type": "string", "readOnly": True}, "name": {"type": "string"}}}
    answer = {"description": "The thing.", "content": {"application/json": {"schema": thing}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": code, "version": "1", "description": "Describe the service here, or put its own document."},
        "servers": [{"url": f"https://{code.replace('_', '-').lower()}.example.com/v1"}],
        "security": [{"token": []}],
        "paths": {
            "/things/{id}": {"get": {
                "operationId": "get_thing", "summary": "Get a thing",
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
                "responses": {"200": answer},
            }},
            "/things": {"post": {
                "operationId": "create_thing", "summary": "Create a thing",
                "parameters": [{"name": "Idempotency-Key", "in": "header", "schema": {"type": "string"}}],
                "requestBody": {"required": True, "content": {"application/json": {
                    "schema": {**thing, "required": ["name"]},
                }}},
                "responses": {"201": answer},
            }},
        },
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    }


def files_of(code: str, file: str, text: str, document: str, document_text: str) -> dict[str, str]:
    """The package's files by their paths: the connector file `file` with `text`, the `document` that it is made of,
    tests that hold it to that, and an entry point."""
    package = module_of(code)
    return {
        "pyproject.toml": _PROJECT.format(
            code=code, package=package, distribution=package.replace("_", "-"), file=file
        ),
        "README.md": _README.format(code=code, package=package, file=file, document=document),
        f"{package}/__init__.py": f'"""The connector {code}: {file} beside this says all of it."""\n',
        f"{package}/{file}": text,
        f"tests/{document}": document_text,
        f"tests/test_{package}.py": _TEST.format(code=code, package=package, file=file, document=document),
    }


def module_of(code: str) -> str:
    """The package's name."""
    return f"automate_{code.replace('-', '_').lower()}"


_PROJECT = """\
[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[project]
name = "{distribution}"
version = "0.1.0"
description = "The connector {code} for Automate."
requires-python = ">=3.11"

[project.optional-dependencies]
test = ["automate[openapi]", "pytest>=9"]

[project.entry-points."automate.connectors"]
{code} = "{package}:{file}"

[tool.setuptools]
packages = ["{package}"]

[tool.setuptools.package-data]
{package} = ["*.yaml", "*.json"]

[tool.pytest.ini_options]
pythonpath = ["."]
"""

_README = """\
# {code}

`{package}/{file}` is the connector, made of `tests/{document}`.

- Install it where Automate runs: `pip install .` On a stage, name it in `connectors-requirements.txt`.
- After the document has changed: `automate connectors import tests/{document} --name {code} --into {package}`
- Test it, where Automate is installed with its extra `openapi`: `pytest`
"""

_TEST = """\
from pathlib import Path

from connectors.declared.loading import packaged
from connectors.testing.contract import check

HERE = Path(__file__).parent


def test_the_package_has_the_connector():
    assert packaged("{package}:{file}").code == "{code}"


def test_every_action_keeps_the_contract_of_the_document():
    check(HERE.parent / "{package}" / "{file}", HERE / "{document}")
"""
