"""What of an AWS account a stage hears: its setting `hears`, from which its rules and mappings are deployed.

    bus:default,bus:orders,queue:arn:aws:sqs:eu-central-1:111122223333:jobs,bucket:uploads

A place that is given none hears everything: on one machine `automate events put` feeds every kind.
"""

from __future__ import annotations

import re

from engine.errors import InvalidDocument
from engine.records import dataclass

MOST_CHARACTERS = 2000
"""It is a variable of the API function's environment, which has 4 KB for all."""

ENDS = "ends"
"""The entry for ends of the stage's own executions, which triggers and alerts hear."""

DEFAULT_BUS = "default"
"""Where AWS's own services put their events, S3 among them."""

_ARN = r"arn:aws[a-z-]*:{}:[a-z0-9-]+:[0-9]{{12}}:{}"
_KINDS = {
    "bus": (r"[A-Za-z0-9._/-]{1,256}", "the name of an event bus of this account"),
    "queue": (_ARN.format("sqs", r"[A-Za-z0-9_-]{1,80}"), "the ARN of an SQS queue"),
    "bucket": (r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "the name of a bucket"),
    "key": (_ARN.format("kms", r"key/[A-Za-z0-9-]+"), "the ARN of the KMS key that a queue is encrypted with"),
}


@dataclass(frozen=True, slots=True)
class Heard:
    """`queues` and `keys` are ARNs, buses and buckets names; each in the order in which it was written. `ends`: it
    hears how its executions end."""

    buses: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    buckets: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    ends: bool = False

    @classmethod
    def parse(cls, text: str) -> Heard:
        """What `text` lists, separated by commas. Raises InvalidDocument for an entry that will not do."""
        if len(text) > MOST_CHARACTERS:
            raise InvalidDocument(
                f"the list has {len(text):,} characters; at most {MOST_CHARACTERS:,} fit", where="hears",
                advice="Hear one bus, and let rules of the account put the events of others on it.",
            )
        found: dict[str, dict[str, None]] = {kind: {} for kind in _KINDS}
        for entry in (part.strip() for part in text.split(",")):
            if not entry or entry == ENDS:
                continue
            kind, _, name = entry.partition(":")
            shape, wanted = _KINDS.get(kind, ("", ""))
            if not shape or not re.fullmatch(shape, name):
                raise InvalidDocument(
                    f"{entry} will not do: {f'{kind} takes {wanted}' if shape else 'it is of no kind'}", where="hears",
                    advice="Write bus:NAME, queue:ARN, bucket:NAME, key:ARN or ends, separated by commas.",
                )
            found[kind][name] = None
        ends = ENDS in (part.strip() for part in text.split(","))
        return cls(tuple(found["bus"]), tuple(found["queue"]), tuple(found["bucket"]), tuple(found["key"]), ends)

    def __bool__(self) -> bool:
        """Whether something of the account arrives."""
        return bool(self.buses or self.queues or self.buckets)

    def hears_bus(self, name: str) -> bool:
        """Whether its events arrive."""
        return name in self.buses

    def hears_queue(self, arn: str) -> bool:
        """Whether its messages arrive."""
        return arn in self.queues

    def hears_bucket(self, name: str) -> bool:
        """Whether the objects arrive that are put into it."""
        return name in self.buckets or DEFAULT_BUS in self.buses
