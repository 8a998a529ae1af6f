"""Every filter of a query that is listed in pages, found in the dataclass itself, so that a new one is tested too."""

from __future__ import annotations

import dataclasses
import typing

VALUES = {str: ("none-such",), float: (1.0, 1e11), int: (987_654_321,)}
"""By the type of a filter: values of which one at least means no row that a test wrote."""


def filters(query_class):
    """The names of its filters: all fields but the workspace, the page's own, and the order, which leaves none out."""
    names = [item.name for item in dataclasses.fields(query_class)]
    return [name for name in names if name not in ("workspace", "limit", "next_token", "order")]


def values(query_class, name):
    """Values of the filter `name` that differ from what the tests' rows hold."""
    hint = typing.get_type_hints(query_class)[name]
    (kind,) = {hint, *typing.get_args(hint)} & VALUES.keys()
    return VALUES[kind]
