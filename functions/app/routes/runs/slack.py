"""The route that Slack calls when somebody presses a button of an approval."""

from __future__ import annotations

from functools import cache

from connectors.builtin.http_calls import HttpCalls
from engine.governance.audit.entry import EXECUTION, Subject
from engine.ports.keys import Actor, ExecutionKey
from functions.app.acts import Acts, Recorder
from functions.app.approvals.answering import Taken
from functions.app.approvals.slack import SlackAnswers, clicks_of, tell
from functions.app.routing import Anyone, Call, RouteTable
from functions.app.shapes import base

table = RouteTable("Approvals")

_ANSWER = "approval.answer"


@table.route("POST", "/hooks/slack.com/approvals", right=Anyone.AT_ALL, raw=True, act=Acts((_ANSWER,)))
def answer_in_slack(call: Call[base.Nothing]) -> base.Done:
    """Answer by a button in Slack: the Request URL of the app's interactivity.

    Slack's signature proves it (AUTOMATE_SLACK_SIGNING_SECRET), AUTOMATE_SLACK_USERS says who its users are. 404: there
    is no signing secret, or the signature is wrong."""
    services, request, address = call.services, call.raw, call.actor.origin
    webhooks = services.open_webhooks()
    if request is None:
        raise RuntimeError("the route is declared to read its request by itself")
    webhooks.check_size(request, address)
    slack = SlackAnswers(services.open_answering(), services.settings, services.secret_backends, services.clock)
    if not slack.is_genuine(request):
        raise webhooks.unknown(request, address)
    call.acts.unchanged()  # what is recorded is of who pressed the button, not of who calls
    recorder = Recorder(services.audit, services.clock)
    for click in clicks_of(request.body):
        def record(actor: Actor, key: ExecutionKey | None, taken: Taken, approval: str = click.approval) -> None:
            recorder.done(
                _ANSWER, call.workspace, Subject(EXECUTION, "" if key is None else key.id), actor,
                after={"approval": approval, "answer": taken.entry["decision"], "decided": taken.decided},
            )

        tell(_calls(), click, slack.take(click, address, record))
    return base.Done()


@cache
def _calls() -> HttpCalls:
    return HttpCalls()
