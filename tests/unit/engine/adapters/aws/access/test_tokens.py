"""Named tokens in DynamoDB, and their root in Secrets Manager: writers that meet, calls, failures."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.adapters.aws.access.root import MAX_AGE_SECONDS, StageTokenRoot
from engine.adapters.aws.access.tokens import DynamoTokenStore
from engine.clock import SkipClock
from engine.errors import StorageError, StoreBusy, StoreCorrupt, Throttled
from engine.ports.access_tokens import USED_EVERY_SECONDS, TokenRecord
from tests.support.moto_stores import open_aws

NOW = 1_800_000_000.0
ONE = TokenRecord("a" * 12, "ci", "operator", "default", "", NOW, "ada", generation=1, oldest=1)
TWO = replace(ONE, id="b" * 12, name="cd")


@pytest.fixture
def aws():
    with open_aws(SkipClock()) as stores:
        yield stores


@pytest.fixture
def asked(aws):
    """The operations that DynamoDB is asked for."""
    names = []
    aws.clients.dynamodb.meta.events.register(
        "before-call.dynamodb.*", lambda model, **_: names.append(model.name)
    )
    return names


@pytest.fixture
def store(aws):
    return DynamoTokenStore(aws.stored, SkipClock())


def put(record):
    return lambda records: ([*records, record], None)


def test_a_writer_that_another_overtook_begins_again(aws, store):
    other, calls = DynamoTokenStore(aws.stored, SkipClock()), []

    def make(records):
        if not calls:
            other.change(put(TWO))
        calls.append(len(records))
        return [*records, ONE], None

    store.change(make)
    assert calls == [0, 1]
    assert {record.name for record in store.read()} == {"ci", "cd"}


def test_one_that_is_overtaken_each_time_gives_up_and_writes_nothing(aws, store):
    other, count = DynamoTokenStore(aws.stored, SkipClock()), iter(range(100))

    def make(records):
        other.change(put(replace(TWO, id=f"{next(count):012x}")))
        return [*records, ONE], None

    with pytest.raises(StoreBusy):
        store.change(make)
    assert store.find(ONE.id) is None


def test_a_request_reads_one_item_and_writes_at_most_once_an_hour(store, asked):
    store.change(put(ONE))
    asked.clear()
    for seconds in range(0, int(3 * USED_EVERY_SECONDS), 60):
        store.find(ONE.id)
        store.mark_used(ONE.id, NOW + seconds)
    requests = int(3 * USED_EVERY_SECONDS / 60)
    assert (asked.count("GetItem"), asked.count("UpdateItem"), len(asked)) == (requests, 3, requests + 3)


def test_a_table_that_takes_nothing_lets_callers_in_and_is_not_asked_each_time(aws, store, monkeypatch):
    store.change(put(ONE))
    tries = []

    def refuse(write):
        tries.append(write)
        raise Throttled("too fast")

    monkeypatch.setattr(aws.stored, "write", refuse)
    for seconds in (0, 1, 2):
        assert store.find(ONE.id) == ONE
        store.mark_used(ONE.id, NOW + seconds)
    assert len(tries) == 1


def test_what_a_later_release_adds_to_a_record_is_passed_over(aws, store):
    store.change(put(ONE))
    aws.clients.dynamodb.update_item(
        TableName="automate-test", Key={"pk": {"S": "K"}, "sk": {"S": f"T#{ONE.id}"}},
        UpdateExpression="SET more = :more", ExpressionAttributeValues={":more": {"S": "x"}},
    )
    assert store.find(ONE.id) == ONE


class TestRoot:
    @pytest.fixture
    def clock(self):
        return SkipClock()

    def root(self, aws, clock, text):
        arn = aws.clients.secretsmanager.create_secret(Name="made-by-the-deployment", SecretString=text)["ARN"]
        return StageTokenRoot(lambda: aws.clients.secretsmanager, arn, clock)

    def test_it_is_asked_for_once_in_five_minutes(self, aws, clock):
        root = self.root(aws, clock, "r" * 64)
        assert root.get() == root.make() == b"r" * 64
        aws.clients.secretsmanager.put_secret_value(SecretId="made-by-the-deployment", SecretString="s" * 64)
        clock.sleep(MAX_AGE_SECONDS - 1)
        assert root.get() == b"r" * 64
        clock.sleep(1)
        assert root.get() == b"s" * 64

    def test_a_short_one_is_refused_and_not_shown(self, aws, clock):
        with pytest.raises(StoreCorrupt) as caught:
            self.root(aws, clock, "guessable").get()
        assert "guessable" not in str(caught.value)

    def test_one_that_is_not_there_is_a_failure_of_the_store(self, aws, clock):
        with pytest.raises(StorageError):
            StageTokenRoot(lambda: aws.clients.secretsmanager, "nothing", clock).get()
