"""Letting go of versions that nothing refers to: SQLite's and DynamoDB's. The latter looks twice, a term apart."""

from __future__ import annotations

import pytest

from engine.adapters.aws.erasure.old_versions import DynamoOldVersions
from engine.catalog.published import CatalogPublished
from engine.durable.retention import DAY
from engine.errors import NotFound
from engine.ports.catalog_store import DraftRecord
from engine.ports.journal import HeaderChange, row_of
from engine.ports.keys import ExecutionKey
from tests.support import backends
from tests.support.records import a_header, a_segment, a_version

TERM = 90 * DAY
KEPT = 10


@pytest.fixture(scope="module", params=("sqlite", "aws"))
def shared_backend(request, tmp_path_factory):
    with backends.open_backend(request.param, tmp_path_factory.mktemp(request.param) / "data") as backend:
        yield backend


@pytest.fixture
def published(backend, workspace):
    """A workflow with twenty versions; every second one has the same definition."""
    draft = DraftRecord(workspace, "orders", b"{}", "e1", 1.0, "ada")
    backend.catalog.put_draft(draft, expect_etag=None, description="")
    for number in range(1, 21):
        document = b'{"definition":{},"v":%d}' % number
        backend.catalog.put_version(
            a_version(workspace, number, published_at=backend.clock.now() + number, document=document)
        )
    backend.clock.sleep(DAY)
    return workspace


def look(backend, workspace):
    store = backend.retention if backend.family == "sqlite" else DynamoOldVersions(
        backend.stores.stored, backend.catalog, backend.index
    )
    return store.old_versions(workspace, "orders", backend.clock.now() - TERM, KEPT)


def let_go(backend, workspace):
    """Look, let two terms pass, and look; the versions that are left."""
    backend.clock.sleep(TERM + 2 * DAY)
    look(backend, workspace)
    backend.clock.sleep(TERM + 2 * DAY)
    look(backend, workspace)
    return left(backend, workspace)


def left(backend, workspace):
    return [version.number for version in backend.catalog.versions(workspace, "orders")]


def activate(backend, workspace, number):
    etag = backend.catalog.workflow(workspace, "orders").etag
    backend.catalog.set_active(workspace, "orders", number, expect_etag=etag)


def start(backend, workspace, version, name="one"):
    key = ExecutionKey.of(workspace, "orders", name)
    header = a_header(key, started_at=backend.clock.now(), version=version)
    backend.journal.create(header, b"{}", row_of(header))
    return key


def test_a_version_that_another_workflow_names_stays(backend, published):
    """Whoever starts it by its number may do so once a year."""
    draft, at = DraftRecord(published, "yearly", b"{}", "e1", 1.0, "ada"), backend.clock.now()
    backend.catalog.put_draft(draft, expect_etag=None, description="")
    names = b'{"a":"arn:aws:states:local:default:stateMachine:orders:3","b":"orders:5","c":"re-orders:6"}'
    backend.catalog.put_version(a_version(published, 1, workflow="yearly", published_at=at, document=names))
    assert set(let_go(backend, published)) == {3, 5, *range(11, 21)}


def test_the_newest_the_active_the_one_before_it_and_what_runs_stay(backend, published):
    start(backend, published, 4)
    activate(backend, published, 7)
    assert let_go(backend, published) == [*range(20, 10, -1), 7, 6, 4]
    assert look(backend, published) == 0


def test_what_an_execution_ran_by_stays_as_what_it_runs_does(backend, published):
    key = start(backend, published, 2)
    row = row_of(a_header(key, version=5), status="FAILED", ended_at=1.0)
    backend.journal.commit([a_segment(key, 0)], [HeaderChange(key, 0, "FAILED", None, ended_at=1.0, row=row)])
    for version, seq in ((5, 1), (20, 2)):
        header = a_header(key, version=version)
        onto = HeaderChange(
            key, seq, "RUNNING", None, reopens="FAILED", row=row_of(header, redrives=seq), version=version,
            definition_digest="other",
        )
        end = HeaderChange(
            key, seq, "FAILED", None, ended_at=1.0, row=row_of(header, status="FAILED", redrives=seq)
        )
        assert backend.journal.update_headers([onto]) == [True]
        backend.journal.update_headers([onto, end])  # a reply was lost: it is said again
    assert let_go(backend, published) == [*range(20, 10, -1), 5, 2]


def test_what_was_started_by_its_number_between_the_looks_stays(backend, published):
    backend.clock.sleep(TERM + 2 * DAY)
    versions = CatalogPublished(backend.catalog)
    assert versions.version(published, "orders", 3).number == 3
    start(backend, published, 3)
    assert let_go(backend, published) == [*range(20, 10, -1), 3]


def test_what_was_rolled_back_to_between_the_looks_stays(backend, published):
    backend.clock.sleep(TERM + 2 * DAY)
    activate(backend, published, 3)
    assert let_go(backend, published) == [*range(20, 10, -1), 3, 2]


def test_what_was_started_while_it_was_active_stays_when_it_is_rolled_back_from(backend, published):
    """It was active for longer than a term; its last use is the rollback, and not when it was activated."""
    activate(backend, published, 3)
    backend.clock.sleep(TERM + 2 * DAY)
    start(backend, published, 3)
    activate(backend, published, 20)
    assert let_go(backend, published) == [*range(20, 10, -1), 3]


def test_a_pinned_definition_is_found_as_long_as_a_version_has_it(backend, published):
    start(backend, published, 1)
    activate(backend, published, 1)
    for number in range(21, 41):
        backend.catalog.put_version(a_version(
            published, number, published_at=backend.clock.now() + number, definition_digest=f"other-{number}"
        ))
    activate(backend, published, 40)
    assert backend.catalog.definition(published, "orders", "definition-1").number == 19
    assert let_go(backend, published) == [*range(40, 30, -1), 1]
    assert backend.catalog.definition(published, "orders", "definition-1").number == 1
    assert backend.catalog.definition(published, "orders", "definition-0") is None


def test_what_is_gone_is_neither_started_nor_rolled_back_to(backend, published):
    versions = CatalogPublished(backend.catalog)
    assert versions.numbered(published, "orders", 3).number == 3  # this process keeps it in memory
    let_go(backend, published)
    with pytest.raises(NotFound, match="has no version 3"):
        versions.version(published, "orders", 3)
    with pytest.raises(NotFound, match="has no version 3"):
        backend.catalog.mark_used(published, "orders", 3)
    with pytest.raises(NotFound, match="has no version 3"):
        activate(backend, published, 3)
    assert backend.catalog.version(published, "orders", 3) is None


def test_what_was_published_within_the_term_stays(backend, published):
    look(backend, published)
    backend.clock.sleep(TERM - 3 * DAY)
    look(backend, published)
    assert left(backend, published) == [*range(20, 0, -1)]


def test_a_workflow_that_is_not_there_has_none(backend, workspace):
    assert look(backend, workspace) == 0
