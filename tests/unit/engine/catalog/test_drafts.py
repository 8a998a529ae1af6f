"""Importing, saving and exporting drafts: nothing is overwritten unseen."""

import json
from dataclasses import replace

import pytest

from engine.catalog.document import parse_document
from engine.catalog.published import CatalogPublished
from engine.errors import Conflict, InvalidDefinition, NotFound, StoreCorrupt
from engine.ports.keys import Actor

ANA, BEN = Actor("ana"), Actor("ben")


def test_a_first_import_creates(catalog, make):
    result = catalog.import_document("default", make(), actor=ANA)
    assert (result.created, result.changed, result.diff) == (True, True, "")
    draft = catalog.draft("default", "orders")
    assert (draft.etag, draft.updated_by) == (result.etag, "ana")


def test_an_unchanged_file_changes_nothing(catalog, store, clock, make):
    first = catalog.import_document("default", make(), actor=ANA)
    before = store.draft("default", "orders")
    clock.sleep(60)
    again = catalog.import_document("default", make(), actor=BEN)
    assert (again.changed, again.created, again.etag) == (False, False, first.etag)
    assert store.draft("default", "orders") == before


def test_a_newer_file_replaces_the_last_import(catalog, make):
    first = catalog.import_document("default", make(), actor=ANA)
    second = catalog.import_document("default", make("shipped"), actor=ANA)
    assert second.changed
    assert not second.created
    assert second.etag != first.etag
    assert '-        "Result": "paid"' in second.diff
    assert '+        "Result": "shipped"' in second.diff


def test_over_newer_edits_an_import_is_refused_with_a_diff(catalog, make):
    first = catalog.import_document("default", make(), actor=ANA)
    catalog.save_draft("default", make("edited"), actor=BEN, expect_etag=first.etag)
    with pytest.raises(Conflict) as raised:
        catalog.import_document("default", make("newer"), actor=ANA)
    assert '-        "Result": "edited"' in raised.value.details["diff"]
    assert '+        "Result": "newer"' in raised.value.details["diff"]
    assert "ben" in raised.value.message
    assert catalog.draft("default", "orders").document == make("edited")

    forced = catalog.import_document("default", make("newer"), actor=ANA, force=True)
    assert forced.changed
    assert catalog.draft("default", "orders").document == make("newer")
    assert catalog.import_document("default", make("newest"), actor=ANA).changed, "the edits are settled"


def test_a_draft_made_in_an_editor_counts_as_edited(catalog, make):
    catalog.save_draft("default", make(), actor=BEN, expect_etag=None)
    with pytest.raises(Conflict):
        catalog.import_document("default", make("newer"), actor=ANA)


def test_edits_that_came_back_as_a_file_are_settled(catalog, make):
    first = catalog.import_document("default", make(), actor=ANA)
    saved = catalog.save_draft("default", make("edited"), actor=BEN, expect_etag=first.etag)
    exported = parse_document(json.loads(catalog.export("default", "orders")))
    same = catalog.import_document("default", exported, actor=ANA)
    assert (same.changed, same.etag) == (False, saved.etag)
    assert catalog.import_document("default", make("newer"), actor=ANA).changed


def test_a_stale_save_is_refused(catalog, make):
    first = catalog.import_document("default", make(), actor=ANA)
    second = catalog.save_draft("default", make("ben"), actor=BEN, expect_etag=first.etag)
    with pytest.raises(Conflict) as raised:
        catalog.save_draft("default", make("ana"), actor=ANA, expect_etag=first.etag)
    assert raised.value.details["etag"] == second.etag
    assert '+        "Result": "ana"' in raised.value.details["diff"]
    with pytest.raises(Conflict):
        catalog.save_draft("default", make("ana"), actor=ANA, expect_etag=None)
    with pytest.raises(Conflict):
        catalog.save_draft("default", parse_document({"name": "new", "definition": {}}), actor=ANA, expect_etag="x")
    assert catalog.draft("default", "orders").document == make("ben")


def test_an_etag_is_never_used_again(catalog, make):
    etags = [catalog.import_document("default", make(), actor=ANA).etag]
    for result in ("other", "paid", "other", "paid"):
        etags.append(catalog.save_draft("default", make(result), actor=ANA, expect_etag=etags[-1]).etag)
    assert len(set(etags)) == 5


def test_export_gives_the_file_back_byte_for_byte(catalog, make):
    source = json.dumps(make().as_written, indent=7).encode() + b"\n\n"
    catalog.import_document("default", make(), actor=ANA, source_bytes=source)
    assert catalog.export("default", "orders") == source
    catalog.publish("default", "orders", actor=ANA)
    assert catalog.export("default", "orders", 1) == source


@pytest.mark.parametrize("source", [b"name: orders\n", b"{}", b"\xff"])
def test_a_source_that_is_not_the_document_is_not_kept(catalog, make, source):
    catalog.import_document("default", make(), actor=ANA, source_bytes=source)
    assert parse_document(json.loads(catalog.export("default", "orders"))) == make()


def test_a_bare_definition_comes_back_as_a_document_that_imports_unchanged(catalog):
    bare = parse_document({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}, stem="bare")
    catalog.import_document("default", bare, actor=ANA)
    exported = parse_document(json.loads(catalog.export("default", "bare")))
    assert not catalog.import_document("default", exported, actor=ANA).changed


def test_an_unfinished_draft_can_be_saved(catalog):
    half = parse_document({"name": "half", "definition": {"StartAt": "Nowhere"}})
    catalog.save_draft("default", half, actor=ANA, expect_etag=None)
    assert catalog.draft("default", "half").document == half


def test_workspaces_do_not_see_each_other(catalog, make):
    catalog.import_document("default", make(), actor=ANA)
    assert [row.workflow for row in catalog.workflows("default")] == ["orders"]
    assert catalog.workflows("other") == []
    with pytest.raises(NotFound):
        catalog.draft("other", "orders")


@pytest.mark.parametrize("stored", [b"{", b"{}", b"[]"])
def test_a_stored_document_that_cannot_be_read_is_the_store_s_fault(catalog, store, clock, make, stored):
    etag = catalog.import_document("default", make(), actor=ANA).etag
    catalog.publish("default", "orders", actor=ANA)
    version = replace(catalog.version("default", "orders", 1), number=2, document=stored)
    store.put_version(version)
    store.put_draft(replace(store.draft("default", "orders"), document=stored), expect_etag=etag, description="")
    for ask in (lambda: catalog.draft("default", "orders"), lambda: catalog.diff("default", "orders", 1, 2),
                lambda: CatalogPublished(store).version("default", "orders")):
        with pytest.raises(StoreCorrupt, match="orders"):
            ask()


def test_a_stored_input_schema_that_is_refused_now_can_be_read_and_mended(catalog, store, make):
    """An earlier release took it."""
    etag = catalog.import_document("default", make(), actor=ANA).etag
    recursive = {"properties": {"a": {"$ref": "#/properties/a"}}}
    stored = json.dumps(make().as_written | {"input_schema": recursive}).encode()
    store.put_draft(replace(store.draft("default", "orders"), document=stored), expect_etag=etag, description="")
    assert catalog.export("default", "orders")
    with pytest.raises(InvalidDefinition) as refused:
        catalog.publish("default", "orders", actor=ANA)
    [fault] = [item for item in refused.value.diagnostics if item.severity == "ERROR"]
    assert (fault.code, fault.location) == ("INVALID_INPUT_SCHEMA", "/input_schema/properties/a")
    assert catalog.import_document("default", make(), actor=ANA, force=True).changed
    catalog.publish("default", "orders", actor=ANA)


def test_unknown_workflows(catalog):
    for ask in (catalog.draft, catalog.export, catalog.workflow, catalog.versions):
        with pytest.raises(NotFound, match="no workflow is called 'none'"):
            ask("default", "none")
