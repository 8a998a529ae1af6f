"""Routes of what is kept: how long executions are, what they take of the disk, and erasing them before."""

from __future__ import annotations

from typing import Any

from engine.durable.lifecycle.erasing import Erased
from engine.errors import Conflict
from engine.governance.audit.actors import ERASE_ACTOR
from engine.governance.audit.entry import ERASURE, VIEW, WORKFLOW, Subject
from engine.governance.audit.recorder import new_id
from engine.governance.masking import MASK
from engine.governance.roles import Right
from engine.language.asl.times import iso_timestamp
from engine.ports.keys import Actor
from engine.ports.people.conversations import owner_of
from functions.app.acts import Act, Acts, Doing, Target
from functions.app.routes.executions import key_of
from functions.app.routing import Call, RouteTable
from functions.app.services import Storage
from functions.app.shapes import base, erasures
from functions.app.shapes import storage as shapes
from functions.app.warnings import warn

table = RouteTable("Operations")

MEGABYTE = 1_000_000


@table.route("GET", "/storage", right=Right.LOOK)
def get_storage(call: Call[base.Nothing]) -> shapes.Storage:
    """The terms of retention, what is taken next, and on one machine the size of the data folder and its growth."""
    services = call.services
    found = None if services.storage is None else services.storage()
    settings = services.settings
    return shapes.Storage(
        retention_days=settings.retention_days, redrive_days=settings.redrive_days, next=_next(found),
        folder=None if found is None else _folder(found, settings.disk_reserve_mb * MEGABYTE),
    )


@table.route("DELETE", "/executions/{id}", right=Right.ACCESS, act=Act("execution.erase", key_of))
def erase_execution(call: Call[base.Nothing]) -> erasures.Erased:
    """Erase an execution that has ended: input, output, history, log lines, its place in the lists. A child that it
    waited for goes with it. It cannot be undone.

    409 (ExecutionIsOpen) for one that runs: stop it first. 410 for one that is erased."""
    erased = call.services.open_erasing().erase_one(key_of(call), call.actor)
    _done(call.act, erased)
    return erasures.Erased(**_shape(erased))


@table.route(
    "POST", "/erasures", right=Right.ACCESS, act=Acts(("execution.erase", "view.delete")),
    example={"business_key": "customer-4711", "dry_run": True},
)
def erase_by_key(call: Call[erasures.EraseRequest]) -> erasures.ErasedByKey:
    """Erase the executions with a business key, up to 100 at a time, the newest first. It cannot be undone.

    With dry_run nothing is erased, and `found` lists what would be. What has not ended stays, and says why. Saved views
    that are filtered by this key are deleted, and named in `warnings`."""
    given, erasing = call.given, call.services.open_erasing()
    found = erasing.find(
        call.workspace, given.business_key, workflow=given.workflow, next_token=given.next_token
    )
    shape: base.Json = {"erasure": None, "executions": [], "pending": False}
    stay = {one.key.id: one.refusal for one in found.all}
    keys = [one.key for one in found.executions]
    if given.dry_run:
        views = erasing.views_of_key(call.workspace, given.business_key)
        for name in views:
            warn(f"the saved view {name} is filtered by this key: it goes with it")
    else:  # before the executions: the end of an erasure leaves nothing of it on the disk
        views = erasing.forget_key(call.workspace, given.business_key, call.actor)
        for name in views:
            with call.acts.doing("view.delete", Subject(VIEW, name)) as act:
                act.done(before={"filters": MASK})
            warn(f"the saved view {name} was filtered by this key: it is deleted")
    if given.dry_run or not keys:
        call.acts.unchanged()
    else:
        with call.acts.doing("execution.erase", _asked(given.workflow)) as act:
            erased = erasing.erase(keys, call.actor)
            _done(act, erased)
        shape = _shape(erased)
        stay |= {name: error.message for name, error in erased.refused.items()}
    return erasures.ErasedByKey(
        **shape, found=[erasures.Erasable.of(one, id=one.key.id, refusal=stay[one.key.id]) for one in found.all],
        views=views, next_token=found.next_token,
    )


@table.route(
    "POST", "/erasures/actors", right=Right.ACCESS, act=Acts((ERASE_ACTOR,)),
    example={"actor": "ada@example.com", "dry_run": True},
)
def erase_actor(call: Call[erasures.EraseActorRequest]) -> erasures.ErasedActors:
    """Erase an actor's name from the audit log, where they acted from, and their conversations with the copilot. The
    entries stay. It cannot be undone.

    409 (Conflict) for whoever asks, and for a token that is not revoked. Entries of a release before pseudonyms keep
    the name until their term."""
    found = call.services.audit.actors.found(call.workspace, call.given.actor)
    erasure, pending = None, False
    conversations = _conversations_of(call, erases=not call.given.dry_run)
    if call.given.dry_run or not found:
        call.acts.unchanged()
    else:
        erasure, pseudonyms = new_id(), [row.pseudonym for row in found]
        with call.acts.doing(ERASE_ACTOR, Subject(ERASURE, erasure)) as act:
            if call.given.actor == call.actor.name:
                raise Conflict(
                    "the entry of the erasure would name you again", where="actor",
                    advice="Another admin erases your name, once you have left.",
                )
            if call.services.open_tokens is not None:
                call.services.open_tokens().nameless(call.workspace, call.given.actor, pseudonyms[0])
            if call.services.open_grants is not None:
                call.services.open_grants().rename(call.workspace, call.given.actor, pseudonyms[0])
            act.done(after={"actors": pseudonyms}, whole=True)  # first: a name that is gone untold is a finding
            pending = call.services.open_erasing().erase_actors(call.workspace, pseudonyms, call.actor, erasure)
    return erasures.ErasedActors(
        erasure=erasure, actors=sorted(f"{row.kind}/{row.name}" for row in found), pending=pending,
        conversations=conversations,
    )


def _conversations_of(call: Call[erasures.EraseActorRequest], *, erases: bool) -> int:
    """How many conversations with the copilot the actor has; with `erases` they are deleted. The audit log need not
    know the actor. Nobody erases themselves, so theirs stay."""
    store, name = call.services.open_conversations(), call.given.actor
    if name == call.actor.name:
        return 0
    owners = [owner_of(Actor(name, kind)) for kind in ("user", "token", "role")]
    each = store.delete_all_of if erases else store.count_of
    return sum(each(call.workspace, owner) for owner in owners)


@table.route("GET", "/erasures", right=Right.LOOK)
def list_erasures(call: Call[base.Nothing]) -> erasures.ErasureList:
    """List the erasures that were asked for and are not over.

    An id may name whom it is about. So the ids, and who asked, are for those who may erase (`access`); others see that
    there is an erasure, since when, and of how many executions."""
    pending, may = call.services.open_erasing().pending(call.workspace), call.may(Right.ACCESS)
    return erasures.ErasureList(erasures=[
        erasures.Erasure.of(
            one, by=one.by.name if may else None, executions=list(one.executions) if may else None,
            count=len(one.executions),
        ) for one in pending
    ])


def _asked(workflow: str | None) -> Target:
    return Subject(WORKFLOW, workflow or "*")


def _done(act: Doing, erased: Erased) -> None:
    """The entry says how many; it names none of them. Where none could be erased, it says why."""
    erasure = erased.erasure
    if erasure is None and erased.refused:
        act.refused(next(iter(erased.refused.values())))
    elif erasure is None:
        act.done(changed=False)
    else:
        act.done(target=Subject(ERASURE, erasure.id), after={"executions": len(erased.executions)})


def _shape(erased: Erased) -> dict[str, Any]:
    return {
        "erasure": None if erased.erasure is None else erased.erasure.id, "executions": list(erased.executions),
        "pending": erased.pending,
    }


def _next(found: Storage | None) -> shapes.NextTaken | None:
    if found is None or found.following is None:
        return None
    ended, at = found.following
    return shapes.NextTaken.of(ended, execution=ended.key.id, workflow=ended.key.workflow, at=at)


def _folder(found: Storage, reserve: int) -> shapes.Folder:
    space = found.space
    growth = space.a_day or 0.0
    left = max(0.0, (space.disk + space.free - reserve) / growth) if growth > 0 else None
    return shapes.Folder(
        bytes=space.bytes + space.log, free_bytes=space.free, shrinks=space.shrinks, bytes_a_day=space.a_day,
        disk_free_bytes=space.disk, reserve_bytes=reserve, days_left=left,
        trusted_until=None if space.trusted is None else iso_timestamp(space.trusted),
    )
