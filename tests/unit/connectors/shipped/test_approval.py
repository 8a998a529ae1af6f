"""The connector approval: what it writes down, and what it says in Slack, which is on loopback."""

import json
from types import SimpleNamespace
from typing import ClassVar

import pytest

from connectors.asking import Asking
from connectors.declared.adapter import connector_class
from connectors.errors import ConnectorError
from connectors.registry import Registry
from connectors.sdk import ConnectorAdapter
from connectors.shipped import approval
from connectors.shipped.approval import ApprovalConnector
from connectors.shipped.mail import EmailConnector
from connectors.tasks import ConnectorTasks
from engine.clock import SkipClock
from engine.governance.masking import SecretValues
from engine.ports.people.approvals import APPROVED, OPEN, OVER, REFUSED, ApprovalQuery
from engine.ports.tasks import TaskCall, TaskFailed, TaskGoesOn, TaskSucceeded
from tests.support.memory.approvals import MemoryApprovals
from tests.support.vendors.slack_server import ARCHIVED, TOKEN, SlackServer

TASK_TOKEN = "whose./0.3.1.0123456789abcdef0123456789abcdef"
SLACK = {"slack_channel": "#general", "slack_token": TOKEN}
STUDIO = "https://example.com/studio"


class Mails(ConnectorAdapter):
    """The connector email, whose mails come to the list `sent`."""

    code = "email"
    name = description = "Email"
    actions = EmailConnector.actions
    sent: ClassVar[list] = []

    def execute(self, action, params, context):
        self.sent.append((params, context["idempotency_key"]))
        return {"message_id": "x", "reply": "250 ok"}


@pytest.fixture
def product(use_dialler, monkeypatch):
    """`call` makes a call of `ask` as a worker does, over a store in memory and Slack on loopback."""
    slack = SlackServer()
    use_dialler(slack.address)
    file = type(Registry(installed=tuple).get("slack")).file
    registry = Registry(installed=tuple, shipped=())
    registry.register(ApprovalConnector)
    registry.register(Mails)
    Mails.sent.clear()
    registry.register(connector_class(file, base_url=f"http://{slack.address}/api"))
    monkeypatch.setattr(approval, "_registry", lambda: registry)
    store = MemoryApprovals()
    tasks = ConnectorTasks(registry, lambda: Asking(store, SkipClock(), STUDIO))

    def call(params, *, token=TASK_TOKEN, **more):
        return tasks.call(TaskCall(
            "connector:approval:ask.waitForTaskToken", {"question": "Charge <1000>?", **params}, "default", "flow:one",
            "flow", 1, "Ask", 0, "key", 20.0, task_token=token, secrets=SecretValues({"SLACK": TOKEN}), frame="/0",
            visit=3, entered_at=1_700_000_000.0, deadline=1_700_003_600.0, **more,
        ))

    yield SimpleNamespace(call=call, store=store, slack=slack)
    registry.get("slack")._calls.close()
    slack.close()


def rows(product):
    return product.store.page(ApprovalQuery("default")).approvals


def posted(product):
    return [json.loads(request.body) for request in product.slack.seen]


def buttons(message):
    return {one["action_id"]: one for block in message["blocks"] if block["type"] == "actions"
            for one in block["elements"]}


def test_it_asks_once_however_often_it_is_called(product):
    first, second = product.call({}), product.call({})
    (row,) = rows(product)
    assert first == second == TaskSucceeded({"approval": row.id}, handed_over=True)
    assert (row.execution_id, row.place, row.since) == ("flow:one", ("/0", 3, 0), 1_700_000_000.0)


def test_who_is_asked_by_mail_may_answer_at_once(product, monkeypatch):
    found = []
    monkeypatch.setattr(Mails, "execute", lambda *_: found.append([row.status for row in rows(product)]))
    product.call({"email": {"host": "mail.example.com", "from": "a@example.com", "to": "b@example.com"}})
    assert found == [[OPEN]]


@pytest.mark.parametrize(("definite", "left"), [(True, 0), (False, 1)])
def test_where_the_mail_may_be_out_it_can_be_answered(product, monkeypatch, definite, left):
    def fail(*_):
        raise ConnectorError("no answer", definite=definite)

    monkeypatch.setattr(Mails, "execute", fail)
    product.call({"email": {"host": "mail.example.com", "from": "a@example.com", "to": "b@example.com"}})
    assert len(rows(product)) == left


def test_a_reminder_is_due_where_one_is_wanted(product):
    assert product.call({"remind_after": 3600}).again_in == 3600
    assert product.call({"remind_after": 3600}, job={"approval": "x"}) == TaskGoesOn(3600)
    assert product.call({"remind_after": 5}).error == "approval.InvalidInput"


@pytest.mark.parametrize(("params", "says"), [
    ({"approvers": ["role:boss"]}, "there is no role 'boss'"), ({"needed": "most"}, '"any", "all" or a number'),
    ({"needed": 0}, "needed is"), ({"needed": 2, "approvers": ["ada"]}, "there are 1 approvers"),
    ({"needed": "all"}, "named one by one"), ({"needed": "all", "approvers": ["role:admin"]}, "named one by one"),
    ({"form": {"type": "nothing"}}, "form is no JSON Schema"), ({"slack_channel": "#x"}, "go together"),
])
def test_what_nobody_could_answer_is_refused_and_asks_nobody(product, params, says):
    failed = product.call(params)
    assert isinstance(failed, TaskFailed)
    assert (failed.error, failed.definite, says in json.loads(failed.cause)["errorMessage"]) == (
        "approval.ConnectorError", True, True
    )
    assert rows(product) == ()


def test_without_a_token_or_a_store_it_says_how_it_is_called(product):
    failed = product.call({}, token=None)
    assert "connector:approval:ask.waitForTaskToken" in failed.cause


def test_slack_is_asked_with_buttons_that_hold_no_token(product):
    answer = product.call({**SLACK, "details": {"order": "o-1 <!channel>"}})
    (row,) = rows(product)
    assert answer.output == {"approval": row.id, "slack": {"channel": "C123ABC456", "ts": answer.output["slack"]["ts"]}}
    (message,) = posted(product)
    found = buttons(message)
    assert {name: one.get("value") for name, one in found.items()} == {
        "automate_approve": row.id, "automate_refuse": row.id, "automate_open": None,
    }
    assert found["automate_open"]["url"] == f"{STUDIO}/approvals/{row.id}"
    text = json.dumps(message)
    assert message["text"] == "Charge &lt;1000&gt;?"
    assert "<!channel>" not in text
    assert "flow:one, Ask, until 2023-11-14T23:13:20.000Z" in text
    assert TASK_TOKEN not in text
    assert TASK_TOKEN.rpartition(".")[2] not in text + repr(row) + str(answer.output)


def test_with_a_form_who_approves_opens_the_page(product):
    product.call({**SLACK, "form": {"type": "object", "properties": {"account": {"type": "string"}}}})
    assert set(buttons(posted(product)[0])) == {"automate_refuse", "automate_open"}


def test_where_slack_refuses_nothing_waits(product):
    failed = product.call({**SLACK, "slack_channel": ARCHIVED})
    assert (json.loads(failed.cause)["code"], failed.definite) == ("is_archived", True)
    assert rows(product) == ()


@pytest.mark.parametrize(("answered", "status", "says"), [
    ({"approved": True, "by": "ada", "comment": "fine & dandy"}, APPROVED, "Approved by ada: fine &amp; dandy"),
    ({"approved": False, "by": "ada", "comment": ""}, REFUSED, "Refused by ada"),
    (None, OVER, "No longer asked"), ("whatever", OVER, "No longer asked"),
])
def test_in_the_end_the_row_is_closed_and_the_buttons_are_gone(product, answered, status, says):
    job = product.call(SLACK).output
    assert product.call(SLACK, job=job, stops_job=True, answered=answered) == TaskSucceeded(None)
    assert rows(product) == ()
    assert product.store.get("default", job["approval"]).status == status
    changed = posted(product)[-1]
    assert (changed["ts"], buttons(changed)) == (job["slack"]["ts"], {})
    assert says in json.dumps(changed)


def test_a_reminder_is_said_in_the_thread(product):
    job = product.call({**SLACK, "remind_after": 60}).output
    product.call({**SLACK, "remind_after": 60}, job=job)
    said = posted(product)[-1]
    assert (said["thread_ts"], said["reply_broadcast"], said["text"]) == (
        job["slack"]["ts"], True, "Still waiting: Charge &lt;1000&gt;?"
    )


MAIL = {"email": {"host": "mail.example", "from": "shop@example.com", "to": ["ada@example.com"]}}


def test_a_mail_has_the_address_of_the_page_and_no_token(product):
    job = product.call({**MAIL, "details": {"order": "o-1"}, "remind_after": 60}).output
    product.call({**MAIL, "remind_after": 60}, job=job)
    (first, key), (second, other) = Mails.sent
    assert f"{STUDIO}/approvals/{job['approval']}" in first["body"]
    assert '"order": "o-1"' in first["body"]
    assert (first["to"], first["subject"], second["subject"]) == (
        ["ada@example.com"], "Charge <1000>?", "Still waiting: Charge <1000>?"
    )
    assert key != other  # which the Message-ID is made of
    assert TASK_TOKEN not in first["body"] + second["body"]


def test_a_mail_that_lacks_something_asks_nobody(product):
    failed = product.call({"email": {"host": "mail.example", "to": "ada@example.com"}})
    assert "from" in json.loads(failed.cause)["errorMessage"]
    assert (rows(product), Mails.sent) == ((), [])
