"""Known connectors are complete specs, named as a definition names them."""

from __future__ import annotations

import pytest

from connectors.known import KNOWN, KnownConnector
from connectors.registry import BUILTIN, Registry, check
from connectors.sdk import ConnectorAdapter


def test_the_actions_that_drafts_are_made_of_are_known() -> None:
    named = {known.resource(action) for known in KNOWN for action in known.actions}
    assert named == {
        "connector:payment:charge", "connector:payment:get", "connector:payment:refund",
        "connector:slack:send_approval.waitForTaskToken",
    }


def test_only_looking_a_charge_up_is_a_read() -> None:
    reads = [(known.code, name) for known in KNOWN for name, spec in known.actions.items() if spec.kind == "read"]
    assert reads == [("payment", "get")]


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.code)
def test_a_connector_with_these_specs_could_be_registered(known: KnownConnector) -> None:
    adapter = type("Made", (ConnectorAdapter,), {
        "code": known.code, "name": known.name, "description": known.description, "actions": dict(known.actions),
    })
    check(adapter)
    assert repr(known.code) in known.package_hint


def test_no_known_action_is_there() -> None:
    registry = Registry(installed=tuple)
    assert not {known.code for known in KNOWN} & {point.name for point in BUILTIN}
    for known in KNOWN:
        adapter = registry.get(known.code)
        assert adapter is None or not adapter.actions.keys() & known.actions.keys()
