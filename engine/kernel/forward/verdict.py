"""What the check of another version says of one stopped execution."""

from __future__ import annotations

from dataclasses import replace

from engine.records import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """Something at one `place`: a JSON pointer into the new definition. `frame` is the path of the frame that it is
    about ("" for the outermost), `execution` the id of the child execution, each where it is about one."""

    place: str
    message: str
    frame: str | None = None
    execution: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`refusals`: it does not fit. `doubts`: it may not, and whoever runs it accepts that. `notes`: what is kept,
    begins anew or is dropped. `changed`: what differs in states that have run, whose effects stand as they were."""

    refusals: tuple[Finding, ...] = ()
    doubts: tuple[Finding, ...] = ()
    notes: tuple[Finding, ...] = ()
    changed: tuple[Finding, ...] = ()

    @property
    def fits(self) -> bool:
        """Whether nothing stands against it for sure."""
        return not self.refusals

    def joined(self, other: Verdict, *, execution: str = "") -> Verdict:
        """Both; what `other` says is about the child `execution`, except what differs: that is of all that ran it."""
        def named(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
            return tuple(replace(one, execution=execution) for one in findings)

        listed = {one.place for one in self.changed}
        return Verdict(
            self.refusals + named(other.refusals), self.doubts + named(other.doubts),
            self.notes + named(other.notes),
            self.changed + tuple(one for one in other.changed if one.place not in listed),
        )
