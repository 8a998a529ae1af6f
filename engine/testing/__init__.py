"""What users and we test workflows with: `simulate`, and definitions answered as AWS's API answers."""

from engine.testing.definitions import create_error, validate_definition, validation_result, variable_references
from engine.testing.simulate import SimulationResult, simulate

__all__ = [
    "SimulationResult", "create_error", "simulate", "validate_definition", "validation_result", "variable_references",
]
