"""Shapes of triggers: what an alert is said to be is what is sent."""

from typing import get_type_hints

import pytest

from engine.triggers import alerts
from functions.app.shapes.triggers import AlertMessage


def test_the_shape_has_the_fields_and_types_of_what_is_sent():
    sent, said = get_type_hints(alerts.AlertMessage), get_type_hints(AlertMessage)
    assert set(AlertMessage.model_fields) == set(sent)
    assert {name: said[name] for name in sent if name != "status"} == {
        name: kind for name, kind in sent.items() if name != "status"
    }


@pytest.mark.parametrize("status", ["FAILED", "TIMED_OUT", "ABORTED", "PAUSED", alerts.LATE])
def test_every_status_that_is_told_is_one_of_the_shape(status):
    told = alerts.Told("w:e", "w", status, 0.0, None, None, None, "http://x/w%3Ae")
    assert AlertMessage.model_validate(alerts.message({}, told, held=0, since=None), strict=True).status == status
