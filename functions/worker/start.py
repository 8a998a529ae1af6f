"""Imported first by the handler: while its modules are imported no garbage is looked for. There is none, and looking
through 77,000 new objects again and again would be a fifteenth of a cold start's CPU (benchmarks/cold_start.py).
"""

from __future__ import annotations

import gc

gc.disable()


def imported() -> None:
    """All modules are there: collect from now on, and never look at them again."""
    gc.freeze()
    gc.enable()
