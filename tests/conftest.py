"""Hypothesis draws the same examples in every run, so that a red run is the change's doing.

``HYPOTHESIS_PROFILE=random`` draws others each time: `make test-full` does.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

_EASY = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}  # how busy the machine is decides nothing

settings.register_profile("same", derandomize=True, **_EASY)
settings.register_profile("random", **_EASY)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))
