"""The routes of a conversation: its turns, with a model that answers from a script."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from engine.copilot.conversation.running import REFUSALS
from engine.ports.language_model import ModelUnavailable
from engine.ports.people.conversations import ConversationKey, owner_of
from functions.app.copilot import turns
from functions.app.copilot.place import TurnPlace
from tests.support.copilot_drafts import REQUEST, draft, refined
from tests.support.scripted_model import ScriptedModel, calls, says, texts

PATH = "/workflows/orders/conversation"
SECRET = "sk-live-a-secret-of-orders"
PASS = {"StartAt": "Begin", "States": {"Begin": {"Type": "Pass", "End": True}}}
FAILS = {"QueryLanguage": "JSONata", "StartAt": "Look", "States": {
    "Look": {"Type": "Pass", "Assign": {"password": "{% $states.input.password %}"}, "Next": "Stop"},
    "Stop": {"Type": "Fail", "Error": "OutOfStock", "Cause": "there is none"}}}


class Talk:
    """The API with the scripted model; a turn that was begun runs with `run`."""

    def __init__(self, api, monkeypatch):
        self.api, self.model, self.handed = api, ScriptedModel(), []
        place = TurnPlace("here", lambda by: by == "here", self.handed.append)
        api.services = replace(api.services, open_turn_place=lambda: place)
        monkeypatch.setattr(turns, "model_of", lambda *_: self.model)
        api.publish("orders", PASS)

    def __call__(self, text, *answers, **more):
        self.model.answers[:] = answers
        reply = self.api("POST", PATH, {"text": text, **more})
        assert reply.status == 202, reply.text
        self.run()
        return self.look()["turns"][-1]

    def run(self):
        turns.Turns(self.api.services).run(self.handed.pop())

    def look(self, tag=None):
        return self.api("GET", PATH if tag is None else f"{PATH}?after={tag}").json


@pytest.fixture
def talk(api, monkeypatch):
    return Talk(api, monkeypatch)


def test_a_request_becomes_a_draft_that_is_not_stored(talk):
    turn = talk(REQUEST, calls(("search_actions", {"words": "slack charge"}), text="I look."),
                calls(("propose", draft())))
    assert (turn["status"], turn["problem"], turn["number"]) == ("DONE", None, 1)
    assert [(call["tool"], call["failed"]) for call in turn["calls"]] == [("search_actions", False), ("propose", False)]
    proposal = turn["proposal"]
    assert [clause["states"] for clause in proposal["clauses"]] == [
        ["High Value?"], ["Ask Finance", "Approved?"], ["Charge Card"]]
    assert {case["name"]: case["passed"] for case in proposal["cases"]} == dict.fromkeys(
        ["low", "approved", "declined", "nobody-answers"], True)
    assert "Assumed: A high value is an amount over 1000." in [to_do["text"] for to_do in proposal["to_dos"]]
    assert turn["usage"] | {"seconds": 0} == {"answers": 2, "input_tokens": 200, "output_tokens": 20, "seconds": 0}
    assert talk.api("GET", "/workflows/orders/draft").json["document"]["definition"] == PASS


def test_a_refinement_is_about_the_draft_that_is_given(talk):
    first = talk(REQUEST, calls(("propose", draft())))["proposal"]["document"]
    turn = talk("after charging, also tell Slack", calls(("propose", refined())), document=first)
    assert [(each["state"], each["change"]) for each in turn["proposal"]["changes"]] == [
        ("Charge Card", "changed"), ("Tell Slack", "added")]
    sent = texts(talk.model.asked[-1:])
    assert REQUEST in sent, "the model is told of the turn before"
    assert '"Ask Finance"' in sent


def test_what_is_new_since_a_tag_is_answered(talk):
    talk("a question", says("An answer."))
    begun = talk.api("POST", PATH, {"text": "another"}).json
    assert [(turn["number"], turn["status"]) for turn in talk.look(begun["tag"])["turns"]] == [(2, "RUNNING")]
    talk.model.answers[:] = [says("Another answer.")]
    talk.run()
    found = talk.look(begun["tag"])
    assert [(turn["text"], turn["status"]) for turn in found["turns"]] == [("Another answer.", "DONE")]
    assert (found["reset"], found["running"]) == (False, False)
    assert talk.look(found["tag"])["tag"] == found["tag"]
    assert talk.look("gone.3.1")["reset"], "the tag of a conversation that is gone begins anew"


def test_one_turn_at_a_time(talk):
    talk.api("POST", PATH, {"text": "a question"})
    reply = talk.api("POST", PATH, {"text": "another"})
    assert (reply.status, reply.error["advice"]) == (409, "Wait for it, or stop it.")
    assert talk.api("POST", f"{PATH}/stop", {}).status == 200
    talk.run()
    assert talk.look()["turns"][-1]["status"] == "STOPPED"
    assert talk.model.asked == []
    assert talk.api("POST", f"{PATH}/stop", {}).status == 404


def test_a_conversation_is_its_owners_alone_and_can_be_deleted(talk):
    talk("a question", says("An answer."))
    mine, other = (ConversationKey("default", owner_of(replace(talk.api.actor, name=name)), "orders")
                   for name in ("ada", "eve"))
    conversations = turns.Turns(talk.api.services)
    assert len(conversations.look(mine).turns) == 1
    assert conversations.look(other).turns == []
    assert talk.api("DELETE", PATH).status == 200
    assert talk.look()["turns"] == []


def test_a_conversation_is_erased_with_its_owner(talk):
    talk("a question", says("An answer."))
    hers = ConversationKey("default", owner_of(replace(talk.api.actor, name="eve")), "orders")
    turns.Turns(talk.api.services).begin(hers, "a question of hers", None)
    erased = talk.api("POST", "/erasures/actors", {"actor": "eve"})
    assert erased.status == 200, erased.text
    assert erased.json["conversations"] == 1
    assert turns.Turns(talk.api.services).look(hers).turns == []
    assert len(talk.look()["turns"]) == 1


def test_a_turn_whose_process_is_gone_is_begun_again_by_the_one_who_looks(talk):
    talk.api("POST", PATH, {"text": "a question"})
    key = talk.handed.pop()
    store = talk.api.services.open_conversations()
    kept = store.read(key)
    claimed = {"kind": "claimed", "at": talk.api.clock.now(), "by": "gone", "until": talk.api.clock.now() + 180}
    store.append(key, kept.end, [json.dumps(claimed)], talk.api.clock.now())
    assert talk.look()["running"]
    assert talk.handed == [key]
    talk.model.answers[:] = [says("An answer.")]
    talk.run()
    assert talk.look()["turns"][0]["text"] == "An answer."


def test_without_a_model_a_turn_is_refused_with_what_to_do(api):
    api.publish("orders", PASS)
    reply = api("POST", PATH, {"text": "Charge the card"})
    assert (reply.status, reply.error["where"]) == (403, "AUTOMATE_COPILOT_PROVIDER")
    assert "template" in reply.error["advice"]
    assert api("GET", PATH).json["turns"] == []


@pytest.mark.parametrize(("given", "status", "where"), [
    ({"text": " "}, 422, "text"), ({"text": "x" * 4001}, 422, "text"), ({}, 422, "/text"),
    ({"text": "why?", "execution": "orders:none"}, 404, None),
])
def test_a_request_that_cannot_be_answered_is_refused_at_once(talk, given, status, where):
    reply = talk.api("POST", PATH, given)
    assert reply.status == status, reply.text
    assert where is None or reply.error["where"] == where
    assert talk.handed == []


def test_a_draft_that_is_too_large_for_a_model_is_refused(talk):
    large = {"name": "orders", "definition": {**PASS, "Comment": "x" * (turns.MOST_DOCUMENT + 1)}}
    reply = talk.api("POST", PATH, {"text": "why?", "document": large})
    assert (reply.status, reply.error["where"]) == (422, "document")
    cases = {"name": "orders", "definition": PASS, "cases": [{"name": "x", "input": "x" * turns.MOST_DOCUMENT}]}
    assert talk.api("POST", PATH, {"text": "why?", "document": cases}).status == 202, "cases are not sent"


def test_a_conversation_has_so_many_turns(talk, monkeypatch):
    monkeypatch.setattr(turns, "MOST_TURNS", 2)
    for _ in range(2):
        talk("a question", says("An answer."))
    reply = talk.api("POST", PATH, {"text": "a third"})
    assert (reply.status, reply.error["advice"]) == (409, "Delete it and begin anew.")


def test_no_secret_is_sent_or_kept(talk):
    talk.api.secrets.values["STRIPE_KEY"] = SECRET
    told = draft()
    told["document"]["definition"]["States"]["Charge Card"]["Arguments"]["api_key"] = SECRET
    turn = talk(
        f"Charge the card with the key {SECRET}", calls(("propose", told)),
        calls(("list_connections", {})), calls(("propose", draft()), text=f"The key is {SECRET}."),
        document={"name": "orders", "definition": {**PASS, "Comment": f"the key is {SECRET}"}},
    )
    assert SECRET not in texts(talk.model.asked)
    kept = talk.api.services.open_conversations().read(ConversationKey("default", owner_of(talk.api.actor), "orders"))
    shown = json.dumps({**turn, "proposal": {**turn["proposal"], "document": None}})
    assert SECRET not in shown
    asked = json.loads(kept.entries[0][1])
    assert SECRET not in asked["text"]
    refusal = next(message.text for message in talk.model.asked[1].messages if "refused" in message.text)
    assert "/document/definition/States/Charge Card/Arguments/api_key" in refusal
    assert "STRIPE_KEY" in texts(talk.model.asked), "its name may be sent"


def test_an_execution_is_read_with_hidden_fields_masked_and_can_go_on(talk):
    api = talk.api
    api.publish("orders", FAILS, sensitive={"input": ["/password"], "variables": ["/password"]})
    begun = api("POST", "/workflows/orders/executions", {"name": "one", "input": {"password": "hush", "n": 1}})
    assert begun.status in (200, 201, 202), begun.text
    api.work()
    repaired = {**FAILS, "States": {**FAILS["States"], "Stop": {"Type": "Succeed"}}}
    given = {
        "reply": "It ends well now.", "clauses": [{"number": 1, "done_in": ["Stop"]}],
        "document": {"definition": repaired},
        "cases": [{"name": "ends", "input": {"password": "x"}, "stubs": {}, "expect": {"status": "SUCCEEDED"}}],
    }
    turn = talk("mend it", calls(("read_execution", {"execution": "orders:one"})), calls(("propose", given)),
                execution="orders:one")
    assert turn["proposal"] is not None, turn
    sent = texts(talk.model.asked)
    assert "OutOfStock" in sent
    assert "hush" not in sent
    assert turn["proposal"]["forward"]["execution"] == "orders:one"
    assert "go on" in turn["proposal"]["forward"]["text"]


def test_another_execution_than_the_named_one_is_not_read(talk):
    talk.api.publish("others", PASS)
    talk.api("POST", "/workflows/others/executions", {"name": "one", "input": {"hush": 1}})
    turn = talk("why?", calls(("read_execution", {"execution": "others:one"})), says("I may not."))
    assert turn["calls"][0]["failed"]
    assert "hush" not in texts(talk.model.asked)


@pytest.mark.parametrize(("fault", "words"), [
    (ModelUnavailable("the key is wrong", passing=False), "the key is wrong"),
    (ModelUnavailable("too many requests", passing=True, retry_after=10_000), "too many requests"),
])
def test_a_model_that_cannot_be_asked_is_a_message(talk, fault, words):
    turn = talk("a question", fault)
    assert (turn["status"], turn["proposal"]) == ("FAILED", None)
    assert words in turn["problem"]["message"]
    assert turn["problem"]["advice"]


def test_a_model_that_is_wrong_for_ever_ends_with_the_findings(talk):
    wrong = draft()
    wrong["document"]["definition"]["States"]["Charge Card"]["Resource"] = "connector:stripe:charge_it"
    turn = talk(REQUEST, *[calls(("propose", wrong))] * (REFUSALS + 1))
    assert (turn["status"], turn["proposal"]) == ("FAILED", None)
    assert "there is no action connector:stripe:charge_it" in turn["problem"]["findings"][0]
