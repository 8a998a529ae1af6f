import subprocess
import sys

import pytest

from engine.catalog.published import CatalogPublished, no_version
from engine.errors import NotFound
from engine.ports.keys import Actor

ANA = Actor("ana")


@pytest.fixture
def published(store):
    return CatalogPublished(store)


def publish(catalog, document):
    catalog.import_document("default", document, actor=ANA)
    return catalog.publish("default", document.name, actor=ANA)


def test_the_active_version_and_a_numbered_one(catalog, published, make):
    extra = {"kind": "STANDARD", "business_key": "$.id", "input_schema": {"type": "object"}, "at_most_once": ["Pay"]}
    first = publish(catalog, make("a", **extra))
    publish(catalog, make("b"))
    active = published.version("default", "orders")
    assert (active.number, active.business_key, active.input_schema, active.at_most_once) == (2, None, None, ())
    older = published.version("default", "orders", 1)
    assert older.definition == make("a").definition
    assert older.definition_digest == first.definition_digest
    assert (older.kind, older.business_key, older.input_schema, older.at_most_once) == (
        "STANDARD", "$.id", {"type": "object"}, ("Pay",)
    )


def test_a_rollback_is_seen_at_once(catalog, published, make):
    publish(catalog, make("a"))
    publish(catalog, make("b"))
    assert published.version("default", "orders").number == 2
    catalog.rollback("default", "orders", 1)
    assert published.version("default", "orders").number == 1


def test_what_an_execution_pinned_outlives_newer_versions(catalog, published, make):
    publish(catalog, make("a", at_most_once=["Pay"]))
    publish(catalog, make("a"))
    assert published.numbered("default", "orders", 1).at_most_once == ("Pay",)


def test_each_version_is_read_once(catalog, store, published, make, monkeypatch):
    publish(catalog, make())
    before = published.version("default", "orders")
    monkeypatch.setattr(store, "version", None)
    assert published.version("default", "orders") is before
    assert published.numbered("default", "orders", 1) is before


def test_what_is_not_there(catalog, published, make):
    with pytest.raises(NotFound, match="no workflow is called"):
        published.version("default", "orders")
    catalog.import_document("default", make(), actor=ANA)
    with pytest.raises(NotFound) as raised:
        published.version("default", "orders")
    assert raised.value.advice == "Publish it: automate publish orders."
    with pytest.raises(NotFound):
        published.version("default", "orders", 1)
    with pytest.raises(NotFound):
        published.numbered("default", "orders", 1)
    publish(catalog, make())
    assert published.version("default", "orders", 1).number == 1, "a miss is not remembered"


def test_a_version_that_is_not_there_is_refused_with_those_that_are(catalog, published, make):
    publish(catalog, make())
    for ask in (published.version, published.numbered, catalog.version):
        with pytest.raises(NotFound, match="has no version 9: it has version 1 alone") as raised:
            ask("default", "orders", 9)
        assert raised.value.advice == "See what there is: automate versions orders."


@pytest.mark.parametrize(("number", "latest", "says", "advice"), [
    (9, 3, "it has versions 1 to 3", "See what there is: automate versions orders."),
    (2, 3, "it is not kept any more, and the newest is 3", "See what there is: automate versions orders."),
    (1, 0, "it has none yet", "Publish it: automate publish orders."),
])
def test_the_refusal_of_a_version_says_which_there_are(number, latest, says, advice):
    refused = no_version("orders", number, latest)
    assert (refused.message, refused.advice) == (f"workflow 'orders' has no version {number}: {says}", advice)
    assert "where" not in refused.as_dict()


def test_the_worker_does_not_pay_for_pydantic():
    code = "import sys, engine.catalog.published; print('pydantic' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"
