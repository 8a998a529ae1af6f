"""A turn of the copilot on a real local server, which is killed (`kill -9`) again and again while the model answers:
the turn goes on from its last step in the next process, and its draft comes once."""

from __future__ import annotations

import pytest

from tests.support.copilot_drafts import REQUEST, calling, draft, proposing, refined
from tests.support.local_server import LocalServer
from tests.support.model_server import ModelServer, Say
from tests.support.patience import wait_until

PATH = "/workflows/orders/conversation"


@pytest.fixture
def model():
    served = ModelServer([Say(["Nothing is scripted."])])
    served.start()
    yield served
    served.stop()


class Place:
    """A server over a folder and a model server; `die` kills it and starts it again."""

    def __init__(self, folder, model):
        self.folder, self.model = folder, model
        self.start()

    def start(self):
        self.server = LocalServer(
            self.folder, "--workers", "0", AUTOMATE_COPILOT_PROVIDER="openai", AUTOMATE_COPILOT_MODEL="a-model",
            AUTOMATE_COPILOT_URL=f"{self.model.base}/v1",
        )

    def die(self):
        self.server.kill()
        self.start()

    def ask(self, text, document=None):
        self.server.json("POST", PATH, {"text": text, "document": document or {"name": "orders", "definition": {}}})

    def turn(self):
        """The last turn as the server answers it now."""
        return self.server.json("GET", PATH)["turns"][-1]

    def ends(self):
        return wait_until(lambda: (turn := self.turn())["status"] != "RUNNING" and turn, "the end of the turn")


@pytest.fixture
def place(tmp_path, model):
    made = Place(tmp_path / "data", model)
    yield made
    made.server.stop()


def test_a_turn_outlives_the_processes_that_run_it(place, model):
    """The server dies before the first answer, in the middle of a text, and after a call."""
    slow = {"slowly": 0.2}
    model.script[:] = [
        Say(["Never ", "heard."], **slow), Say(["I look ", "for Slack ", "first ", "of all."] * 20, **slow),
        calling("search_actions", {"words": "slack approval"}, "I look."), Say(["So ", "then "] * 40, **slow),
        proposing(draft()), Say(["Nothing more is scripted."]),
    ]
    place.ask(REQUEST)
    wait_until(lambda: model.asked, "the first question")
    place.die()
    wait_until(lambda: "for Slack" in place.turn()["text"], "a text")
    place.die()
    wait_until(lambda: [call["tool"] for call in place.turn()["calls"]] == ["search_actions"], "a call")
    wait_until(lambda: "then" in place.turn()["text"], "the text behind the call")
    place.die()
    turn = place.ends()
    assert turn["status"] == "DONE", turn["problem"]
    assert [case["passed"] for case in turn["proposal"]["cases"]] == [True] * 4
    assert [call["tool"] for call in turn["calls"]] == ["search_actions", "propose"]
    assert "for Slack" not in turn["text"], "the text of an answer that was cut off"
    assert turn["usage"]["answers"] == 2, "an answer that was cut off is not counted twice"
    results = [message for message in model.asked[-1].body["messages"] if message["role"] == "tool"]
    assert len(results) == 1, "the search is kept, and is not done again"
    assert len(place.server.json("GET", PATH)["turns"]) == 1

    model.script[:] = [proposing(refined())]
    place.ask("after charging, also tell Slack", turn["proposal"]["document"])
    assert [change["state"] for change in place.ends()["proposal"]["changes"]] == ["Charge Card", "Tell Slack"]


def test_a_turn_that_was_stopped_stays_so_in_the_next_process(place, model):
    model.script[:] = [Say(["on ", "and "] * 500, slowly=0.1)]
    place.ask("why is there a wait?")
    wait_until(lambda: "on and" in place.turn()["text"], "a text")
    place.server.json("POST", f"{PATH}/stop")
    asked = len(model.asked)
    place.die()
    assert place.turn()["status"] == "STOPPED"
    assert len(model.asked) == asked
    place.server.json("DELETE", PATH)
    place.die()
    assert place.server.json("GET", PATH)["turns"] == []
