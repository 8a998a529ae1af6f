"""From the journal to memory: a loaded execution becomes an Activation, its plan compiled once per definition."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from threading import Lock

from engine.durable import codec
from engine.durable.activation import Activation
from engine.durable.large_values import Values
from engine.durable.opening import opening, running_by
from engine.durable.retention import Retention
from engine.errors import StoreCorrupt
from engine.kernel.snapshot_codec import written_schema
from engine.language.asl.compile import compile_definition
from engine.language.asl.model import Plan
from engine.ports.journal import Header, Journal, Loaded
from engine.ports.published import Published, PublishedVersion

PLANS_KEPT = 256


class Activator:
    """Keeps the plans of the definitions it has met. Safe to share between threads. `confirmed_schema` is the setting
    AUTOMATE_SNAPSHOT_SCHEMA: raises InvalidDocument for one that this release does not write. `schema` is what is
    written by it. `retention` are the terms of what ends."""

    def __init__(
        self, journal: Journal, published: Published, new_nonce: Callable[[], str], *, confirmed_schema: int = 0,
        retention: Retention | None = None,
    ) -> None:
        self.schema = written_schema(confirmed_schema)
        self._retention = retention or Retention()
        self._journal = journal
        self._published = published
        self._new_nonce = new_nonce
        self._lock = Lock()
        self._plans: OrderedDict[tuple[str, str, int, str], tuple[PublishedVersion, Plan]] = OrderedDict()

    def activate(self, loaded: Loaded, *, onto: PublishedVersion | None = None) -> Activation:
        """The execution as its last segment left it, or as it begins; `onto`: as it goes on by another version. Raises
        StorageError, NotFound."""
        header, values = loaded.header, Values()
        if not loaded.segments:
            data = loaded.execution_input
            if data is None:
                data = self._journal.execution_input(header.key)
            if data is None:
                raise StoreCorrupt(f"the input of {header.key.id} is missing")
            snapshot = opening(header, data)
            input_bytes = len(data)
        else:
            bodies = (segment.body for segment in loaded.segments)
            snapshot, input_bytes = codec.decode_snapshot(bodies, values=values), 0
        header = running_by(header, snapshot)
        if onto is not None:
            header = replace(header, version=onto.number, definition_digest=onto.definition_digest)
        version, plan = self.plan_of(header)
        return Activation(
            header, version, plan, snapshot, nonce=self._new_nonce(), schema=self.schema, segments=loaded.segments,
            input_bytes=input_bytes, sizes=self._journal.sizes, retention=self._retention,
            values=values,
        )

    def version_of(self, header: Header) -> PublishedVersion:
        """The version by which the execution of this header runs. Raises NotFound."""
        return self.plan_of(header)[0]

    def plan_of(self, header: Header) -> tuple[PublishedVersion, Plan]:
        """The version that an execution runs, and its compiled plan. Raises NotFound."""
        machine = "" if header.parent is None else header.parent.machine
        wanted = (header.key.workspace, header.workflow, header.version, machine)
        with self._lock:
            known = self._plans.get(wanted)
            if known is not None:
                self._plans.move_to_end(wanted)
                return known
        version = self._published.numbered(*wanted[:3])
        plan = replace(compile_definition(version.definition), pins=version.pins)
        if machine:  # the executions of a Map Run walk its ItemProcessor, without the execution's time-out
            plan = Plan({**plan.machines, "": plan.machines[machine]}, pins=version.pins)
        with self._lock:
            self._plans[wanted] = (version, plan)
            if len(self._plans) > PLANS_KEPT:
                self._plans.popitem(last=False)
        return version, plan
