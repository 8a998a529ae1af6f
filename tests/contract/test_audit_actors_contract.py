"""Whom the audit log names: by pseudonyms, whose names and keys lie beside the chains and may be erased."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace

import pytest

from engine.durable.lifecycle.erasing import ASKED_SECONDS, Erasing
from engine.governance.audit.actors import ERASE_ACTOR, PSEUDONYM, Actors
from engine.governance.audit.audit import Audit
from engine.governance.audit.entry import AuditEntry, Subject
from engine.governance.audit.export import exported
from engine.governance.audit.query import AuditQuery
from engine.governance.audit.recorder import AuditRecorder
from engine.governance.nameless import Places
from engine.ports.audit_log import CHAINS
from engine.ports.catalog_store import DraftRecord
from engine.ports.deliveries import TriggerState
from engine.ports.keys import ENGINE, Actor
from engine.ports.pauses import Pause
from engine.ports.people.approvals import APPROVED, Approval, approval_id
from tests.support.durable import TESTER
from tests.support.records import START, a_version, an_entry

ADA = Actor("ada.l@example.com", "user", "192.0.2.7", "sub-1")
BOB = Actor("bob@example.com", "user", "192.0.2.8")


@pytest.fixture
def erasing(backend, audit):
    return Erasing(backend.erasure, backend.journal, backend.index, backend.clock, forget=audit.actors.forget)


def entry(workspace, name, actor, subject="workflow/orders", **more):
    return AuditEntry(name, workspace, START, actor, "x", Subject.parse(subject), **more)


def listed(audit, workspace, **filters):
    return [item.entry for item in audit.page(AuditQuery(workspace, **filters)).entries]


def text_of(audit, workspace):
    """All that the chains hold, with what lies beside the entries, and the rows."""
    records = [
        record for chain in range(CHAINS) for record in audit.log.oldest(workspace, chain, after=0, limit=999)
    ]
    return repr(records) + repr(audit.log.actors(workspace))


def erase(audit, erasing, workspace, name):
    """As the API does it."""
    pseudonyms = [row.pseudonym for row in audit.actors.found(workspace, name)]
    audit.record([AuditEntry(
        "stone", workspace, START, TESTER, ERASE_ACTOR, Subject("erasure", "e"), after={"actors": pseudonyms}
    )])
    erasing.erase_actors(workspace, pseudonyms, TESTER, "e")
    return pseudonyms


def test_no_name_and_no_address_is_in_the_chain_and_whoever_reads_has_both(audit, workspace):
    audit.record([
        entry(workspace, "1", ADA, reason="ada.l@example.com edited it last, not ada.l@example.com.au"),
        entry(workspace, "2", Actor("ci", "token", "192.0.2.9"), "execution/orders:1"), entry(workspace, "3", ENGINE),
        entry(workspace, "4", Actor("anonymous")), entry(workspace, "5", BOB, "token/ci", after={"role": "viewer"}),
    ])
    chains = "".join(
        record.body + record.kept
        for chain in range(CHAINS) for record in audit.log.oldest(workspace, chain, after=0, limit=999)
    )
    for word in ("ada.l@example.com ", "bob@", '"ci"', "/ci", "192.0.2"):
        assert word not in chains
    found = {one.id: one for one in listed(audit, workspace)}
    assert [found[name].actor.name for name in "12345"] == [ADA.name, "ci", "engine", "anonymous", BOB.name]
    assert found["1"].actor.origin == "192.0.2.7"
    assert found["1"].reason == "ada.l@example.com edited it last, not ada.l@example.com.au"
    assert str(found["5"].subject) == "token/ci"
    assert [one.id for one in listed(audit, workspace, actor="ci")] == ["2"]
    assert audit.verify(workspace).ok


def test_an_actor_has_one_row_and_one_pseudonym_whoever_writes(audit, backend, workspace):
    other = Audit(backend.audit, backend.clock)
    for number, log in enumerate((audit, other, audit, other)):
        log.record([entry(workspace, str(number), ADA)])
    assert len(backend.audit.actors(workspace)) == 1
    assert [one.actor.name for one in listed(other, workspace)] == [ADA.name] * 4


def test_an_erased_actor_is_nowhere_and_the_chains_hold(audit, erasing, workspace):
    audit.record([entry(workspace, "1", ADA, reason=f"by {ADA.name}"), entry(workspace, "2", BOB)])
    before = [line for chain in range(CHAINS) for line in exported(audit.log, workspace, chain, audit.actors)]
    (pseudonym,) = erase(audit, erasing, workspace, ADA.name)
    assert ADA.name not in text_of(audit, workspace)
    assert "192.0.2.7" not in text_of(audit, workspace)
    found = {one.id: one for one in listed(audit, workspace)}
    assert (found["1"].actor.name, found["1"].reason) == (pseudonym, f"by {pseudonym}")
    assert found["2"].actor.name == BOB.name
    assert found["stone"].after == {"actors": [pseudonym]}
    assert audit.verify(workspace).ok
    assert audit.verify(workspace, against=before).ok
    assert audit.actors.found(workspace, ADA.name) == []


def test_who_acts_again_has_another_pseudonym(audit, erasing, workspace):
    audit.record([entry(workspace, "1", ADA)])
    (pseudonym,) = erase(audit, erasing, workspace, ADA.name)
    audit.record([entry(workspace, "2", ADA)])
    found = {one.id: one.actor.name for one in listed(audit, workspace)}
    assert (found["1"], found["2"]) == (pseudonym, ADA.name)
    assert audit.verify(workspace).ok


def test_a_name_that_was_taken_away_is_found(audit, workspace):
    audit.record([entry(workspace, "1", BOB), entry(workspace, "2", ADA)])
    (row,) = audit.actors.found(workspace, ADA.name)
    audit.log.forget_actors(workspace, [row.pseudonym])
    (finding,) = audit.verify(workspace).findings
    assert (finding.chain, finding.number, finding.problem) == (Subject.parse("workflow/orders").chain, 2, "erased")
    assert row.pseudonym in finding.message


def test_a_name_that_was_put_in_the_place_of_another_is_found(audit, workspace):
    audit.record([entry(workspace, "1", ADA)])
    (row,) = audit.log.actors(workspace)
    audit.log.forget_actors(workspace, [row.pseudonym])
    audit.log.put_actor(type(row)(workspace, row.pseudonym, row.kind, BOB.name, row.key))
    assert [finding.problem for finding in audit.verify(workspace).findings] == ["renamed"]


def test_entries_of_before_name_their_actors_still(audit, backend, erasing, workspace):
    AuditRecorder(backend.audit, backend.clock).record([an_entry(workspace, id="old", actor=ADA)])
    assert [one.actor for one in listed(audit, workspace)] == [Actor(ADA.name, "user", ADA.origin)]
    assert erase(audit, erasing, workspace, ADA.name) == []
    assert audit.verify(workspace).ok


def test_a_copy_from_before_loses_the_names_again(audit, backend, erasing, workspace):
    audit.record([entry(workspace, "1", ADA)])
    (row,) = audit.log.actors(workspace)
    erase(audit, erasing, workspace, ADA.name)
    audit.log.put_actor(row)
    if backend.family == "sqlite":  # the database of before does not know the list either
        backend.stores._database.write(lambda connection: connection.execute("DELETE FROM erased"))
    erasing.catch_up(workspace, TESTER)
    assert ADA.name not in text_of(audit, workspace)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("call", ["append", "remember_actors", "begin", "forget_actors", "end"])
def test_one_that_dies_half_way_leaves_what_verifies_and_is_done_when_it_is_asked_for_again(
    audit, backend, erasing, workspace, monkeypatch, call, after
):
    audit.record([entry(workspace, "1", ADA), entry(workspace, "2", BOB)])
    store = next(one for one in (backend.erasure, backend.audit) if hasattr(one, call))
    done = getattr(store, call)

    def dies(*given, **more):
        if after:
            done(*given, **more)
        raise InterruptedError

    with monkeypatch.context() as patch, suppress(InterruptedError):
        patch.setattr(store, call, dies)
        erase(audit, erasing, workspace, ADA.name)
    assert audit.verify(workspace).ok
    backend.clock.sleep(ASKED_SECONDS + 1)
    erasing.go_on(workspace)
    erase(audit, erasing, workspace, ADA.name)
    assert ADA.name not in text_of(audit, workspace)
    assert erasing.pending(workspace) == []
    assert audit.verify(workspace).ok
    assert {one.actor.name for one in listed(audit, workspace, act="x")} > {BOB.name}


class Secrets:
    """Of who renames."""

    def __init__(self):
        self.renamed = []

    def rename(self, *given):
        self.renamed.append(given)


def test_beside_the_log_the_pseudonym_takes_the_place_of_the_name(backend, workspace):
    """A version, a pause, a paused trigger, a link to a form, an answer to what is still asked."""
    backend.catalog.put_draft(
        DraftRecord(workspace, "orders", b"{}", "e", START, "bob"), expect_etag=None, description=""
    )
    backend.catalog.put_version(a_version(workspace, 1, published_by=ADA.name))
    backend.pauses.put(Pause(workspace, "orders", "queue", "hold", START, ADA.name))
    states = [
        TriggerState(workspace, "orders", "web", paused_at=START, paused_by=ADA.name),
        TriggerState(workspace, "!links", "0f", spec=json.dumps(["orders", ADA.name, ADA.name, 5, 0])),
        TriggerState(workspace, "!budgets", "orders", spec="[28333333, 4]"),
        TriggerState(workspace, "orders", "daily", spec=ADA.name),
    ]
    for state in states:
        assert backend.trigger_states.change(state)
    asked = [
        Approval(workspace, approval_id(f"orders:{n}", "t", START), f"orders:{n}", "/0", 1, 1, START) for n in range(3)
    ]
    for approval in asked:
        backend.approvals.ask(approval)
    for approval in asked[:2]:
        assert backend.approvals.answer(approval, [{"by": ADA.name, "comment": ADA.name}, {"by": "bob"}])
    backend.approvals.close(replace(asked[1], revision=1), APPROVED, START)
    places = Places(backend.catalog, backend.pauses, backend.trigger_states, backend.approvals, Secrets())
    for _ in range(2):  # who dies half way does it again
        places.rename(workspace, {ADA.name: "~5f", "eve": "~60"})
    assert places.secrets.renamed[0] == (workspace, ADA.name, "~5f")
    assert backend.catalog.version(workspace, "orders", 1).published_by == "~5f"
    assert backend.pauses.pauses(workspace)[0].paused_by == "~5f"
    found = {(state.workflow, state.trigger): state for state in backend.trigger_states.all(workspace)}
    assert found["orders", "web"].paused_by == "~5f"
    assert json.loads(found["!links", "0f"].spec) == ["orders", ADA.name, "~5f", 5, 0]
    assert found["!budgets", "orders"].revision == found["orders", "daily"].revision == 1
    assert [backend.approvals.get(workspace, one.id).answers for one in asked] == [
        ({"by": "~5f", "comment": ADA.name}, {"by": "bob"}), (), (),
    ]


def test_an_export_names_actors_with_what_shows_it(audit, workspace):
    audit.record([entry(workspace, "1", ADA)])
    (line,) = (line for chain in range(CHAINS) for line in exported(audit.log, workspace, chain, audit.actors))
    shape = json.loads(line)
    assert PSEUDONYM.fullmatch(shape["actor"])
    assert {**shape["kept"]["named"], "key": ""} == {"actor": ADA.name, "origin": ADA.origin, "key": ""}


@pytest.mark.parametrize("origin", ["", "x y", "192.0.2.7", "2001:db8::1", "ä" * 90, "session ada.l@example.com"])
def test_any_origin_comes_back(backend, workspace, origin):
    actors = Actors(backend.audit, backend.clock)
    hidden = actors.hidden(workspace, Actor("ada", "user", origin))
    assert origin == "" or origin not in hidden.origin
    assert actors.hidden(workspace, hidden) is hidden
    assert Actors(backend.audit, backend.clock).shown_actor(workspace, hidden) == Actor("ada", "user", origin)
