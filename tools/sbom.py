"""What the product is made of: ``python -m tools.sbom`` (`make sbom`) writes build/automate.cdx.json, CycloneDX 1.6.

One document over the three lock files. A package's scope says where it goes: `required` runs in the functions, or is in
the Studio's pages or builds them; `optional` develops or deploys. The same locks give the same bytes, so that two
releases can be compared: no time and no random serial number in it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tools.node import ROOT, Failed, Node, get_node

LOCK = ROOT / "infra_cdk" / "lambda-requirements.lock"
STUDIO, COMMAND = ROOT / "studio_static", ROOT

Json = Any


def main(arguments: Sequence[str]) -> int:
    """Write the file, or the one that is named. Exit status 1 where a tool failed."""
    written = Path(arguments[0]) if arguments else ROOT / "build" / "automate.cdx.json"
    try:
        node = get_node()
        made = document([python_components(LOCK), npm_components(node, STUDIO), npm_components(node, COMMAND)])
    except Failed as error:
        print(error, file=sys.stderr)
        return 1
    written.parent.mkdir(exist_ok=True)
    written.write_text(json.dumps(made, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(f"{len(made['components'])} packages in {written.relative_to(ROOT) if not arguments else written}")
    return 0


def document(sources: Iterable[list[Json]]) -> Json:
    """One bill of materials of several lists of components: each package once, `required` where any source says so."""
    merged: dict[str, Json] = {}
    for component in (item for source in sources for item in source):
        purl = component["purl"]
        if purl not in merged or component["scope"] == "required":
            merged[purl] = component
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    name, version = project["name"], project["version"]
    return {
        "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        "metadata": {"component": {
            "type": "application", "bom-ref": name, "name": name, "version": version,
            "licenses": [{"license": {"id": project["license"]}}],
        }},
        "components": [merged[purl] for purl in sorted(merged)],
        "dependencies": [{"ref": name, "dependsOn": sorted(merged)}, *({"ref": purl} for purl in sorted(merged))],
    }


def python_components(lock: Path) -> list[Json]:
    """cyclonedx-py over a lock file with hashes."""
    with tempfile.TemporaryDirectory() as folder:
        into = Path(folder) / "python.json"
        _run([
            sys.executable, "-m", "cyclonedx_py", "requirements", str(lock), "--output-reproducible",
            "--output-format=JSON", "--spec-version=1.6", f"--output-file={into}",
        ], ROOT, None)
        found = json.loads(into.read_text(encoding="utf-8"))["components"]
    wanted = ("type", "name", "version", "purl", "externalReferences")
    return [
        {name: item[name] for name in wanted if name in item} | {"bom-ref": item["purl"], "scope": "required"}
        for item in found
    ]


def npm_components(node: Node, folder: Path) -> list[Json]:
    """`npm sbom` over a folder's lock file, those for development included."""
    said = _run(
        [*node.npm, "sbom", "--package-lock-only", "--sbom-format=cyclonedx"], folder, node.environment()
    )
    return [_npm_component(item) for item in json.loads(said)["components"]]


def _npm_component(item: Json) -> Json:
    wanted = ("type", "name", "version", "purl", "hashes", "licenses")
    for_development = any(entry["name"] == "cdx:npm:package:development" for entry in item.get("properties", ()))
    return {name: item[name] for name in wanted if item.get(name)} | {
        "bom-ref": item["purl"], "scope": "optional" if for_development else "required",
    }


def _run(command: list[str], folder: Path, environment: dict[str, str] | None) -> str:
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    if done.returncode:
        raise Failed(f"{' '.join(command[1:4])} failed; `make sbom` installs it first.\n{done.stderr.strip()[-2000:]}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
