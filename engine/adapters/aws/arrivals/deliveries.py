"""What arrived at triggers, in DynamoDB: an item beside its workflow's others, which DynamoDB deletes by its time.

A start is a transaction of two puts, so that there is no time at which one is there without the other. It costs twice
what two puts do, which is less than a row that is put before and confirmed after, and needs nobody to tidy up.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from urllib.parse import quote

from engine.adapters import listing
from engine.adapters.aws import table
from engine.adapters.aws.blobs import S3Blobs
from engine.adapters.aws.bodies import OWN, body_of, with_text
from engine.adapters.aws.dynamo import ConditionFailed, Expression, Item, Key, Put, Table, Update
from engine.adapters.aws.items import started_sort
from engine.adapters.aws.journal import DynamoJournal
from engine.errors import StoreUnavailable
from engine.ports.deliveries import STARTED, AlreadyDelivered, Delivery, DeliveryPage, DeliveryQuery
from engine.ports.executions_index import ExecutionRow
from engine.ports.journal import Header
from engine.ports.keys import ExecutionKey

_DELIVERY = "D#"


class DynamoDeliveries:
    """engine.ports.deliveries.Deliveries. Bodies of more than 300 KB lie in `blobs`."""

    def __init__(self, stored: Table, blobs: S3Blobs, journal: DynamoJournal) -> None:
        self._table = stored
        self._blobs = blobs
        self._journal = journal

    def start(
        self, delivery: Delivery, header: Header, execution_input: bytes, row: ExecutionRow | None
    ) -> Header | None:
        """Journal.create and the delivery's item, in one transaction."""
        try:
            present = self._journal.create(header, execution_input, row, beside=self._put(delivery))
        except ConditionFailed:
            raise AlreadyDelivered(self._known(delivery)) from None
        known = None if present is None else self.get(delivery.key)
        if known is not None and known.outcome == STARTED:
            raise AlreadyDelivered(known)
        return present

    def put(self, delivery: Delivery) -> Delivery | None:
        """Write the item, unless there is that of a started one."""
        try:
            self._table.write(self._put(delivery))
        except ConditionFailed:
            return self._known(delivery)
        return None

    def _put(self, delivery: Delivery) -> Put:
        pk, sk = _key(delivery.key)
        item = {
            "pk": pk, "sk": sk, "trigger": delivery.trigger, "kind": delivery.kind, "version": delivery.version,
            "arrived_at": delivery.arrived_at, "outcome": delivery.outcome, "forget_at": delivery.forget_at,
            table.TTL_ATTRIBUTE: math.ceil(delivery.forget_at), "why": delivery.why or None,
            "source": delivery.source or None, "dedupe_key": delivery.dedupe_key, "body_digest": delivery.body_digest,
            "repeats": delivery.repeats, "differed": delivery.differed, "repeated_at": delivery.repeated_at,
            "replay_of": delivery.replay_of, **_place(delivery),
        }
        if delivery.body is not None:
            item = with_text(self._blobs, delivery.key.workspace, item, delivery.body, own=True)
        return Put(item, Expression(
            "attribute_not_exists(pk) OR outcome <> :started OR forget_at <= :now",
            {":started": STARTED, ":now": delivery.arrived_at},
        ))

    def _known(self, delivery: Delivery) -> Delivery:
        known = self.get(delivery.key)
        if known is None:
            raise StoreUnavailable(f"the delivery {delivery.key.id} changed meanwhile: try again")
        return known

    def repeated(self, key: ExecutionKey, at: float, *, differs: bool) -> None:
        """It arrived once more."""
        self._table.holds(Update(
            _key(key), "SET repeated_at = :at ADD repeats :one, differed :differs",
            Expression("attribute_exists(pk)", {":at": at, ":one": 1, ":differs": int(differs)}),
        ))

    def get(self, key: ExecutionKey) -> Delivery | None:
        """One of them."""
        item = self._table.get(_key(key))
        if item is None:
            return None
        body = body_of(self._blobs, key.workspace, item) if "body" in item or "body_ref" in item else None
        return _delivery(key, item, body)

    def page(self, query: DeliveryQuery) -> DeliveryPage:
        """Those of one trigger, newest first, by the index of workflows."""
        before = listing.begin_deliveries(query)
        keys = Expression(f"{table.WORKFLOW.partition} = :listed AND {table.WORKFLOW.sort} < :before", {
            ":listed": _listed(query.workspace, query.workflow, query.trigger),
            ":before": "~" if query.next_token is None else started_sort(before.started_at, before.id),
        })
        found: list[Key] = []
        size = query.limit + 1
        for item in self._table.query(keys, index=table.WORKFLOW.name, newest_first=True, pages=(size, size)):
            found.append((item["pk"], item["sk"]))
            if len(found) == size:
                break
        items = self._table.get_many(found)
        rows = [
            _delivery(ExecutionKey(query.workspace, _id(query.workflow, key[1])), items[key], None)
            for key in found if key in items
        ]
        return listing.deliveries_page(query, rows)

    def erase(self, keys: Sequence[ExecutionKey]) -> None:
        """Take off the item what is of the sender; a body that lies in a blob goes with it."""
        for key in keys:
            item = self._table.get(_key(key))
            if item is None:
                continue
            if "body_ref" in item:
                self._blobs.delete(key.workspace, [item["body_ref"]])
            self._table.holds(Update(
                _key(key), f"SET body_digest = :none REMOVE body, body_ref, deflated, dedupe_key, #source, why, {OWN}",
                Expression("attribute_exists(pk)", {":none": ""}, {"#source": "source"}),
            ))

    def forget(self, before: float, limit: int) -> int:
        """Nothing: DynamoDB deletes them by their time."""
        del before, limit
        return 0


def _key(key: ExecutionKey) -> Key:
    return f"L#{quote(key.workspace, safe='')}#{key.workflow}", f"{_DELIVERY}{key.name}"


def _id(workflow: str, sort: str) -> str:
    return f"{workflow}:{sort.removeprefix(_DELIVERY)}"


def _place(delivery: Delivery) -> Item:
    """Where it stands in the list of its trigger."""
    return {
        table.WORKFLOW.partition: _listed(delivery.key.workspace, delivery.workflow, delivery.trigger),
        table.WORKFLOW.sort: started_sort(delivery.arrived_at, delivery.key.id),
    }


def _listed(workspace: str, workflow: str, trigger: str) -> str:
    return f"L#{quote(workspace, safe='')}#{workflow}#{trigger}"


def _delivery(key: ExecutionKey, item: Item, body: bytes | None) -> Delivery:
    return Delivery(
        key=key, trigger=item["trigger"], kind=item["kind"], version=int(item["version"]),
        arrived_at=item["arrived_at"], outcome=item["outcome"], forget_at=item["forget_at"], why=item.get("why", ""),
        source=item.get("source", ""), dedupe_key=item.get("dedupe_key"), body=body,
        body_digest=item["body_digest"], repeats=int(item["repeats"]), differed=int(item["differed"]),
        repeated_at=item.get("repeated_at"), replay_of=item.get("replay_of"),
    )
