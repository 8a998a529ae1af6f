"""engine.ports.catalog_store.CatalogStore, the same for every family."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from engine.errors import Conflict, NotFound
from engine.ports.catalog_store import DraftRecord, WorkflowRecord
from tests.support.records import a_version


def a_draft(workspace, etag="e1", **changes):
    draft = DraftRecord(workspace, "orders", b'{"name":"orders"}', etag, 1_700_000_000.5, "ada", "f" * 64, "sub-1")
    return replace(draft, **changes)


@pytest.fixture
def catalog(backend):
    return backend.catalog


@pytest.fixture
def drafted(catalog, workspace):
    """A workspace whose workflow `orders` has a draft."""
    catalog.put_draft(a_draft(workspace), expect_etag=None, description="Orders")
    return workspace


def test_what_is_unknown_is_none(catalog, workspace):
    assert catalog.workflows(workspace) == []
    assert catalog.workflow(workspace, "orders") is None
    assert catalog.draft(workspace, "orders") is None
    assert catalog.versions(workspace, "orders") == []
    assert catalog.version(workspace, "orders", 1) is None
    assert catalog.definition(workspace, "orders", "d") is None


def test_a_draft_comes_back_and_makes_the_workflow(catalog, drafted):
    assert catalog.draft(drafted, "orders") == a_draft(drafted)
    row = catalog.workflow(drafted, "orders")
    assert row == WorkflowRecord(drafted, "orders", 0, 0, row.etag, "Orders", 1_700_000_000.5)
    assert catalog.workflows(drafted) == [row]


def test_a_second_first_draft_is_a_conflict(catalog, drafted):
    with pytest.raises(Conflict, match="already"):
        catalog.put_draft(a_draft(drafted, "e2"), expect_etag=None, description="Other")
    assert catalog.draft(drafted, "orders") == a_draft(drafted)
    assert catalog.workflow(drafted, "orders").description == "Orders"


def test_a_draft_is_replaced_by_who_read_it(catalog, drafted):
    newer = a_draft(drafted, "e2", document=b"{}", updated_at=1_700_000_050.0, imported_digest=None)
    catalog.put_draft(newer, expect_etag="e1", description="Orders, newer")
    assert catalog.draft(drafted, "orders") == newer
    row = catalog.workflow(drafted, "orders")
    assert (row.description, row.updated_at) == ("Orders, newer", 1_700_000_050.0)


@pytest.mark.parametrize("etag", ["e0", "e2"])
def test_a_draft_changed_meanwhile_is_a_conflict(catalog, drafted, etag):
    with pytest.raises(Conflict, match="meanwhile"):
        catalog.put_draft(a_draft(drafted, "e3", document=b"late"), expect_etag=etag, description="Late")
    assert catalog.draft(drafted, "orders") == a_draft(drafted)
    assert catalog.workflow(drafted, "orders").description == "Orders"


def test_a_draft_that_is_gone_is_a_conflict(catalog, workspace):
    with pytest.raises(Conflict):
        catalog.put_draft(a_draft(workspace), expect_etag="e1", description="Orders")
    assert catalog.workflow(workspace, "orders") is None


def test_a_large_document_comes_back(catalog, workspace):
    draft = a_draft(workspace, document=b"x" * 900_000)
    catalog.put_draft(draft, expect_etag=None, description="Large")
    catalog.put_version(a_version(workspace, 1, document=draft.document))
    assert catalog.draft(workspace, "orders") == draft
    assert catalog.version(workspace, "orders", 1).document == draft.document


def test_publishing_makes_the_next_version_active(catalog, drafted):
    before = catalog.workflow(drafted, "orders").etag
    catalog.put_version(a_version(drafted, 1))
    row = catalog.workflow(drafted, "orders")
    assert (row.active_version, row.latest_version) == (1, 1)
    assert row.etag != before
    assert catalog.version(drafted, "orders", 1) == a_version(drafted, 1)


@pytest.mark.parametrize("number", [1, 3])
def test_only_the_next_number_is_published(catalog, drafted, number):
    catalog.put_version(a_version(drafted, 1))
    with pytest.raises(Conflict, match="published meanwhile"):
        catalog.put_version(a_version(drafted, number, document=b"late"))
    assert catalog.versions(drafted, "orders") == [a_version(drafted, 1)]
    assert catalog.workflow(drafted, "orders").latest_version == 1


def test_a_version_of_no_workflow_is_a_conflict(catalog, workspace):
    with pytest.raises(Conflict):
        catalog.put_version(a_version(workspace, 1))
    assert catalog.versions(workspace, "orders") == []


@pytest.mark.parametrize("number", [-1, 0, 2, 2**63, 10**30, 10**2000])
def test_a_number_that_no_version_has_is_none_s(catalog, drafted, number):
    catalog.put_version(a_version(drafted, 1))
    assert catalog.version(drafted, "orders", number) is None


def test_versions_are_listed_newest_first(catalog, drafted):
    published = [a_version(drafted, number) for number in range(1, 12)]
    for version in published:
        catalog.put_version(version)
    assert catalog.versions(drafted, "orders") == published[::-1]


def test_a_pinned_definition_is_found_in_its_newest_version(catalog, drafted):
    for number in (1, 2, 3):
        catalog.put_version(a_version(drafted, number))
    assert catalog.definition(drafted, "orders", "definition-1") == a_version(drafted, 3)
    assert catalog.definition(drafted, "orders", "definition-0") == a_version(drafted, 2)
    assert catalog.definition(drafted, "orders", "definition-9") is None


def test_another_version_is_made_active(catalog, drafted):
    for number in (1, 2):
        catalog.put_version(a_version(drafted, number))
    etag = catalog.workflow(drafted, "orders").etag
    catalog.set_active(drafted, "orders", 1, expect_etag=etag)
    row = catalog.workflow(drafted, "orders")
    assert (row.active_version, row.latest_version) == (1, 2)
    assert row.etag != etag
    catalog.put_version(a_version(drafted, 3))
    assert catalog.workflow(drafted, "orders").active_version == 3


def test_an_activation_on_an_old_row_is_a_conflict(catalog, drafted):
    catalog.put_version(a_version(drafted, 1))
    etag = catalog.workflow(drafted, "orders").etag
    catalog.put_version(a_version(drafted, 2))
    with pytest.raises(Conflict, match="meanwhile"):
        catalog.set_active(drafted, "orders", 1, expect_etag=etag)
    assert catalog.workflow(drafted, "orders").active_version == 2


def test_activating_back_and_forth_is_a_change(catalog, drafted):
    for number in (1, 2):
        catalog.put_version(a_version(drafted, number))
    etag = catalog.workflow(drafted, "orders").etag
    catalog.set_active(drafted, "orders", 1, expect_etag=etag)
    catalog.set_active(drafted, "orders", 2, expect_etag=catalog.workflow(drafted, "orders").etag)
    with pytest.raises(Conflict):
        catalog.set_active(drafted, "orders", 1, expect_etag=etag)


@pytest.mark.parametrize("number", [0, -1, 2])
def test_a_version_that_was_never_published_cannot_be_active(catalog, drafted, number):
    catalog.put_version(a_version(drafted, 1))
    with pytest.raises(NotFound):
        catalog.set_active(drafted, "orders", number, expect_etag=catalog.workflow(drafted, "orders").etag)
    assert catalog.workflow(drafted, "orders").active_version == 1


def test_editing_the_draft_does_not_disturb_an_activation(catalog, drafted):
    for number in (1, 2):
        catalog.put_version(a_version(drafted, number))
    etag = catalog.workflow(drafted, "orders").etag
    catalog.put_draft(a_draft(drafted, "e2"), expect_etag="e1", description="Orders")
    catalog.set_active(drafted, "orders", 1, expect_etag=etag)
    assert catalog.workflow(drafted, "orders").active_version == 1


def test_workflows_are_listed_by_name_within_their_workspace(catalog, workspace):
    for name in ("orders", "approvals", "etl"):
        catalog.put_draft(a_draft(workspace, workflow=name), expect_etag=None, description=name)
    catalog.put_draft(a_draft(workspace + "-other", workflow="zeta"), expect_etag=None, description="")
    assert [row.workflow for row in catalog.workflows(workspace)] == ["approvals", "etl", "orders"]


def test_a_workflow_is_put_away_and_back(catalog, drafted):
    row = catalog.workflow(drafted, "orders")
    assert row.archived is False
    catalog.set_archived(drafted, "orders", archived=True, expect_etag=row.etag)
    away = catalog.workflow(drafted, "orders")
    assert (away.archived, away.etag != row.etag) == (True, True)
    assert [item.archived for item in catalog.workflows(drafted)] == [True]
    with pytest.raises(Conflict, match="changed meanwhile"):
        catalog.set_archived(drafted, "orders", archived=False, expect_etag=row.etag)
    catalog.set_archived(drafted, "orders", archived=False, expect_etag=away.etag)
    assert catalog.workflow(drafted, "orders").archived is False


def test_an_unknown_workflow_is_not_put_away(catalog, drafted):
    with pytest.raises(Conflict):
        catalog.set_archived(drafted, "unknown", archived=True, expect_etag="0")


def test_an_edit_leaves_a_workflow_put_away(catalog, drafted):
    row = catalog.workflow(drafted, "orders")
    catalog.set_archived(drafted, "orders", archived=True, expect_etag=row.etag)
    catalog.put_draft(a_draft(drafted, etag="e2"), expect_etag="e1", description="Orders")
    assert catalog.workflow(drafted, "orders").archived is True


@pytest.mark.parametrize("size", [0, 200, 2_000_000])
def test_a_version_has_its_pins_however_long(catalog, drafted, size):
    pins = hashlib.shake_256(b"no codec makes this short").digest(size)
    version = a_version(drafted, 1, pins=pins, document=b"x" * 300_000)
    catalog.put_version(version)
    assert catalog.version(drafted, "orders", 1) == version
    assert catalog.versions(drafted, "orders") == [version]
    assert catalog.definition(drafted, "orders", version.definition_digest) == version


def test_who_edited_and_who_published_get_another_name(catalog, drafted):
    versions = [a_version(drafted, number, published_by=by) for number, by in ((1, "ada"), (2, "bob"), (3, "ada"))]
    for version in versions:
        catalog.put_version(version)
    before = catalog.workflow(drafted, "orders")
    catalog.rename(drafted, "ada", "~5f")
    catalog.rename(drafted, "eve", "~60")
    catalog.rename(drafted + "-b", "bob", "~61")
    assert catalog.draft(drafted, "orders") == a_draft(drafted, updated_by="~5f", updated_by_id="")
    assert catalog.versions(drafted, "orders") == [
        replace(versions[2], published_by="~5f"), versions[1], replace(versions[0], published_by="~5f"),
    ]
    assert catalog.workflow(drafted, "orders") == before
