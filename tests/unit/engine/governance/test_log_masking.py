import json
import logging

import pytest

from engine.governance import log_masking
from engine.governance.log_masking import KnownSecrets, mask_logs
from engine.governance.masking import MASK, SecretValues

SECRET = "hush-hush-4711"


@pytest.fixture
def known(caplog):
    factory = logging.getLogRecordFactory()
    logging.setLogRecordFactory(logging.LogRecord)  # that of a product that another test started knows other secrets
    root = logging.getLogger()
    others = [handler for handler in root.handlers if handler is not caplog.handler]
    for handler in others:  # and so does the filter of its handler
        root.removeHandler(handler)
    known = KnownSecrets()
    known.add([SECRET])
    caplog.set_level(logging.DEBUG)
    mask_logs(known, handlers=[caplog.handler])
    yield known
    logging.setLogRecordFactory(factory)
    for handler in others:
        root.addHandler(handler)
    for added in [f for f in caplog.handler.filters if type(f).__module__ == log_masking.__name__]:
        caplog.handler.removeFilter(added)


def _everything(caplog):
    return caplog.text + repr([vars(record) for record in caplog.records])


def test_messages_arguments_extras_and_tracebacks_are_masked(known, caplog):
    log = logging.getLogger("some.library")
    log.info("plain %s", SECRET)
    log.info(f"GET /?key={SECRET}")  # noqa: G004 - as a careless library does
    log.info("extras", extra={"header": SECRET, "more": {"list": [SECRET]}, "thing": Thing(), "fine": 3})
    try:
        raise ValueError(f"bad key {SECRET}")
    except ValueError:
        log.exception("failed", stack_info=True)
    assert SECRET not in _everything(caplog)
    assert caplog.records[0].getMessage() == f"plain {MASK}"
    assert caplog.records[2].header == MASK
    assert caplog.records[2].fine == 3
    assert f"ValueError: bad key {MASK}" in caplog.text


def test_two_maskings_after_each_other_mask_what_each_knows(known, caplog):
    outer = KnownSecrets()
    outer.add(["whisper-0815"])
    mask_logs(outer, handlers=[caplog.handler])
    try:
        raise ValueError(f"{SECRET} and whisper-0815")
    except ValueError:
        logging.getLogger("a").exception("failed")
    assert f"ValueError: {MASK} and {MASK}" in caplog.text
    assert "whisper" not in _everything(caplog)


def test_an_argument_that_holds_more_than_it_prints_is_dropped(known, caplog):
    logging.getLogger("a").info("context is %s", {"secrets": SecretValues(KEY=SECRET)})
    assert SECRET not in json.dumps([vars(record) for record in caplog.records])
    assert caplog.records[0].getMessage() == f"context is {{'secrets': {{'KEY': '{MASK}'}}}}"


class Thing:
    def __repr__(self):
        return f"Thing({SECRET})"


def test_a_record_without_a_secret_is_left_as_it_is(known, caplog):
    thing = object()
    try:
        raise KeyError("x")
    except KeyError:
        logging.getLogger("a").exception("n is %d", 3, extra={"thing": thing})
    record = caplog.records[0]
    assert record.args == (3,)
    assert logging.getLogRecordFactory()("a", 20, "f", 1, "%(a)s", ({"a": [1]},), None).args == {"a": [1]}
    assert record.exc_info is not None
    assert record.thing is thing


def test_masking_twice_is_masking_once(known, caplog):
    factory = logging.getLogRecordFactory()
    mask_logs(known, handlers=[caplog.handler])
    assert logging.getLogRecordFactory() is factory
    assert len([f for f in caplog.handler.filters if type(f).__module__ == log_masking.__name__]) == 1


def test_a_wrong_format_string_is_still_reported_by_logging(known):
    record = logging.getLogRecordFactory()("a", 20, "f", 1, f"%d {SECRET}", ("x",), None)
    assert SECRET not in record.msg


def test_the_latest_values_are_remembered(monkeypatch):
    monkeypatch.setattr(log_masking, "LIMIT", 2)
    known = KnownSecrets()
    for value in ("first-value", "second-value", "first-value", "third-value"):
        known.add([value])
    assert known.scrubber.text("first-value second-value third-value") == f"{MASK} second-value {MASK}"
    assert repr(known) == "KnownSecrets(2)"


def test_known_values_cost_no_new_scrubber():
    known = KnownSecrets()
    known.add(["a-value"])
    before = known.scrubber
    known.add(["a-value"])
    assert known.scrubber is before
