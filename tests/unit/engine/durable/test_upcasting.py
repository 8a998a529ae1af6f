"""Older snapshots read by this release, newer ones left alone."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest

from engine.durable import codec
from engine.durable.worker.serving import Serving
from engine.errors import InvalidDocument, SchemaTooNew
from engine.kernel import snapshot_codec
from engine.kernel.snapshot import SCHEMA, UNCONFIRMED
from engine.kernel.snapshot_codec import DOWNCASTERS, UPCASTERS, Caster, Unsayable
from tests.support.durable import START, Product
from tests.support.flows import THREE_TASKS, WAIT, WORK


def test_every_older_schema_has_its_casters():
    assert sorted(UPCASTERS) == list(range(1, SCHEMA))
    assert sorted(DOWNCASTERS) == list(range(UNCONFIRMED, SCHEMA))


@pytest.fixture
def next_schema(monkeypatch):
    """A release whose schema is one on: it calls a frame's `state` "at", and counts `next_visit` from 1000."""

    def rename(frame):
        return {("at" if name == "state" else name): value for name, value in frame.items()}

    def rename_back(frame):
        return {("state" if name == "at" else name): value for name, value in frame.items()}

    real, real_encode = snapshot_codec.decode_frame, snapshot_codec.encode_frame

    def decode_frame(path, value):
        record = dict(value)
        record["state"] = record.pop("at")
        return real(path, record)

    def upgrade(release=monkeypatch):
        release.setitem(UPCASTERS, SCHEMA, Caster(
            facts=lambda facts: {**facts, "workspace": facts.get("workspace", "default")}, frame=rename,
            globals=lambda changed: {**changed, "next_visit": changed["next_visit"] + 1000},
        ))
        release.setitem(DOWNCASTERS, SCHEMA, Caster(
            frame=rename_back, globals=lambda changed: {**changed, "next_visit": changed["next_visit"] - 1000},
        ))
        release.setattr(snapshot_codec, "decode_frame", decode_frame)
        release.setattr(snapshot_codec, "encode_frame", lambda frame: rename(real_encode(frame)))
        release.setattr(snapshot_codec, "SCHEMA", SCHEMA + 1)
        release.setattr(codec, "SCHEMA", SCHEMA + 1)

    return upgrade


def bodies(product, key):
    return [segment.body for segment in product.stores.journal.load(key).segments]


def test_whole_snapshots_and_deltas_are_brought_up_to_date(next_schema):
    product = Product(THREE_TASKS)
    large = "".join(hashlib.sha256(b"%d" % number).hexdigest() for number in range(200))
    key = product.start({"large": large})  # deltas are written only beside a snapshot that is not small
    product.tasks.answers[WORK] = [{"a": 1}, {"b": 2}, _die]
    with pytest.raises(KeyboardInterrupt):
        product.run(key)
    stored = bodies(product, key)
    whole = ["w" in codec.unpack(body) for body in stored]
    assert whole[0] is True
    assert False in whole
    before = codec.decode_snapshot(stored)
    next_schema()
    after = codec.decode_snapshot(stored)
    assert after.frames == before.frames
    assert after.next_visit == before.next_visit + 1000
    assert after.input == before.input


def _die(_call):
    raise KeyboardInterrupt


def test_upcasting_changes_nothing_that_it_was_given(next_schema):
    product = Product(WAIT)
    key = product.start({})
    product.run(key)
    record = codec.unpack(bodies(product, key)[0])["w"]
    text = json.dumps(record)
    next_schema()
    snapshot_codec.decode(record)
    assert json.dumps(record) == text


def test_an_execution_that_began_before_a_release_ends_after_it(next_schema):
    product = Product(WAIT)
    key = product.start({})
    product.run(key)
    next_schema()
    confirm(product)
    product.drain()
    assert product.describe(key).status == "SUCCEEDED"
    assert schemas(product, key) == [UNCONFIRMED, SCHEMA + 1]


@pytest.mark.parametrize("definition", [WAIT, THREE_TASKS])
def test_until_it_is_confirmed_the_release_before_can_go_on_with_all_that_the_next_one_did(
    next_schema, monkeypatch, definition
):
    """Upgraded, worked with, returned: as if the next release had not been there."""
    product = Product(definition)
    large = "".join(hashlib.sha256(b"%d" % number).hexdigest() for number in range(200))
    product.tasks.answers[WORK] = [{"a": 1}, {"b": 2}, _die, {"c": 3}]
    with monkeypatch.context() as next_release:
        next_schema(next_release)
        key = product.start({"large": large})
        if definition is WAIT:
            product.run(key)
        else:
            with pytest.raises(KeyboardInterrupt):
                product.run(key)
    assert set(schemas(product, key)) == {UNCONFIRMED}
    product.drain()
    assert product.describe(key).status == "SUCCEEDED"


def test_what_the_older_schema_cannot_hold_is_written_in_the_newer_one_and_that_alone(next_schema, monkeypatch):
    def refuse(frame):
        if frame.get("input") == {"new": True}:
            raise Unsayable
        return {("state" if name == "at" else name): value for name, value in frame.items()}

    product = Product(WAIT)
    with monkeypatch.context() as next_release:
        next_schema(next_release)
        next_release.setitem(DOWNCASTERS, SCHEMA, Caster(frame=refuse))
        new, plain = product.start({"new": True}, name="new"), product.start({}, name="plain")
        product.run(new)
        product.run(plain)
        assert (schemas(product, new), schemas(product, plain)) == ([SCHEMA + 1], [UNCONFIRMED])
    assert isinstance(product.run(new), SchemaTooNew)


@pytest.mark.parametrize("confirmed", [UNCONFIRMED - 1, SCHEMA + 1])
def test_a_schema_that_this_release_does_not_write_is_refused(confirmed):
    product = Product(WAIT)
    confirm(product, confirmed)
    with pytest.raises(InvalidDocument, match=f"not {confirmed}"):
        product.worker()


def schemas(product, key):
    return [codec.unpack(segment.body)["v"] for segment in product.stores.journal.history(key)]


def confirm(product, schema=SCHEMA + 1):
    product.settings = replace(product.settings, snapshot_schema=schema)


def test_an_older_worker_leaves_a_newer_releases_execution_and_its_message(next_schema, monkeypatch):
    """A return to the release before: what the newer one wrote waits for it, untouched."""
    product = Product(WAIT)
    key, old = product.start({}, name="new"), product.start({}, name="old")
    with monkeypatch.context() as newer:
        next_schema(newer)
        confirm(product)
        product.run(key)
    confirm(product, 0)
    product.stores.queue.acknowledge([item.receipt for item in product.stores.queue.claim(10)])
    journal = product.stores.journal
    segments, header = journal.load(key).segments, journal.header(key)
    product.clock.sleep(100)
    assert isinstance(product.run(key), SchemaTooNew)  # on AWS: the record is reported failed, its message comes again
    assert (journal.load(key).segments, journal.header(key)) == (segments, header)

    product.sweeper.sweep()
    end = product.clock.now() + 3600
    sweeps = [product.clock.now()]

    def hour_over():
        product.clock.sleep(5)
        if product.clock.now() >= sweeps[0] + 60:
            sweeps[0] = product.clock.now()
            product.sweeper.sweep()
        return product.clock.now() >= end

    Serving(product.worker(), product.stores.queue, journal, product.clock, product.settings).run(hour_over)
    assert product.describe(old).status == "SUCCEEDED"
    assert journal.load(key).segments == segments
    assert (journal.header(key).status, journal.header(key).strikes) == ("RUNNING", 0)
    assert journal.header(key).due_at is not None

    next_schema()  # the newer release is back
    product.drain()
    assert product.describe(key).status == "SUCCEEDED"
    assert product.describe(key).ended_at > START + 3600
