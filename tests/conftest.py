"""What holds for every test.

Hypothesis draws the same examples in every run, so that a red run is the change's doing.
``HYPOTHESIS_PROFILE=random`` draws others each time: `make test-full` does. ``AUTOMATE_COLD=1`` is cold.py's.
"""

from __future__ import annotations

import os

import cold
from hypothesis import HealthCheck, settings

if cold.COLD:
    cold.install()  # before any test imports the engine

_EASY = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}  # how busy the machine is decides nothing

settings.register_profile("same", derandomize=True, **_EASY)
settings.register_profile("random", **_EASY)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))
