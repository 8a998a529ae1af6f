"""Schedules of a data folder: one worker starts them."""

from __future__ import annotations

import threading

from engine.errors import StoreUnavailable
from functions.server import scheduling


class Schedules:
    """Counts its looks, fails at the first, and ends the loop at the third."""

    def __init__(self, ended):
        self.looks = 0
        self._ended = ended

    def fire(self):
        self.looks += 1
        if self.looks == 1:
            raise StoreUnavailable("not now")
        if self.looks == 3:
            self._ended.set()


def folder(tmp_path):
    (tmp_path / "locks").mkdir()
    return tmp_path


def test_a_store_that_fails_is_asked_again(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(scheduling, "LOOK_SECONDS", 0.001)
    monkeypatch.setattr(scheduling, "REST_SECONDS", 0.001)
    ended = threading.Event()
    schedules = Schedules(ended)
    scheduling.start_schedules(folder(tmp_path), schedules, ended)
    assert schedules.looks == 3
    assert "schedules are looked at again: not now" in caplog.text


def test_a_defect_does_not_end_the_looking(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(scheduling, "LOOK_SECONDS", 0.001)
    monkeypatch.setattr(scheduling, "REST_SECONDS", 0.001)
    monkeypatch.setattr(f"{__name__}.StoreUnavailable", OverflowError)
    ended = threading.Event()
    schedules = Schedules(ended)
    scheduling.start_schedules(folder(tmp_path), schedules, ended)
    assert schedules.looks == 3
    assert "schedules are looked at again, after a defect" in caplog.text


def test_why_a_look_failed_is_told_once_and_again_when_it_changes(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(scheduling, "LOOK_SECONDS", 0.001)
    monkeypatch.setattr(scheduling, "REST_SECONDS", 0.001)
    ended = threading.Event()
    reasons = iter(["9 MB free", "8 MB free", "away", "away", None, "away"])

    def tell():
        reason = next(reasons, "")
        if reason == "":
            ended.set()
        elif reason is not None:
            raise StoreUnavailable(reason)
        return 0

    scheduling.tell_ends(folder(tmp_path), tell, ended)
    told = [record.getMessage().rpartition(": ")[2] for record in caplog.records]
    assert told == ["9 MB free", "away", "away"]


def test_of_two_one_looks_and_the_other_once_that_has_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(scheduling, "LOOK_SECONDS", 0.001)
    monkeypatch.setattr(scheduling, "REST_SECONDS", 0.001)
    place, first_ended, second_ended = folder(tmp_path), threading.Event(), threading.Event()
    looking, looks = threading.Event(), []

    class First:
        def fire(self):
            looks.append("first")
            looking.set()

    class Second:
        def fire(self):
            looks.append("second")
            second_ended.set()

    first = threading.Thread(target=scheduling.start_schedules, args=(place, First(), first_ended))
    first.start()
    assert looking.wait(60)
    second = threading.Thread(target=scheduling.start_schedules, args=(place, Second(), second_ended))
    second.start()
    second.join(0.05)
    assert "second" not in looks
    first_ended.set()
    first.join()
    second.join(60)
    assert looks[-1] == "second"


def test_without_its_lock_it_says_so_and_ends(tmp_path, caplog):
    scheduling.start_schedules(tmp_path, Schedules(threading.Event()), threading.Event())
    assert "their lock cannot be made" in caplog.text
