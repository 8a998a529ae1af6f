"""Counts units (``python -m tools.cost.count``) and measures CPU (``python -m tools.cost.cpu``) for engine.cost."""
