"""Routes of forms: for who is signed in; links to them, and the pages that links open, for whoever has one."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl

from engine.errors import PayloadTooLarge, StorageError, UserError
from engine.governance.audit.entry import WORKFLOW, Subject
from engine.governance.roles import Right
from engine.ports.deliveries import STARTED
from engine.triggers.forms import FORM, Field, fields_of, filled
from engine.triggers.listener import Arrival, Listener
from functions.app.acts import Act, NoAct
from functions.app.http import Request
from functions.app.routes.triggers.deliveries import TriggerDoesNotExist
from functions.app.routing import Answer, Anyone, Call, RouteTable
from functions.app.shapes import base
from functions.app.shapes import triggers as shapes
from functions.app.triggers import form_page
from functions.app.triggers.form_links import FormClosed, FormLink, NoSuchForm
from functions.app.triggers.said import url_of

table = RouteTable("Triggers")

MOST_BYTES = 256 * 1024
MOST_ID = 64

Json = Any
_Again = Callable[[dict[str, str], int], Answer[str]]


@table.route("GET", "/forms/{workflow}/{trigger}", right=Right.RUN)
def form_of_trigger(call: Call[base.Nothing]) -> shapes.Form:
    """Show a form, for who is signed in."""
    form = _listening(call)
    title, description, fields, _ = _about(call, form)
    return shapes.Form(
        workflow=form.workflow, trigger=form.name, version=form.version, title=title, description=description,
        fields=shapes.form_fields(fields),
    )


@table.route(
    "POST", "/forms/{workflow}/{trigger}", right=Right.RUN,
    act=NoAct("what arrives is a delivery, and what it starts is recorded as a start"),
)
def fill_form(call: Call[shapes.FormTyped]) -> shapes.FormTaken:
    """Deliver what was typed into a form; what it starts, whoever is signed in has started.

    The submission's name is the delivery's key, with who submits: a double click is one."""
    form, given = _listening(call), call.given
    if sum(len(text) for text in given.typed.values()) > MOST_BYTES:
        raise PayloadTooLarge(f"what was typed is too long; at most {MOST_BYTES:,} bytes are taken")
    _, _, fields, schema = _about(call, form)
    found = filled(fields, given.typed, schema)
    if found.faults:
        return shapes.FormTaken(faults=dict(found.faults), delivery=None, outcome=None, why=None, execution=None)
    arrival = Arrival(
        found.value, call.services.clock.now(), {"SubmittedBy": call.actor.name},
        f"{call.actor.name} {given.submission}", call.actor.origin,
    )
    actor = call.services.audit.actors.hidden(call.workspace, call.actor)
    delivery = call.services.open_triggers().delivering.deliver(form, arrival, actor=actor).delivery
    started = delivery.outcome == STARTED
    return shapes.FormTaken(
        faults={}, delivery=delivery.key.id, outcome=delivery.outcome,  # type: ignore[arg-type]
        why=delivery.why or None, execution=delivery.key.id if started else None,
    )


@table.route(
    "POST", "/triggers/{workflow}/{trigger}/links", right=Right.RUN, status=201,
    act=Act("trigger.link", lambda call: Subject(WORKFLOW, call.path["workflow"])),
)
def make_form_link(call: Call[base.Nothing]) -> shapes.FormLink:
    """Make a link that opens a form.

    Whoever has it may submit the form, without signing in: a public form as often and as long as its `public` says, any
    other once, within an hour. It is shown this once."""
    triggers, form = call.services.open_triggers(), _listening(call)
    triggers.links.sweep()
    token, found = triggers.links.make(form, made_by=call.actor.name)
    call.act.done(after={"trigger": form.name, "digest": found.digest, "most": found.most})
    path = f"/forms?link={token}"
    return shapes.FormLink(
        path=path, url=url_of(call.services.settings, path), expires_at=found.expires_at, most=found.most  # type: ignore[arg-type]
    )


@table.route("GET", "/forms", right=Anyone.AT_ALL, raw=True)
def show_form(call: Call[base.Nothing]) -> Answer[str]:
    """Show the form that a link opens.

    The link is in the query (`link`), which no log of requests has."""
    try:
        _, form = _opened(call)
    except UserError as error:
        return _refused(call, error)
    title, description, fields, _ = _about(call, form)
    return _html(form_page.form(title, description, fields, None, {}, submission=uuid.uuid4().hex))


@table.route(
    "POST", "/forms", right=Anyone.AT_ALL, raw=True,
    act=NoAct("what arrives is a delivery, and what it starts is recorded as a start"),
)
def submit_form(call: Call[base.Nothing]) -> Answer[str]:
    """Deliver what was typed into a form; show it again, with what is wrong, where it will not do."""
    try:
        link, form = _opened(call, submitted=True)
        typed, submission = _typed(call)
    except UserError as error:
        return _refused(call, error)
    title, description, fields, schema = _about(call, form)
    found = filled(fields, typed, schema)

    def again(faults: dict[str, str], status: int) -> Answer[str]:
        return _html(form_page.form(title, description, fields, typed, faults, submission=submission), status)

    if found.faults:
        return again(dict(found.faults), 422)
    arrival = Arrival(
        found.value, call.services.clock.now(), {"Link": link.digest[:16], "MadeBy": link.made_by},
        f"{link.digest[:32]} {submission}", call.actor.origin,
    )
    return _delivered(call, form, arrival, title, again)


def _listening(call: Call[Any]) -> Listener:
    """The form that the path names. Raises TriggerDoesNotExist."""
    form = call.services.open_triggers().listening.find(call.path["workflow"], call.path["trigger"])
    if form is None or form.kind != FORM:
        raise TriggerDoesNotExist(
            f"the active version of {call.path['workflow']!r} has no form {call.path['trigger']!r} that listens",
            advice="See what there is: automate triggers list.",
        )
    return form


def _delivered(call: Call[Any], form: Listener, arrival: Arrival, title: str, again: _Again) -> Answer[str]:
    triggers, token = call.services.open_triggers(), _token(call)
    thanks = form_page.says(title, "Thank you. It was received.")
    later = "It cannot be taken just now. Nothing that you typed is lost: submit it again later."

    def is_received() -> bool:
        known = triggers.delivering.known(form, arrival)
        return known is not None and known.outcome == STARTED

    try:
        if is_received():
            return _html(thanks)
        triggers.links.take(token)
    except (UserError, StorageError) as error:
        return _refused(call, error) if isinstance(error, UserError) else again({"": later}, 503)
    try:
        done = triggers.delivering.deliver(form, arrival)
    except (UserError, StorageError) as error:
        with suppress(StorageError):  # then nobody knows whether it was received, and it stays counted
            if isinstance(error, StorageError) and is_received():
                return _html(thanks)
            triggers.links.give_back(token)
        return again({"": later}, 503)
    if done.again or done.delivery.outcome != STARTED:
        triggers.links.give_back(token)
    if done.delivery.outcome == STARTED:
        return _html(thanks)
    never = "It cannot be taken as it is. Whoever gave you the link can see why."
    return again({"": never}, 422) if done.retry_after is None else again({"": later}, 429)


def _opened(call: Call[Any], *, submitted: bool = False) -> tuple[FormLink, Listener]:
    """What the link opens. Raises NoSuchForm, FormClosed, TooManyRefused. One who submits again what was received gets
    to see that, so a link that is used up is looked at too."""
    webhooks, triggers = call.services.open_webhooks(), call.services.open_triggers()
    try:
        link = triggers.links.find(_token(call), used_up=submitted)
    except NoSuchForm as error:
        raise webhooks.refused(call.actor.origin, "no such form", error) from None
    form = triggers.listening.find(link.workflow, link.trigger)
    if form is None or form.kind != FORM or triggers.links.is_closed(link, form):
        raise FormClosed("this form is closed")
    return link, form


def _token(call: Call[Any]) -> str:
    if call.raw is None:
        raise RuntimeError("the route is declared to read its request by itself")
    return call.raw.query.get("link", "")


def _typed(call: Call[Any]) -> tuple[dict[str, str], str]:
    request: Request | None = call.raw
    if request is None:
        raise RuntimeError("the route is declared to read its request by itself")
    if len(request.body) > MOST_BYTES:
        raise PayloadTooLarge(f"what was typed is {len(request.body):,} bytes; at most {MOST_BYTES:,} are taken")
    sent = dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=1000))
    typed = {
        name.removeprefix(form_page.PREFIX): value for name, value in sent.items()
        if name.startswith(form_page.PREFIX)
    }
    return typed, sent.get(form_page.SUBMISSION, "")[:MOST_ID] or uuid.uuid4().hex


def _about(call: Call[Any], form: Listener) -> tuple[str, str, tuple[Field, ...], Json]:
    """Its title, what it says of itself, its fields and the schema that they are of."""
    schema = call.services.open_triggers().published.numbered(call.workspace, form.workflow, form.version).input_schema
    said = schema or {}
    title = str(form.spec.get("title") or said.get("title") or form.workflow)
    return title, str(form.spec.get("description") or said.get("description") or ""), fields_of(schema), schema


def _refused(call: Call[Any], error: UserError) -> Answer[str]:
    """A page that says it; nothing of the workflow is in it."""
    del call
    text = {
        NoSuchForm: "There is no form here. Ask whoever gave you the link for another.",
        FormClosed: "This form is closed.",
    }.get(type(error), f"{error.message[:1].upper()}{error.message[1:]}.")
    return _html(form_page.says("Form", text), error.status)


def _html(text: str, status: int = 200) -> Answer[str]:
    return Answer(text, content_type="text/html; charset=utf-8", headers=form_page.HEADERS, status=status)

