"""Sensitive fields: where marked values are in an execution, from what a workflow marks and how its states copy it."""
