"""The command that runs the cases of workflow files: by hand and in CI. Needs no data folder, and calls nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

import click

from engine.errors import InvalidDocument, NotFound, UserError
from engine.records import dataclass
from engine.testing.cases import Difference, cases_beside
from engine.testing.recorded import case_of
from functions.app.case_check import passes_unanswered, told
from functions.cli.account import readable_cause
from functions.cli.client.client import Client, part
from functions.cli.files import Json, document_in, placed, read_file, write_file
from functions.cli.screen import indented
from functions.cli.session import session

_ENDINGS = (".json", ".yaml", ".yml")
_PASSED, _FAILED = "✓ passed", "✗ failed"


@dataclass(frozen=True, slots=True)
class _Tested:
    """One file's workflow and what became of its cases."""

    path: Path
    workflow: str
    results: Sequence[Json]


@click.command("test")
@click.argument("paths", nargs=-1, metavar="PATH...")
@click.option("--case", "names", multiple=True, metavar="NAME", help="Only this case; may be given several times.")
@click.option("--from", "execution", metavar="ID",
              help="Run nothing: print a case made of this execution, or fork, for NAME/cases/….json.")
@click.option("--junit", metavar="FILE", help="Also write the results there as JUnit XML, for CI.")
def test_files(*, paths: tuple[str, ...], names: tuple[str, ...], execution: str | None, junit: str | None) -> int:
    """Run the cases of workflow files, or of every file of a folder. Exit status 1 unless all pass.

    The cases are those in the document and those beside it in NAME/cases/*.json. One that passes although the workflow
    caught a call that had no stub is warned of; the exit status stays 0.
    """
    if (execution is None) == (not paths):
        raise click.UsageError("Give workflow files, or --from ID.")
    if execution is not None:
        _print_case(execution)
        return 0
    with session().client(folder=False) as api:
        tested = [_run(api, path, names) for path in _files(paths)]
    results = [result for item in tested for result in item.results]
    unknown = sorted(set(names) - {result["name"] for result in results})
    if unknown:
        raise NotFound(f"no case is called {unknown[0]!r}", where="--case", advice="Without --case all are run.")
    if not results:
        raise InvalidDocument(
            "there is no case to run", where=", ".join(paths),
            advice="Write cases into the document, or save some in the Studio's Test tab.",
        )
    if junit is not None:
        write_file(junit, [_as_junit(tested)], option="--junit")
    passed = sum(result["passed"] for result in results)
    files = [{"file": str(item.path), "workflow": item.workflow, "results": item.results} for item in tested]
    shape = {"files": files, "passed": passed, "failed": len(results) - passed}
    session().screen.show(shape, lambda: _print(tested, passed, len(results)))
    session().screen.warn([
        f"{item.path}: {passes_unanswered(result['name'], result['unanswered'])}"
        for item in tested for result in item.results if result["passed"] and result["unanswered"] is not None
    ])
    return 1 if passed < len(results) else 0


def _print_case(execution: str) -> None:
    with session().client() as api:
        found = api.whole(api.get(f"/executions/{part(execution)}"))
        events = api.events(execution)
    case = case_of(found, events)
    session().screen.show(case, lambda: click.echo(indented(case)))


def _files(paths: Sequence[str]) -> Iterator[Path]:
    """The files themselves, and of a folder those directly in it. Raises InvalidDocument for one without any."""
    for path in map(Path, paths):
        if not path.is_dir():
            yield path
            continue
        found = [item for item in sorted(path.iterdir()) if item.suffix in _ENDINGS and item.is_file()]
        if not found:
            raise InvalidDocument(f"{path} holds no workflow file", where=str(path), advice="Name a file.")
        yield from found


def _run(api: Client, path: Path, names: Sequence[str]) -> _Tested:
    document, source = document_in(read_file(str(path)), str(path))
    cases = [case for case in cases_beside(path, document) if not names or case.name in names]
    results: list[Json] = []
    try:
        for case in cases:  # one by one: what a request runs has to end within seconds
            given = {**document.as_written, "cases": [case.model_dump(exclude_unset=True)]}
            results += api.post("/cases/run", {"document": given})["results"]
    except UserError as error:
        raise placed(error, source, advice="Mend the file: nothing was run.") from None
    return _Tested(path, document.name, results)


def _print(tested: Sequence[_Tested], passed: int, count: int) -> None:
    session().screen.table(("WORKFLOW", "CASE", "RESULT", "ENDED", "TOOK"), [
        (item.workflow, result["name"], _PASSED if result["passed"] else _FAILED, result["status"],
         f"{result['ms']:g} ms")
        for item in tested for result in item.results
    ], empty="")
    for item in tested:
        for result in item.results:
            if not result["passed"]:
                click.echo()
                click.echo(f"{item.workflow} {result['name']} ({item.path})")
                for line in _why(result):
                    click.echo(f"  {line}")
    click.echo()
    click.echo(f"{passed} of {count} passed")


def _why(result: Json) -> Iterator[str]:
    for difference in result["differences"]:
        yield told(Difference(**difference))
    if result["error"] is not None:
        yield f"it ended with {result['error']}: {readable_cause(result['cause'])}"
    if result["unanswered"] is not None:
        yield f"{result['unanswered']} The workflow caught that."


def _as_junit(tested: Sequence[_Tested]) -> bytes:
    """The format that CI systems read: a testsuite a workflow, a testcase a case, times in seconds."""
    root = ET.Element("testsuites")
    for item in tested:
        failed = sum(not result["passed"] for result in item.results)
        suite = ET.SubElement(
            root, "testsuite", name=item.workflow, tests=str(len(item.results)), failures=str(failed)
        )
        for result in item.results:
            case = ET.SubElement(
                suite, "testcase", classname=item.workflow, name=result["name"], time=f"{result['ms'] / 1000:.3f}"
            )
            if not result["passed"]:
                why = "\n".join(_why(result))
                ET.SubElement(case, "failure", message=why.partition("\n")[0]).text = why
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


COMMANDS = (test_files,)
