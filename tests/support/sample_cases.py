"""The samples in workflows/, and their cases run on virtual time.

``python -m tests.support.sample_cases`` writes ``workflows/<name>/golden/<case>.events.json`` anew: read the
difference before committing it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.catalog.cases import Case
from engine.catalog.document import WorkflowDocument
from engine.catalog.files import read_document
from engine.testing.simulate import SimulationResult, simulate

WORKFLOWS = Path(__file__).parents[2] / "workflows"


@dataclass(frozen=True, slots=True)
class SampleCase:
    """A case of a sample, from its document or from its folder."""

    document: WorkflowDocument
    case: Case

    def __str__(self) -> str:
        return f"{self.document.name}-{self.case.name}"

    @property
    def golden(self) -> Path:
        """Where its expected history is."""
        return WORKFLOWS / self.document.name / "golden" / f"{self.case.name}.events.json"

    def run(self) -> SimulationResult:
        """Simulate it."""
        stubs = {
            resource: [stub.model_dump(exclude_unset=True) for stub in answers]
            for resource, answers in self.case.stubs.items()
        }
        return simulate(self.document.definition, self.case.input, stubs=stubs, type=self.document.kind)


def sample_files() -> list[Path]:
    """The samples' documents."""
    return sorted(WORKFLOWS.glob("*.json"))


def read_sample(path: Path) -> WorkflowDocument:
    """The document in `path`."""
    return read_document(path.read_bytes(), path.name)[0]


def sample_cases() -> Iterator[SampleCase]:
    """Every case of every sample."""
    for path in sample_files():
        document = read_sample(path)
        for case in document.cases:
            yield SampleCase(document, case)
        for file in sorted((WORKFLOWS / document.name / "cases").glob("*.json")):
            yield SampleCase(document, Case.model_validate(json.loads(file.read_bytes())))


def history(events: list[dict[str, Any]]) -> list[tuple[str, str | None]]:
    """Each event's type, with the state's name where the event gives one."""
    return [(event["type"], _state_name(event)) for event in events]


def _state_name(event: dict[str, Any]) -> str | None:
    for key in ("stateEnteredEventDetails", "stateExitedEventDetails"):
        if key in event:
            return event[key]["name"]
    return None


def golden_text(events: list[tuple[str, str | None]]) -> str:
    """The events as the golden file has them, one a line."""
    return "[\n" + ",\n".join(f"  {json.dumps(event)}" for event in events) + "\n]\n"


if __name__ == "__main__":
    for sample in sample_cases():
        sample.golden.write_text(golden_text(history(sample.run().events)), encoding="utf-8")
