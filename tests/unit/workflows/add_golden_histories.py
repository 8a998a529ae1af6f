"""Add today's golden histories of the samples' cases, where the newest ones differ; golden_histories.py says more."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "runtime"))  # the durable product that records them

from golden_histories import WORKFLOWS, add
from sample_cases import sample_cases

for sample in sample_cases():
    for dies in (False, True):
        added = add(sample, dies=dies)
        if added is not None:
            sys.stdout.write(f"{added.relative_to(WORKFLOWS.parent)}\n")
