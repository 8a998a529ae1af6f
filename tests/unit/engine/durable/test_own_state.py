"""What a worker keeps of an execution changes by the methods of the object that keeps it, and by nothing else."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import engine.durable

FOLDER = Path(engine.durable.__file__).parent
MODULES = [path for path in sorted(FOLDER.rglob("*.py")) if "views" not in path.parts]
"""`views` own nothing: they fill drafts that no other part sees."""

CHANGES = {
    "add", "append", "appendleft", "clear", "discard", "extend", "insert", "pop", "popitem", "popleft", "remove",
    "setdefault", "update", "difference_update", "intersection_update", "sort",
}
"""Methods by which Python's own collections change."""


def foreign(node):
    """Whether `node` is an attribute, or an item within one, of an object other than the method's own."""
    while isinstance(node, ast.Subscript):
        node = node.value
    return isinstance(node, ast.Attribute) and ast.unparse(node.value) not in ("self", "cls")


def targets(node):
    match node:
        case ast.Assign():
            return node.targets
        case ast.AugAssign() | ast.AnnAssign():
            return [node.target]
        case ast.Delete():
            return node.targets
        case ast.Call(func=ast.Attribute(value=changed, attr=name)) if name in CHANGES:
            return [changed]
        case ast.Call(func=ast.Name(id="setattr"), args=[changed, *_]):
            return [ast.Attribute(changed, "any")]
        case _:
            return []


def parts(target):
    return [item for part in target.elts for item in parts(part)] if isinstance(target, ast.Tuple) else [target]


def writes(source):
    """The lines of `source` that change what another object keeps."""
    return [
        f"{node.lineno}: {ast.unparse(target)}"
        for node in ast.walk(ast.parse(source)) for many in targets(node) for target in parts(many) if foreign(target)
    ]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_no_module_changes_what_another_object_keeps(path):
    assert writes(path.read_text()) == []


@pytest.mark.parametrize("line", [
    "owned.held = True", "owned.failures += 1", "owned.segment, owned.failures = None, 0", "del owned.segment",
    "activation.in_flight.discard(call)", "owned.answers.clear()", "self._admission.charged.add(key)",
    "activation.snapshot.frames[path] = frame", "owned.activation.consumed = []", "setattr(owned, 'held', True)",
    "self.activation.seq = 1",
])
def test_such_a_write_is_seen(line):
    assert writes(line)


@pytest.mark.parametrize("line", [
    "self.held = True", "self._owned[key] = owned", "self._owned.pop(key)", "found[key] = 1", "names.append(1)",
    "owned.hold(held=True)", "activation.consume(item)",
])
def test_a_write_to_ones_own_is_none(line):
    assert writes(line) == []
