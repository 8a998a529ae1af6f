"""A workflow open in the designer, in the words of somebody who works with it."""

from __future__ import annotations

import json
import re
import time
from typing import Any

from playwright.sync_api import Locator, expect

from tests.support import patience
from tests.support.studio.browsing import Studio

Json = Any

THREE_STEPS = {
    "QueryLanguage": "JSONata",
    "StartAt": "First",
    "States": {
        "First": {"Type": "Pass", "Assign": {"total": "{% $states.input.amount %}"}, "Next": "Big?"},
        "Big?": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $total > 100 %}", "Next": "Second"}],
            "Default": "Third",
        },
        "Second": {
            "Type": "Task", "Resource": "connector:log:write", "Arguments": {"message": "{% 'Big: ' & $total %}"},
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Third"}], "Next": "Third",
        },
        "Third": {"Type": "Pass", "End": True},
    },
}
"""A Pass, a Choice, a Task with a catcher, a Pass: every kind of line."""


def middle(locator: Locator) -> tuple[float, float]:
    """Where a hand points that means it."""
    box = locator.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


class Designer:
    """The page at /studio/wizard/NAME."""

    def __init__(
        self, studio: Studio, name: str, document: dict[str, Json] | None = None, *, opened: bool = True,
    ) -> None:
        """`document`, or a definition, becomes the draft first. Without `opened` the test itself gets there."""
        self.studio, self.page, self.name = studio, studio.page, name
        if document is not None:
            studio.server.json("POST", "/workflows/import", {"document": document, "name": name, "force": True})
        if opened:
            self.open()

    def open(self, query: str = "") -> None:
        """Open it, and wait until the canvas is drawn."""
        self.studio.open(f"/wizard/{self.name}{query}")
        self.cards.first.wait_for()

    @property
    def cards(self) -> Locator:
        return self.page.locator("[data-card]")

    def card(self, state: str) -> Locator:
        """The card of a state."""
        return self.page.get_by_role("button", name=re.compile(rf"^{re.escape(state)}[, ]"))

    def select(self, state: str) -> None:
        """Click a card: its properties open."""
        self.card(state).click()
        expect(self.name_field).to_have_value(state)

    @property
    def name_field(self) -> Locator:
        return self.page.get_by_label("Name of the state")

    @property
    def properties(self) -> Locator:
        return self.page.get_by_role("region", name="Properties")

    @property
    def history(self) -> Locator:
        return self.page.get_by_role("toolbar", name="History")

    def expect_arrived(self, state: str) -> None:
        """What every insert comes to: the card has the focus, is whole in sight, and its form is open."""
        card = self.card(state)
        expect(card).to_be_focused()
        expect(self.name_field).to_have_value(state)
        room = self.page.locator("section.canvas").bounding_box()
        box = card.bounding_box()
        assert room["x"] <= box["x"]
        assert room["y"] <= box["y"]
        # A container's row may be wider than the room: its name is at the left.
        assert box["x"] + min(box["width"], 240) <= room["x"] + room["width"]
        assert box["y"] + box["height"] <= room["y"] + room["height"]
        bar = self.page.get_by_role("toolbar", name="View").bounding_box()
        assert box["y"] + min(box["height"], 60) <= bar["y"], "the view's buttons cover it"

    def undo(self) -> None:
        self.history.get_by_role("button", name="Undo", exact=True).click()

    def redo(self) -> None:
        self.history.get_by_role("button", name="Redo", exact=True).click()

    def expect_last_step(self, label: str | re.Pattern[str]) -> None:
        """What undo would take back."""
        expect(self.history.get_by_role("button").nth(2)).to_contain_text(label)

    def open_part(self, title: str) -> None:
        """Open a folded part of the form."""
        summary = self.page.locator("summary", has_text=title)
        part = self.properties.locator("details.dz-part").filter(has=summary).first
        if part.get_attribute("open") is None:
            part.locator("summary").click()

    def tab(self, name: str) -> None:
        self.page.get_by_role("tab", name=name, exact=True).click()

    def json_editor(self, state: str) -> Locator:
        return self.page.get_by_label(f"JSON of {state}")

    def type_json(self, editor: Locator, value: Json | str) -> None:
        """Replace an editor's whole text, as by pasting."""
        text = value if isinstance(value, str) else json.dumps(value, indent=2)
        editor.click()
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.insert_text(text)

    def saved(self) -> dict[str, Json]:
        """Wait until the page says that everything is saved; the draft as the server has it."""
        self.page.keyboard.press("ControlOrMeta+s")
        expect(self.page.get_by_role("status").filter(has_text="Draft saved")).to_be_visible()
        return self.studio.server.json("GET", f"/workflows/{self.name}/draft")["document"]

    def states(self) -> dict[str, Json]:
        return self.saved()["definition"]["States"]

    def wait_states(self, *names: str) -> None:
        """Wait until just these states are drawn, in any order."""
        ended = time.monotonic() + patience.SECONDS
        shown: set[str] = set()
        while time.monotonic() < ended:
            shown = set(self._names())
            if shown == set(names):
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"the canvas shows {sorted(shown)}, not {sorted(names)}")

    def _names(self) -> list[str]:
        return self.page.eval_on_selector_all(
            "[data-card]", "cards => cards.map(card => card.querySelector('.card-name')?.textContent ?? '')"
        )

    def add(self, search: str, item: str) -> None:
        """Take an item of the palette by its search: what it gives goes after what is selected."""
        self.page.keyboard.press("Escape")
        self.page.get_by_label("Find a step").first.fill(search)
        self.page.get_by_role("option", name=item).first.click()

    @property
    def problems(self) -> Locator:
        return self.page.get_by_role("region", name="Problems")

    def show_problems(self) -> None:
        toggle = self.problems.locator(".dz-problems-toggle")
        expect(toggle).to_be_enabled()
        if toggle.get_attribute("aria-expanded") == "false":
            toggle.click()

    def drag(self, source: Locator, to_line: str) -> None:
        """Drag a card onto a line (the id of it) with the mouse, in steps as a hand does."""
        start = source.bounding_box()
        plus = self.page.locator(f'[data-line="{to_line}"] .plus circle.plus-ring').bounding_box()
        assert start is not None
        assert plus is not None
        x, y = plus["x"] + plus["width"] / 2, plus["y"] + plus["height"] / 2
        mouse = self.page.mouse
        mouse.move(start["x"] + start["width"] / 2, start["y"] + 12)
        mouse.down()
        mouse.move(start["x"] + start["width"] / 2 + 8, start["y"] + 20, steps=3)
        mouse.move(x, y, steps=12)
        mouse.up()
