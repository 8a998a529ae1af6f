"""make sbom: one bill of materials over every lock file. The whole of it needs the [audit] extra: make test-full."""

import json
import re
import subprocess
import sys

import pytest

from tests.support import patience
from tools import sbom

ROOT = sbom.ROOT


def component(purl, scope="required"):
    return {"type": "library", "name": "x", "version": "1", "purl": purl, "bom-ref": purl, "scope": scope}


def test_a_package_of_several_locks_is_there_once_and_required_where_any_needs_it():
    made = sbom.document([
        [component("pkg:npm/b@1", "optional"), component("pkg:npm/a@1")], [component("pkg:npm/b@1")],
        [component("pkg:npm/a@1", "optional")],
    ])
    assert [(item["purl"], item["scope"]) for item in made["components"]] == [
        ("pkg:npm/a@1", "required"), ("pkg:npm/b@1", "required"),
    ]
    assert made["dependencies"][0] == {"ref": "automate", "dependsOn": ["pkg:npm/a@1", "pkg:npm/b@1"]}


def locked():
    """Every (name, version) that a lock file of the product holds."""
    found = set()
    for line in sbom.LOCK.read_text().splitlines():
        if pinned := re.match(r"([A-Za-z0-9._-]+)==(\S+)", line):
            found.add((pinned[1], pinned[2]))
    for lock in (ROOT / "studio_static" / "package-lock.json", ROOT / "package-lock.json"):
        packages = json.loads(lock.read_text())["packages"]
        found |= {(place.rpartition("node_modules/")[2], item["version"]) for place, item in packages.items() if place}
    return found


def write(file):
    command = [sys.executable, "-m", "tools.sbom", str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=patience.SECONDS)
    assert done.returncode == 0, done.stderr
    return file.read_bytes()


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    return write(tmp_path_factory.mktemp("sbom") / "automate.cdx.json")


@pytest.mark.full
def test_every_locked_package_is_in_it_and_no_other(written):
    packages = {(item["name"], item["version"]) for item in json.loads(written)["components"]}
    assert packages == locked()
    assert len(packages) > 200


@pytest.mark.full
def test_what_the_functions_import_is_required_and_the_cdk_command_is_not(written):
    scopes = {item["name"]: item["scope"] for item in json.loads(written)["components"]}
    assert [scopes[name] for name in ("pydantic", "react", "aws-cdk", "vitest")] == [
        "required", "required", "optional", "optional",
    ]


@pytest.mark.full
def test_it_is_cyclonedx_and_the_same_bytes_each_time(written, tmp_path):
    from cyclonedx.schema import SchemaVersion  # noqa: PLC0415 - only where the [audit] extra is
    from cyclonedx.validation.json import JsonStrictValidator  # noqa: PLC0415

    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(written.decode()) is None
    assert write(tmp_path / "again.json") == written
