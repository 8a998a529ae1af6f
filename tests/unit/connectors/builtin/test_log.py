import logging

import pytest

from connectors.builtin.log import LogConnector
from connectors.testing import CallFailed, call


def test_a_message_is_written_at_its_level(caplog):
    caplog.set_level(logging.DEBUG)
    assert call(LogConnector, "write", {"message": "100 % done"}) == {"logged": True}
    assert call(LogConnector, "write", {"message": "careful", "level": "WARNING"}) == {"logged": True}
    assert [(r.name, r.levelname, r.getMessage()) for r in caplog.records] == [
        ("automate.workflow", "INFO", "100 % done"), ("automate.workflow", "WARNING", "careful"),
    ]
    assert (caplog.records[0].execution, caplog.records[0].state) == ("test:test", "Test")


def test_a_secret_is_masked(caplog):
    caplog.set_level(logging.DEBUG)
    call(LogConnector, "write", {"message": {"$secret": "KEY"}}, secrets={"KEY": "hush-hush"})
    call(LogConnector, "write", {"message": "it is hush-hush"}, secrets={"KEY": "hush-hush"})
    assert [record.getMessage() for record in caplog.records] == ["********", "it is ********"]


@pytest.mark.parametrize("params", [{}, {"message": 1}, {"message": "m", "level": "LOUD"}])
def test_anything_else_is_refused(params):
    with pytest.raises(CallFailed, match="InvalidInput"):
        call(LogConnector, "write", params)
