"""Counts what executions cost on AWS: ``python -m tools.cost.count`` the units, ``python -m tools.cost.cpu`` the CPU."""
