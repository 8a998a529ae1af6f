"""Every call in every mode of one source of triggers: ``python -m tests.crash.whole schedule aws``.

`make test-full` draws 30 requests of each source on moto. This runs all of them, in the order that the seed draws, and
prints how far it is: runs, port calls, failures and seconds of CPU.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.crash.arriving import ARRIVING, arriving_campaign
from tests.crash.campaign import slice_of
from tests.crash.ruled import each_call

TOLD_EVERY = 50


def main() -> int:
    """Run them; 1 where one fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", choices=list(ARRIVING))
    parser.add_argument("family", choices=["memory", "sqlite", "aws"])
    given = parser.parse_args()
    calls = failed = 0
    with tempfile.TemporaryDirectory() as scratch, arriving_campaign(Path(scratch)) as campaign:
        found = list(each_call(campaign, given.source, given.family))
        for runs, spec in enumerate(slice_of(iter(found), len(found), given.source), 1):
            broken = campaign.run(spec)
            calls += len(campaign.last.calls)
            if broken:
                failed += 1
                _say(f"{spec}: {'; '.join(broken)}")
            if runs % TOLD_EVERY == 0 or runs == len(found):
                cpu = time.process_time()
                _say(f"{runs} of {len(found)} runs, {calls} calls, {failed} failed, {cpu:.0f} s of CPU")
    return 1 if failed else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
