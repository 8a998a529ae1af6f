"""What is built of a flow's steps is a machine that the validator takes."""

from __future__ import annotations

from engine.copilot.offline.building import Built
from engine.copilot.offline.flow import Action, ForEach
from engine.language.asl.validate import validate


def charge(variable="charge"):
    return Action("connector:http:request", "Charge", "charge it", {"id": "{% $charge.id %}"}, variable=variable)


def test_a_loop_has_variables_of_its_own_where_what_is_around_it_has_one_of_the_name():
    built = Built([charge(), ForEach("$states.input.orders", "for each order", [charge(), charge("other")])])
    assert [finding for finding in validate(built.definition) if finding.severity == "ERROR"] == []
    outer, loop = built.definition["States"].values()
    first, second = loop["ItemProcessor"]["States"].values()
    assert (outer["Assign"], outer["Arguments"]) == ({"charge": "{% $states.result %}"}, {"id": "{% $charge.id %}"})
    assert (first["Assign"], second["Arguments"]) == (
        {"innerCharge": "{% $states.result %}"}, {"id": "{% $innerCharge.id %}"})
    assert second["Assign"] == {"other": "{% $states.result %}"}
