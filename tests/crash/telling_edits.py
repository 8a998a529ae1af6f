"""Edits of the source of ends, alerts and folders, each of which breaks one rule: the runs of `telling` notice.

They are made and tried as those of tests/crash/edits.py.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.crash.campaign import Campaign
from tests.crash.editing import Edit
from tests.crash.edits import Edited
from tests.crash.faults import Faults, Spec
from tests.crash.ruled import calls_of

_ENDS = "engine.durable.triggering.ends"
_ALERTING = "engine.durable.triggering.alerting"



def _last_requests(campaign: Campaign) -> Iterator[Spec]:
    """On AWS, each refused once, the last ones first: they are who tells."""
    for number in reversed(range(len(campaign.reference("ends", "aws").calls))):
        yield Spec("ends", "aws", Faults({number: "throttled"}))


TELLING_EDITS: dict[str, Edited] = {
    "ends forgotten first": Edited(
        "an end is forgotten when it is told",
        Edit(
            _ENDS, "            listeners, done = self._listeners(), []\n",
            "            listeners, done = self._listeners(), []\n"
            "            ends.told([number for number, _ in page])\n",
        ),
        runs=calls_of("ends", "before", "after"),
    ),
    "a batch passed over": Edited(
        "a batch of the stream comes again until its ends are told",
        Edit(
            "functions.sweeper.ends", '                return str(record["dynamodb"]["SequenceNumber"])\n',
            "                continue\n",
        ),
        runs=_last_requests,
    ),
    "an end by its execution": Edited(
        "an end has a name of its own",
        Edit(_ENDS, "            end.id, end.key.id,\n", "            end.key.id, end.key.id,\n"),
        runs=calls_of("ends"),
    ),
    "told before it is sent": Edited(
        "an alert is written down as told when it is sent",
        Edit(
            _ALERTING, "        failed = self._send(spec, told, said, sending.name)\n",
            "        state = self._state(workflow, name)\n"
            "        self._states.change(replace(state, looked_at=self._clock.now(), spec=Group().text()))\n"
            "        failed = self._send(spec, told, said, sending.name)\n",
        ),
        runs=calls_of("ends", "before", "after"),
    ),
    "not taken and forgotten": Edited(
        "what is not taken is sent again",
        Edit(_ALERTING, "            return False\n", ""),
        runs=calls_of("ends"),
    ),
    "sent again by another name": Edited(
        "what is sent again has the name and the words of before",
        Edit(_ALERTING, "        failed = self._send(spec, told, said, sending.name)\n",
             '        failed = self._send(spec, told, said, f"{sending.name} {self._clock.now()}")\n'),
        runs=calls_of("ends"),
    ),
    "a file at first sight": Edited(
        "a file is whole when it has not changed for a while",
        Edit(
            "engine.durable.triggering.folders",
            "        if before is None or before[0] != seen.signature:\n",
            "        if before is None:\n",
        ),
        runs=calls_of("folder"),
    ),
    "a file by its path": Edited(
        "a file that is written anew is another",
        Edit("engine.triggers.folders", 'f"{path}#{seen.size}#{seen.modified_ns}"', 'path.rpartition("/")[0]'),
        runs=calls_of("folder"),
    ),
}
"""By name, as EDITS."""
