"""Refused webhooks are counted, and who is refused too often waits."""

import logging

from engine.clock import SkipClock
from functions.app.triggers import refusals
from functions.app.triggers.refusals import BURST, WebhookRefusals


def test_an_address_is_held_after_a_burst_and_let_in_as_time_goes():
    clock = SkipClock()
    found = WebhookRefusals(clock)
    for _ in range(int(BURST)):
        assert not found.is_held("a")
        found.refused("a", "wrong")
    assert found.is_held("a")
    assert not found.is_held("b")
    clock.sleep(2)
    assert not found.is_held("a")
    found.refused("a", "wrong")
    found.refused("a", "wrong")
    assert found.is_held("a")
    assert found.counts() == {"wrong": BURST + 1, "too many": 2}, "the first was told"


def test_counts_are_told_at_once_and_then_once_a_minute(caplog):
    clock = SkipClock()
    found = WebhookRefusals(clock)
    with caplog.at_level(logging.WARNING):
        found.refused("a", "flow/webhook stale")
        assert "flow/webhook stale 1" in caplog.text
        caplog.clear()
        for _ in range(3):
            found.refused("a", "flow/webhook wrong")
        assert caplog.text == ""
        clock.sleep(60)
        found.refused("a", "no such webhook")
    assert "webhooks refused since 60 s: flow/webhook wrong 3, no such webhook 1" in caplog.text
    assert found.counts() == {}


def test_addresses_are_not_kept_without_end(monkeypatch):
    monkeypatch.setattr(refusals, "MOST_ADDRESSES", 10)
    found = WebhookRefusals(SkipClock())
    for number in range(100):
        found.refused(str(number), "wrong")
    assert len(found._left) == 10


def test_of_too_many_addresses_the_oldest_is_forgotten(monkeypatch):
    monkeypatch.setattr(refusals, "MOST_ADDRESSES", 2)
    found = WebhookRefusals(SkipClock())
    for address in ("a", "b", "c"):
        for _ in range(int(BURST)):
            found.refused(address, "wrong")
    assert [found.is_held(address) for address in ("a", "b", "c")] == [False, True, True]
