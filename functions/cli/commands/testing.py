"""The command that runs the cases of workflow files: by hand and in CI. Needs no data folder, and calls nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

import click

from engine.catalog.cases import Case
from engine.catalog.document import WorkflowDocument
from engine.errors import InvalidDefinition, InvalidDocument, NotFound
from engine.records import dataclass
from engine.testing.cases import CaseResult, cases_beside, run_case
from functions.app.case_check import told
from functions.app.routes.testing import case_shape
from functions.app.shapes.models_testing import CaseResult as Shape
from functions.cli.account import readable_cause
from functions.cli.commands.workflows import document_in, placed
from functions.cli.session import Json, read_file, session, write_file

_ENDINGS = (".json", ".yaml", ".yml")
_PASSED, _FAILED = "✓ passed", "✗ failed"


@dataclass(frozen=True, slots=True)
class _Tested:
    """One file's workflow and what became of its cases."""

    path: Path
    workflow: str
    results: Sequence[CaseResult]


@click.command("test")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--case", "names", multiple=True, metavar="NAME", help="Only this case; may be given several times.")
@click.option("--junit", metavar="FILE", help="Also write the results there as JUnit XML, for CI.")
def test_files(*, paths: tuple[str, ...], names: tuple[str, ...], junit: str | None) -> None:
    """Run the cases of workflow files, or of every file of a folder. Exit status 1 unless all pass.

    The cases are those in the document and those beside it in NAME/cases/*.json.
    """
    tested = [_run(path, names) for path in _files(paths)]
    results = [result for item in tested for result in item.results]
    unknown = sorted(set(names) - {result.name for result in results})
    if unknown:
        raise NotFound(f"no case is called {unknown[0]!r}", where="--case", advice="Without --case all are run.")
    if not results:
        raise InvalidDocument(
            "there is no case to run", where=", ".join(paths),
            advice="Write cases into the document, or save some in the Studio's Test tab.",
        )
    if junit is not None:
        write_file(junit, [_as_junit(tested)], option="--junit")
    passed = sum(result.passed for result in results)
    shape: Json = {"files": [_shape(item) for item in tested], "passed": passed, "failed": len(results) - passed}
    session().screen.show(shape, lambda: _print(tested, passed, len(results)))
    if passed < len(results):
        click.get_current_context().exit(1)


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


def _run(path: Path, names: Sequence[str]) -> _Tested:
    document, source = document_in(read_file(str(path)), str(path))
    cases = [case for case in cases_beside(path, document) if not names or case.name in names]
    try:
        return _Tested(path, document.name, [_result(document, case) for case in cases])
    except InvalidDefinition as error:
        raise placed(error, source, advice="Mend the file: nothing was run.") from None


def _result(document: WorkflowDocument, case: Case) -> CaseResult:
    return run_case(document, case, clock=session().screen.clock)


def _shape(tested: _Tested) -> dict[str, Json]:
    results: list[Shape] = [case_shape(result) for result in tested.results]
    return {
        "file": str(tested.path), "workflow": tested.workflow, "results": [item.model_dump() for item in results],
    }


def _print(tested: Sequence[_Tested], passed: int, count: int) -> None:
    session().screen.table(("WORKFLOW", "CASE", "RESULT", "ENDED", "TOOK"), [
        (item.workflow, result.name, _PASSED if result.passed else _FAILED, result.status, f"{result.ms:g} ms")
        for item in tested for result in item.results
    ], empty="")
    for item in tested:
        for result in item.results:
            if not result.passed:
                click.echo()
                click.echo(f"{item.workflow} {result.name} ({item.path})")
                for line in _why(result):
                    click.echo(f"  {line}")
    click.echo()
    click.echo(f"{passed} of {count} passed")


def _why(result: CaseResult) -> Iterator[str]:
    for difference in result.differences:
        yield told(difference)
    if result.error is not None:
        yield f"it ended with {result.error}: {readable_cause(result.cause)}"


def _as_junit(tested: Sequence[_Tested]) -> bytes:
    """The format that CI systems read: a testsuite a workflow, a testcase a case, times in seconds."""
    root = ET.Element("testsuites")
    for item in tested:
        failed = sum(not result.passed for result in item.results)
        suite = ET.SubElement(
            root, "testsuite", name=item.workflow, tests=str(len(item.results)), failures=str(failed)
        )
        for result in item.results:
            case = ET.SubElement(
                suite, "testcase", classname=item.workflow, name=result.name, time=f"{result.ms / 1000:.3f}"
            )
            if not result.passed:
                why = "\n".join(_why(result))
                ET.SubElement(case, "failure", message=why.partition("\n")[0]).text = why
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


COMMANDS = (test_files,)
