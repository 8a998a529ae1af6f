"""From a blank canvas to a mended run: by keyboard alone, and by mouse alone, each key and click counted."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.support.studio.counting import counted
from tests.support.studio.designing import Designer, middle

ABSENT = "{% $states.input.order.id %}"
"""Nothing has an order: the call that says this fails."""


@pytest.fixture
def hands(studio):
    return counted(studio.page)


def _states(studio, workflow, version):
    return studio.server.json("GET", f"/workflows/{workflow}/versions/{version}")["document"]["definition"]["States"]


def test_from_a_blank_canvas_to_a_mended_run_by_keyboard_alone(studio, hands, screens):
    page = studio.page
    studio.open("/wizard/")
    designer = Designer(studio, "by_hand", opened=False)
    dialog = page.get_by_role("dialog")

    def press(*keys):
        for key in keys:
            page.keyboard.press(key)

    def renamed(old, new):
        expect(designer.card(old)).to_be_focused()
        press("F2")
        expect(page.get_by_label(f"New name of {old}")).to_be_focused()
        page.keyboard.type(new)
        press("Enter")
        expect(designer.card(new)).to_be_focused()

    def inserted(search, state):
        press("/")
        field = page.get_by_role("combobox", name="Find a step")
        expect(field).to_be_focused()
        page.keyboard.type(search)
        expect(page.locator("[role=option][aria-selected=true]")).to_be_visible()
        press("Enter")
        designer.expect_arrived(state)

    def published(version):
        press("ControlOrMeta+Shift+p")
        expect(dialog.get_by_role("button", name="Publish", exact=True)).to_be_enabled()
        press("ControlOrMeta+Enter")
        expect(page.get_by_text(f"v{version} active")).to_be_visible()
        expect(dialog).to_have_count(0)

    expect(page.get_by_label("What is to happen?")).to_be_focused()
    press("Tab")
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    page.keyboard.type("by_hand")
    press("Enter")
    renamed("Begin", "Take the order")

    inserted("log w", "Log Write")
    press("Enter")
    expect(page.get_by_role("textbox", name="Message")).to_be_focused()
    page.keyboard.type("charged")
    press("Escape")
    renamed("Log Write", "Charge")
    press("r")
    expect(designer.card("Charge")).to_contain_text("3")
    expect(designer.card("Charge")).to_be_focused()

    press("c")
    picker = page.get_by_role("dialog", name="Insert a step here")
    expect(picker.get_by_label("Find a step")).to_be_focused()
    page.keyboard.type("fail")
    press("Enter")
    designer.expect_arrived("Fail")
    press("ArrowUp")
    expect(designer.card("Charge")).to_be_focused()

    inserted("choice", "Choice")
    press("Enter")
    page.keyboard.type("$states.input.logged")
    expect(page.get_by_label("Condition of rule 1")).to_have_text("$states.input.logged = true")
    press("Escape")
    renamed("Choice", "Logged?")
    press("ArrowDown")
    expect(designer.card("When It Holds")).to_be_focused()

    inserted("par", "Parallel")
    press("ArrowDown", "ArrowRight")
    expect(designer.card("Second Branch")).to_be_focused()
    inserted("log w", "Log Write")
    press("Enter")
    page.keyboard.type(ABSENT)
    # A text that has become an expression is gone on with.
    expect(page.get_by_label("Message", exact=True)).to_be_focused()
    expect(page.get_by_label("Message", exact=True)).to_have_text("$states.input.order.id")
    press("Escape")
    renamed("Log Write", "Tell")
    screens(studio, "hands-keyboard")

    published(1)
    expect(designer.card("Tell")).to_be_focused()
    expect(designer.name_field).to_have_value("Tell")
    press("ControlOrMeta+Enter")
    expect(page.get_by_label("Input", exact=True)).to_be_focused()
    press("ControlOrMeta+Enter")
    page.wait_for_url(re.compile("/studio/executions/by_hand"))
    started = hands()
    assert started.keys <= 60, f"{started.keys} keystrokes beside {started.letters} letters"

    # It opens on its cause. Keys go on in the page, not in the bar above it.
    expect(page.get_by_text("returned nothing (undefined)").first).to_be_visible()
    failed = page.url
    expect(page.locator("#studio-page")).to_be_focused()
    press("Tab", "Tab")
    expect(page.get_by_role("button", name="Open in designer with this input")).to_be_focused()
    press("Enter")
    expect(designer.card("Tell")).to_be_focused()
    press("Enter")
    expect(page.get_by_label("Message", exact=True)).to_be_focused()
    press("ControlOrMeta+a")
    page.keyboard.type("'told'")
    press("Escape")
    published(2)
    expect(page.get_by_role("button", name="Let it go on …")).to_be_visible()
    screens(studio, "hands-mended")
    press("ControlOrMeta+k")
    expect(page.get_by_role("combobox", name="Find workflows")).to_be_focused()
    page.keyboard.type("mend")
    expect(dialog.get_by_role("option", selected=True)).to_contain_text("go on …")
    press("Enter")
    expect(dialog.get_by_role("region", name="Plan")).to_contain_text("It fits.")
    press("ControlOrMeta+Enter")
    expect(page.locator(".ex-head [data-status]")).to_have_text("Succeeded")
    expect(page.get_by_role("link", name="by_hand v2")).to_be_visible()
    assert page.url.split("?")[0] == failed.split("?")[0]
    ended = hands()
    assert ended.clicks == 0
    assert ended.keys - started.keys <= 20, f"{ended.keys - started.keys} keystrokes to mend it"
    states = _states(studio, "by_hand", 2)
    assert states["Charge"]["Catch"] == [{"ErrorEquals": ["States.ALL"], "Next": "Fail"}]
    assert states["Charge"]["Retry"][0]["MaxAttempts"] == 3
    assert states["Logged?"]["Choices"][0]["Next"] == "When It Holds"
    assert states["Parallel"]["Branches"][1]["States"]["Tell"]["Arguments"] == {"message": "{% 'told' %}"}


class Mouse:
    """One hand on the mouse: it points at what is seen, by where that is."""

    def __init__(self, designer):
        self.designer, self.page = designer, designer.page

    def drag(self, start, end):
        mouse = self.page.mouse
        mouse.move(*start)
        mouse.down()
        mouse.move(start[0] + 8, start[1] + 6, steps=3)
        mouse.move(*end, steps=12)
        mouse.up()

    def box(self, state):
        """Where a card stands, once it stands still."""
        self.designer.studio.drawn()
        return self.designer.card(state).bounding_box()

    def below(self, state):
        """The line that leaves a card."""
        box = self.box(state)
        return box["x"] + box["width"] / 2, box["y"] + box["height"] + 20

    def taken(self, item):
        """A step of the palette, scrolled to with the wheel."""
        option = self.page.get_by_role("option", name=item).first
        rail = self.page.get_by_role("listbox").first.bounding_box()
        self.page.mouse.move(rail["x"] + 60, 700)
        for _ in range(60):
            top = option.bounding_box()["y"]
            if 560 < top < 840:
                break
            self.page.mouse.wheel(0, 100 if top >= 840 else -100)
            self.designer.studio.drawn()
        return middle(option)

    def put(self, item, below, state):
        """Drag a step of the palette onto the line under a card."""
        start = self.taken(item)
        self.drag(start, self.below(below))
        self.designer.expect_arrived(state)


def test_from_a_blank_canvas_to_a_mended_run_by_mouse_alone(studio, hands, screens):
    page = studio.page
    designer = Designer(studio, "by_mouse", opened=False)
    mouse = Mouse(designer)
    dialog = page.get_by_role("dialog")
    studio.open("/wizard/?blank=1")
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    page.keyboard.type("by_mouse")
    page.get_by_role("button", name="Blank canvas").click()
    designer.card("Begin").wait_for()

    mouse.put("Log Write", "Begin", "Log Write")
    page.get_by_role("textbox", name="Message").click()
    page.keyboard.type("charged")
    box = mouse.box("Log Write")
    right = (box["x"] + box["width"], box["y"] + box["height"] / 2)
    mouse.drag(right, (box["x"] + 40, box["y"] + 260))
    picker = page.get_by_role("dialog", name="Insert a step here")
    screens(studio, "hands-mouse-1")
    picker.get_by_role("option", name="Fail End as failed").click()
    designer.expect_arrived("Fail")
    designer.card("Log Write").click()
    page.get_by_role("button", name="Add a retry").click()
    expect(designer.card("Log Write")).to_contain_text("3")

    mouse.put("Choice Branch", "Log Write", "Choice")
    page.get_by_label("Field", exact=True).click(click_count=3)
    page.keyboard.type("$states.input.logged")
    mouse.put("Parallel Run", "When It Holds", "Parallel")
    mouse.put("Log Write", "Second Branch", "Log Write 2")
    page.get_by_role("textbox", name="Message").click()
    page.keyboard.type(ABSENT)
    expect(page.get_by_label("Message", exact=True)).to_have_text("$states.input.order.id")
    designer.expect_last_step(re.compile("Edit message"))

    # The end of a line, led to another card: the line moves, and no second one is made.
    page.get_by_role("toolbar", name="View").get_by_role("button", name="Fit").click()
    studio.drawn()
    page.mouse.click(*middle(page.locator("section.canvas text").filter(has_text="otherwise")))
    done, fail = mouse.box("Done"), middle(designer.card("Fail"))
    mouse.drag((done["x"] + done["width"] / 2, done["y"] - 5), fail)
    tray = page.get_by_text("Nothing leads to this state")
    expect(tray).to_be_visible()
    designer.expect_last_step("Connect Choice to Fail")
    designer.undo()
    expect(tray).to_have_count(0)
    designer.expect_last_step(re.compile("Edit message"))

    # A box around two cards: one toolbar, over none of them, and keys go to the canvas.
    one, two = mouse.box("Second Branch"), mouse.box("Log Write 2")
    page.keyboard.down("Shift")
    mouse.drag((one["x"] - 6, one["y"] - 12), (two["x"] + two["width"] + 6, two["y"] + two["height"] + 6))
    page.keyboard.up("Shift")
    bar = page.get_by_role("toolbar", name="2 states selected")
    expect(bar).to_be_visible()
    over = bar.bounding_box()
    studio.drawn()
    for card in designer.cards.all():
        assert card.bounding_box()["y"] >= over["y"] + over["height"]
    assert page.evaluate("() => getSelection().toString()") == ""
    screens(studio, "hands-mouse-2")
    bar.get_by_role("button", name="Side by side").click()
    expect(bar).to_have_count(0)
    designer.undo()
    designer.expect_last_step(re.compile("Edit message"))

    page.get_by_role("button", name="Publish", exact=True).click()
    dialog.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("v1 active")).to_be_visible()
    page.get_by_role("button", name="Start it", exact=True).click()
    dialog.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_url(re.compile("/studio/executions/by_mouse"))
    # What could be done in the designer is not offered here.
    expect(page.get_by_text("returned nothing (undefined)").first).to_be_visible()
    expect(page.get_by_role("button", name="Start it")).to_have_count(0)
    started = hands()

    page.get_by_role("button", name="Open in designer with this input").click()
    expect(page.get_by_label("Input of the test")).to_have_text("{}")
    expect(designer.card("Log Write 2")).to_be_in_viewport(ratio=0.99)
    designer.tab("Design")
    expect(designer.name_field).to_have_value("Log Write 2")
    page.get_by_label("Message", exact=True).click(click_count=3)
    page.keyboard.type("'told'")
    page.get_by_role("button", name="Publish", exact=True).click()
    dialog.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("v2 active")).to_be_visible()
    page.get_by_role("button", name="Let it go on …").click()
    expect(dialog.get_by_role("region", name="Plan")).to_contain_text("It fits.")
    dialog.get_by_role("button", name="Go on", exact=True).click()
    expect(page.locator(".ex-head [data-status]")).to_have_text("Succeeded")
    expect(page.get_by_role("link", name="by_mouse v2")).to_be_visible()
    ended = hands()
    assert ended.keys == 0
    assert started.clicks <= 40, f"{started.clicks} clicks up to the start"
    assert ended.clicks - started.clicks <= 12, f"{ended.clicks - started.clicks} clicks to mend it"
    states = _states(studio, "by_mouse", 2)
    assert states["Log Write"]["Catch"] == [{"ErrorEquals": ["States.ALL"], "Next": "Fail"}]
    assert states["Log Write"]["Retry"][0]["MaxAttempts"] == 3
    assert (states["Choice"]["Choices"][0]["Next"], states["Choice"]["Default"]) == ("When It Holds", "Done")
    assert len(states["Choice"]["Choices"]) == 1


def test_publishing_ends_no_history_and_loses_no_selection(studio):
    page = studio.page
    call = {"Type": "Task", "Resource": "connector:log:write", "Arguments": {"message": "x"}, "End": True}
    designer = Designer(studio, "kept", {"QueryLanguage": "JSONata", "StartAt": "Call", "States": {"Call": call}})
    expect(designer.card("Call")).to_be_focused()
    page.keyboard.press("r")
    page.keyboard.press("F2")
    page.keyboard.type("Ask")
    page.keyboard.press("Enter")
    designer.expect_last_step(re.compile("Ask"))
    edited = designer.states()
    page.keyboard.press("ControlOrMeta+Shift+p")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Publish", exact=True)).to_be_enabled()
    page.keyboard.press("ControlOrMeta+Enter")
    expect(page.get_by_text("v1 active")).to_be_visible()
    expect(dialog).to_have_count(0)
    expect(designer.card("Ask")).to_be_focused()
    expect(page.get_by_role("button", name="Publish", exact=True)).to_be_disabled()
    for _ in range(2):
        page.keyboard.press("ControlOrMeta+z")
    expect(designer.card("Call")).to_be_focused()
    assert designer.states() == {"Call": call}
    expect(page.get_by_role("button", name="Publish", exact=True)).to_be_enabled()
    for _ in range(2):
        page.keyboard.press("ControlOrMeta+y")
    expect(designer.card("Ask")).to_be_focused()
    assert designer.states() == edited
    expect(page.get_by_role("button", name="Publish", exact=True)).to_be_disabled()
