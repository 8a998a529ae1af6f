"""A turn: its limits, its end, a process that dies at any of its steps, a model without tools."""

from __future__ import annotations

import json

import pytest

from engine.copilot.conversation.running import MOST_CLAIMS, REFUSALS
from engine.copilot.conversation.turns import written
from engine.ports.language_model import ModelUnavailable, Reply, Result
from tests.support.copilot_desk import KEY, Desk
from tests.support.copilot_drafts import CASES, DEFINITION, REQUEST, draft
from tests.support.scripted_model import calls, says, texts

GOOD = (
    calls(("search_actions", {"words": "slack"}), ("describe_action", {"resource": "connector:slack:post_message"}),
          text="I look it up."),
    calls(("propose", draft())),
)


class Killed(BaseException):
    """The process dies."""


class Dying:
    """Conversations whose process dies at the append of that number: before it is kept, or after."""

    def __init__(self, store, at, *, after):
        self.store, self.left, self.after = store, at, after

    def read(self, key, after=0):
        return self.store.read(key, after)

    def append(self, key, behind, entries, at):
        self.left -= 1
        if self.left == 0 and not self.after:
            raise Killed
        end = self.store.append(key, behind, entries, at)
        if self.left == 0:
            raise Killed
        return end


@pytest.mark.parametrize("after", [False, True], ids=["before it is kept", "after"])
@pytest.mark.parametrize("at", range(1, 12))
def test_a_turn_that_was_killed_goes_on_to_the_same_proposal(at, after):
    whole = Desk()
    wanted = whole.ask(REQUEST, *GOOD)
    desk = Desk()
    desk.model.answers[:] = GOOD
    desk.begin(REQUEST)
    dying = Dying(desk.store, at, after=after)
    try:
        desk.run(dying)
    except Killed:
        answered = desk.last.answers
        desk.model.answers[:] = GOOD[answered:]
        desk.run(by="another")
    turn = desk.last
    assert (turn.status, turn.proposal, turn.text, turn.answers) == ("DONE", wanted.proposal, wanted.text, 2)
    assert [(call.tool, call.outcome) for call in turn.calls] == [(call.tool, call.outcome) for call in wanted.calls]
    assert dying.left <= 0 or at > 8, "each of its appends was one to die at"


def test_two_processes_do_not_run_one_turn():
    desk = Desk()

    def taken_over(_request):
        desk.model.answers[:] = [says("From the second.")]
        desk.run(by="second")
        return says("From the first.")

    turn = desk.ask("a question", taken_over)
    assert (turn.status, turn.text) == ("DONE", "From the second.")
    assert turn.claim[0] == "second"


@pytest.mark.parametrize(("limits", "words"), [
    ({"answers": 2}, "2 answers"), ({"tokens": 150}, "150 tokens"),
])
def test_a_turn_ends_at_its_limits(limits, words):
    turn = Desk(**limits).ask(REQUEST, *[calls(("list_connections", {}))] * 9)
    assert turn.status == "FAILED"
    assert words in turn.problem["message"]
    assert turn.problem["advice"]


def test_a_turn_ends_at_its_last_second():
    desk = Desk(seconds=10)

    def slow(_request):
        desk.clock.sleep(9.5)
        return calls(("list_connections", {}))

    turn = desk.ask(REQUEST, slow, slow)
    assert (turn.status, turn.answers) == ("FAILED", 1)
    assert "10 s" in turn.problem["message"]


def test_a_model_that_is_wrong_for_ever_ends_with_the_findings():
    wrong = draft()
    wrong["document"]["definition"]["States"]["Ask Finance"]["Next"] = "Nowhere"
    desk = Desk()
    turn = desk.ask(REQUEST, *[calls(("propose", wrong))] * 20)
    assert (turn.status, turn.proposal, turn.answers) == ("FAILED", None, REFUSALS + 1)
    assert any("Nowhere" in finding for finding in turn.problem["findings"])


def test_a_draft_whose_cases_fail_to_the_end_is_shown_with_them_as_to_dos():
    wrong = draft()
    wrong["cases"][0]["expect"]["status"] = "FAILED"
    turn = Desk().ask(REQUEST, *[calls(("propose", wrong))] * (REFUSALS + 1))
    assert turn.status == "DONE"
    assert "the case low fails" in turn.proposal["to_dos"][0]["text"]
    assert [case["passed"] for case in turn.proposal["cases"]] == [False, True, True, True]


def test_a_wrong_draft_comes_back_with_findings_and_is_repaired():
    wrong = draft()
    wrong["document"]["definition"]["States"]["Charge Card"]["Resource"] = "connector:stripe:charge"
    desk = Desk()
    turn = desk.ask(REQUEST, calls(("propose", wrong)), calls(("propose", draft())))
    assert (turn.status, turn.proposal["attempts"]) == ("DONE", 2)
    assert "there is no action connector:stripe:charge" in texts(desk.model.asked[-1:])
    assert [(call.tool, call.outcome, call.failed) for call in turn.calls] == [
        ("propose", "1 finding", True), ("propose", "taken", False)]


def test_an_answer_that_was_cut_off_is_asked_for_again_and_its_calls_are_not_made():
    cut = Reply("", calls(("propose", draft())).calls, complete=False)
    desk = Desk()
    turn = desk.ask(REQUEST, cut, calls(("propose", draft())))
    assert (turn.status, turn.answers) == ("DONE", 2)
    assert "cut off" in texts(desk.model.asked[-1:])


def test_a_model_that_is_busy_is_asked_again():
    desk = Desk()
    began = desk.clock.now()
    turn = desk.ask("why?", ModelUnavailable("busy", passing=True, retry_after=20), says("Because."))
    assert (turn.status, turn.text) == ("DONE", "Because.")
    assert desk.clock.now() - began >= 20


def test_a_model_without_tools_is_asked_with_a_schema():
    desk = Desk()
    none = ModelUnavailable("no tools here", passing=False, no_tools=True)
    turn = desk.ask(REQUEST, none, says(json.dumps({"propose": draft()})))
    assert turn.proposal is not None
    assert turn.text == draft()["reply"], "the JSON itself is not shown"
    first, second = desk.model.asked
    assert first.tools
    assert (second.tools, second.schema is not None) == ((), True)
    assert "connector:stripe:create_payment_intent" in second.system


@pytest.mark.parametrize("answer", [
    "", "I am a small model and I like workflows.", "{", '{"propose": 1}', '{"say": ""}',
    '{"propose": {"document": []}}',
    "[" * 5000, '{"a":' * 5000, '{"propose": {"document": {"definition": {"States": 7}}}}', "null", '{"ask": {}}',
    '{"ask": {"question": "x", "choices": []}}', '{"document": {"definition": {"StartAt": "A", "States": {}}}}',
    '{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "connector:nobody:nothing", "End": true}}}',
])
def test_every_bad_answer_of_a_model_without_tools_ends_in_a_message(answer):
    none = ModelUnavailable("no tools here", passing=False, no_tools=True)
    turn = Desk().ask(REQUEST, none, *[says(answer)] * (REFUSALS + 1))
    assert (turn.status, turn.proposal) == ("FAILED", None)
    assert turn.problem["findings"]


@pytest.mark.parametrize(("name", "arguments"), [
    ("propose", "{"), ("propose", "7"), ("propose", {}), ("ask", {"question": 7}), ("search_actions", {}),
    ("publish", {"name": "orders"}), ("read_execution", {"id": "orders:one"}), ("simulate", {"document": 7}),
    ("run_cases", {"document": {"definition": {}}, "cases": [7]}), ("validate", "null"), ("list_workflows", "[]"),
    ("describe_action", {"resource": "connector:stripe:nothing"}), ("describe_action", {"resource": 7}),
])
def test_every_bad_call_is_answered_with_what_is_wrong(name, arguments):
    desk = Desk()
    words = [says("Hm."), says("I give up.")] if name == "propose" else [says("I give up.")]
    turn = desk.ask(REQUEST, calls((name, arguments)), *words)
    assert turn.status == "DONE"
    assert turn.text.endswith("I give up.")
    assert turn.calls[0].failed
    assert len(desk.model.asked[-1].messages[-1].text) > 20


def test_a_question_has_choices_and_ends_the_turn():
    desk = Desk()
    turn = desk.ask("ask somebody first", calls(("ask", {"question": "Who?", "choices": ["HR", "finance"]})))
    assert turn.question == {"text": "Who?", "choices": ["HR", "finance"]}
    desk.ask("HR", says("Then HR it is."))
    assert "Who? HR / finance" in texts(desk.model.asked[-1:]), "the model is told of its question"


def test_the_first_prompt_stays_small_however_many_connectors_there_are():
    """Four characters of English or JSON are about one token; three are taken here, to be on the safe side."""
    desk = Desk()
    desk.sources.catalogue._actions.update({
        f"connector:c{number}:do": next(iter(desk.sources.catalogue._actions.values())) for number in range(2_000)
    })
    desk.ask(REQUEST, says("Yes."))
    first = desk.model.asked[0]
    size = len(first.system) + sum(len(message.text) for message in first.messages) + sum(
        len(json.dumps([tool.name, tool.description, tool.parameters])) for tool in first.tools)
    assert size / 3 < 6_000


@pytest.mark.parametrize("arguments", [
    "[" * 5_000 + "]" * 5_000, json.dumps({"document": "[" * 100_000}), "x" * 500_000,
    json.dumps({"document": {"definition": DEFINITION}, "clauses": [{"number": "²"}], "cases": CASES}),
    json.dumps({**draft(), "cases": [{**CASES[0], "input": json.loads("[" * 600 + "]" * 600)}]}),
    json.dumps({"document": '{"definition": {"StartAt": NaN}}'}),
])
def test_an_odd_answer_ends_in_findings_and_breaks_nothing(arguments):
    desk = Desk()
    turn = desk.ask(REQUEST, *[calls(("propose", arguments))] * (REFUSALS + 1))
    assert turn.status in ("FAILED", "DONE")
    assert all(call.failed for call in turn.calls[:REFUSALS])
    assert all(len(message.text) < 40_000 for request in desk.model.asked for message in request.messages[1:]
               if isinstance(message, Result))


def test_a_turn_that_processes_begin_and_never_end_is_ended():
    desk = Desk()
    desk.begin(REQUEST)

    def dies(_request):
        raise Killed

    for _ in range(MOST_CLAIMS):
        desk.model.answers[:] = [dies]
        with pytest.raises(Killed):
            desk.run()
    desk.run()
    assert desk.last.status == "FAILED"
    assert "processes have begun the turn" in desk.last.problem["message"]


def test_a_turn_is_stopped_while_the_arguments_of_a_call_arrive():
    desk = Desk()

    class Writing:
        provider = "writing"

        def reply(self, request, *, seconds, hear):
            for number in range(100):
                desk.clock.sleep(0.5)
                if number == 10:
                    end = desk.store.read(KEY).end
                    desk.store.append(KEY, end, [written(desk.clock.now(), "stop")], desk.clock.now())
                hear("")
                heard.append(number)

    heard = []
    desk.model = Writing()
    desk.begin(REQUEST)
    desk.run()
    assert desk.last.status == "STOPPED"
    assert len(heard) < 15


def test_a_secret_that_is_not_granted_is_the_persons_to_grant():
    desk = Desk()
    desk.api.secrets.values["STRIPE_KEY"] = "a-value-of-some-length"
    desk.api.secrets.granted["STRIPE_KEY"] = ()
    turn = desk.ask(REQUEST, calls(("propose", draft())))
    assert turn.proposal["attempts"] == 1
    assert any("automate secrets grant STRIPE_KEY" in each["text"] for each in turn.proposal["to_dos"])
