"""Cold mode: before every step the snapshot is encoded and decoded, and the definition compiled anew.

    AUTOMATE_COLD=1 python -m pytest      every test again, in which nothing survives in memory from step to step

What a worker that was just started knows is what the journal holds. A field that the codec forgets, or a state that
keeps something between two steps, breaks tests then; so does an assignment to a frozen fact (engine.records). `make
test-full` runs the suite so as well.
"""

from __future__ import annotations

import dataclasses
import json
import os
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from engine import records

COLD = os.environ.get("AUTOMATE_COLD") == "1"

if COLD:  # frozen at run time too: what assigns to a fact fails
    records.dataclass = dataclasses.dataclass

from engine.kernel import snapshot_codec  # noqa: E402
from engine.kernel import step as stepping  # noqa: E402
from engine.language.asl import compile as compiling  # noqa: E402
from engine.language.asl.model import Machine, Plan  # noqa: E402

REMEMBERED = 10_000
"""Machines of which the definition is remembered; older ones are used again as they are."""

class Cold:
    """Stands in for `compile_definition`, whose definitions it remembers, and for `step`."""

    def __init__(self, compile_definition: Callable[..., Plan], step: Callable[..., Any]) -> None:
        self._compile = compile_definition
        self._step = step
        self._origins: OrderedDict[int, tuple[Machine, Any]] = OrderedDict()  # by identity: machines have no hash

    def compile_definition(self, definition: Any, *, lazy: bool = False) -> Plan:
        """As the real one."""
        plan = self._compile(definition, lazy=lazy)
        for machine in plan.machines.values():
            self._origins[id(machine)] = (machine, definition)
        while len(self._origins) > REMEMBERED:
            self._origins.popitem(last=False)
        return plan

    def step(self, plan: Plan, snapshot: Any, stimuli: Any, **more: Any) -> Any:
        """As the real one would in a process that has just been started."""
        text = json.dumps(snapshot_codec.encode(snapshot))
        return self._step(self._fresh(plan), snapshot_codec.decode(json.loads(text)), stimuli, **more)

    def _fresh(self, plan: Plan) -> Plan:
        return replace(plan, machines={at: self._recompiled(machine) for at, machine in plan.machines.items()})

    def _recompiled(self, machine: Machine) -> Machine:
        known = self._origins.get(id(machine))
        return machine if known is None else self._compile(known[1], lazy=True).machines[machine.pointer]


def install() -> None:
    """From here on, for whoever imports the engine after this."""
    cold = Cold(compiling.compile_definition, stepping.step)
    compiling.compile_definition = cold.compile_definition  # type: ignore[assignment]
    stepping.step = cold.step  # type: ignore[assignment]
