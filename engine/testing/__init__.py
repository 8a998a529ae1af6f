"""What users and we test workflows with: `simulate`, `test_state`, and definitions answered as AWS's API answers."""

from engine.language.asl.validate import validate as validate_definition
from engine.language.asl.validate import variable_references
from engine.testing.definitions import create_error, validation_result
from engine.testing.simulate import SimulationResult, simulate
from engine.testing.teststate.operation import test_state

__all__ = [
    "SimulationResult", "create_error", "simulate", "test_state", "validate_definition", "validation_result",
    "variable_references",
]
