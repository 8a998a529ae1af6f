"""The account that a workflow leaves for: the names that things of ours have there."""

from __future__ import annotations

import re

from engine.errors import InvalidDocument
from engine.language.asl.resources import OWN_ARN
from engine.records import dataclass

_FUNCTION = re.compile(
    r"arn:(?P<partition>[a-z-]+):lambda:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):function:"
    r"automate-(?P<stage>[a-z][a-z0-9-]{0,19})-connector"
)
_OWN = re.compile(re.escape(OWN_ARN) + r"[^:]*:(?P<kind>stateMachine|activity):(?P<name>[^:]+)(:(?P<version>.+))?")


@dataclass(frozen=True, slots=True)
class Destination:
    """An account, a region and the stage of ours in it whose connector function is invoked."""

    partition: str
    region: str
    account: str
    stage: str

    @classmethod
    def of_function(cls, arn: str) -> Destination:
        """The account of a connector function. Raises InvalidDocument for an ARN that is none."""
        found = _FUNCTION.fullmatch(arn)
        if found is None:
            raise InvalidDocument(
                f"{arn} is not the ARN of a connector function", where="--connector-function",
                advice="It is the output ConnectorFunctionArn of the stack automate-STAGE-engine.",
            )
        return cls(found["partition"], found["region"], found["account"], found["stage"])

    @property
    def function(self) -> str:
        """The connector function's ARN."""
        return f"arn:{self.partition}:lambda:{self.region}:{self.account}:function:automate-{self.stage}-connector"

    def machine(self, name: str) -> str:
        """The ARN of the state machine that a workflow becomes."""
        return f"{self._states}:stateMachine:{name}"

    def activity(self, name: str) -> str:
        """The ARN of the activity of this name."""
        return f"{self._states}:activity:{name}"

    @property
    def _states(self) -> str:
        return f"arn:{self.partition}:states:{self.region}:{self.account}"


def own_name(kind: str, text: str) -> str | None:
    """The name in an ARN of ours, of a `kind` (``stateMachine`` or ``activity``); None for every other text."""
    found = _OWN.fullmatch(text)
    return found["name"] if found is not None and found["kind"] == kind else None
