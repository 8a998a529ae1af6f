"""Who listens: what is published, and nothing else."""

from __future__ import annotations

HOOK = {"type": "webhook", "path": "order", "auth": {"style": "none"}}
QUEUE = {"type": "queue", "queue": "orders"}


def names(place):
    return [(each.label, each.version) for each in place.listening.all()]


def test_publishing_rolling_back_and_archiving_move_the_triggers(place):
    assert names(place) == []
    place.publish("orders", HOOK)
    place.clock.sleep(3)
    assert names(place) == [("orders/webhook", 1)]
    place.publish("orders", QUEUE, {**HOOK, "name": "second", "enabled": False})
    place.clock.sleep(3)
    assert names(place) == [("orders/queue", 2)]
    assert [each.name for each in place.listening.every()] == ["queue", "second"]
    assert place.listening.find("orders", "second") is None
    place.catalog.rollback("default", "orders", 1)
    assert [each.name for each in place.listening.of("orders")] == ["webhook"]
    place.catalog.set_archived("default", "orders", archived=True)
    place.clock.sleep(3)
    assert (names(place), place.listening.of("orders"), place.listening.of("nope")) == ([], (), ())


def test_the_list_is_the_same_while_nothing_changes(place):
    place.publish("orders", HOOK)
    first = place.listening.all()
    place.clock.sleep(10)
    assert place.listening.all() is first
    place.publish("other", QUEUE)
    assert place.listening.all() is first
    place.clock.sleep(3)
    assert [each.label for each in place.listening.all()] == ["orders/webhook", "other/queue"]


def test_a_clock_that_is_put_back_does_not_stop_the_looking(place):
    place.publish("orders", HOOK)
    place.listening.all()
    place.clock.set(place.clock.now() - 1000)
    place.publish("other", QUEUE)
    assert len(place.listening.all()) == 2
