"""Hands that never leave the canvas: a workflow by keyboard alone, one by mouse alone, each key and click counted."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.support.studio.counting import counted
from tests.support.studio.designing import Designer


@pytest.fixture
def hands(studio):
    return counted(studio.page)


def _arrived(designer, state):
    """What every insert comes to: the card has the focus, is whole in sight, and its form is open."""
    card = designer.card(state)
    expect(card).to_be_focused()
    expect(designer.name_field).to_have_value(state)
    room = designer.page.locator("section.canvas").bounding_box()
    box = card.bounding_box()
    assert room["x"] <= box["x"]
    assert room["y"] <= box["y"]
    # A container's row may be wider than the room: its name is at the left.
    assert box["x"] + min(box["width"], 240) <= room["x"] + room["width"]
    assert box["y"] + box["height"] <= room["y"] + room["height"]


def test_six_steps_are_built_published_and_started_by_keyboard_alone(studio, hands, screens):
    page = studio.page
    studio.open("/wizard/")
    designer = Designer(studio, "by_hand", opened=False)

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
        _arrived(designer, state)

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
    screens(studio, "hands-1")

    press("c")
    picker = page.get_by_role("dialog", name="Insert a step here")
    expect(picker.get_by_label("Find a step")).to_be_focused()
    page.keyboard.type("fail")
    press("Enter")
    _arrived(designer, "Fail")
    renamed("Fail", "Not charged")
    screens(studio, "hands-2")
    press("ArrowUp")
    expect(designer.card("Charge")).to_be_focused()

    inserted("choice", "Choice")
    press("Enter")
    page.keyboard.type("$states.input.total")
    expect(page.get_by_label("Condition of rule 1")).to_have_text("$states.input.total = true")
    screens(studio, "hands-3")
    press("Escape")
    renamed("Choice", "Large?")
    press("ArrowDown")
    renamed("When It Holds", "Look at it")
    press("ArrowUp")
    expect(designer.card("Large?")).to_be_focused()

    inserted("par", "Parallel")
    renamed("Parallel", "Tell both")
    press("ArrowDown")
    renamed("First Branch", "Tell the customer")
    press("ArrowRight")
    renamed("Second Branch", "Tell the store")
    screens(studio, "hands-4")

    press("ControlOrMeta+Shift+p")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Publish", exact=True)).to_be_enabled()
    press("ControlOrMeta+Enter")
    expect(page.get_by_text("v1 active")).to_be_visible()
    expect(dialog).to_have_count(0)
    press("ControlOrMeta+Enter")
    expect(page.get_by_label("Input", exact=True)).to_be_focused()
    screens(studio, "hands-5")
    press("ControlOrMeta+a")
    page.keyboard.type('{"total": true}')
    press("ControlOrMeta+Enter")
    page.wait_for_url(re.compile("/studio/executions/by_hand"))
    keys, texts, clicks = hands()
    assert clicks == 0
    assert keys <= 60, f"{keys} keystrokes beside {texts} letters"


def _middle(locator):
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_run_fails_and_is_mended_by_mouse_alone(studio, hands, screens):
    page = studio.page
    designer = Designer(studio, "by_mouse", opened=False)
    studio.open("/wizard/?blank=1")
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    page.keyboard.type("by_mouse")
    page.get_by_role("button", name="Blank canvas").click()
    designer.card("Begin").wait_for()

    page.get_by_role("option", name="Log Write").click()
    _arrived(designer, "Log Write")
    message = page.get_by_role("textbox", name="Message")
    message.click()
    page.keyboard.type("{% $states.input.order.id %}")
    page.mouse.move(*_middle(page.locator(".port-error")))
    page.mouse.down()
    x, y = _middle(designer.card("Log Write"))
    page.mouse.move(x + 60, y + 160, steps=8)
    page.mouse.up()
    picker = page.get_by_role("dialog", name="Insert a step here")
    screens(studio, "hands-mouse-1")
    picker.get_by_role("option", name="Fail End as failed").click()
    _arrived(designer, "Fail")

    page.get_by_role("button", name="Publish", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("v1 active")).to_be_visible()
    page.get_by_role("button", name="Start", exact=True).click()
    screens(studio, "hands-mouse-2")
    dialog.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_url(re.compile("/studio/executions/by_mouse"))
    expect(page.get_by_text("Failed").first).to_be_visible()

    page.get_by_role("button", name="Open in designer with this input").click()
    expect(page.get_by_label("Input of the test")).to_have_text("{}")
    designer.tab("Design")
    designer.card("Log Write").click()
    screens(studio, "hands-mouse-3")
    page.get_by_label("Message", exact=True).click(click_count=3)
    page.keyboard.type("'mended'")
    page.get_by_role("button", name="Publish", exact=True).click()
    dialog.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("v2 active")).to_be_visible()
    page.get_by_role("button", name="Start", exact=True).click()
    dialog.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_url(re.compile("/studio/executions/by_mouse"))
    expect(page.get_by_text("Succeeded").first).to_be_visible()
    keys, _, clicks = hands()
    assert keys == 0
    assert clicks <= 20, f"{clicks} clicks"
    states = studio.server.json("GET", "/workflows/by_mouse/versions/2")["document"]["definition"]["States"]
    assert states["Log Write"]["Catch"] == [{"ErrorEquals": ["States.ALL"], "Next": "Fail"}]


RULES = {
    "QueryLanguage": "JSONata", "StartAt": "Big?", "States": {
        "Big?": {
            "Type": "Choice", "Default": "Small",
            "Choices": [{"Condition": "{% $states.input.big %}", "Next": "Large"}],
        },
        "Large": {"Type": "Task", "Resource": "connector:log:write", "Arguments": {"message": "x"}, "Next": "Small"},
        "Small": {"Type": "Pass", "End": True},
    },
}


def _pick(page, search):
    picker = page.get_by_role("dialog", name="Insert a step here")
    expect(picker.get_by_label("Find a step")).to_be_focused()
    page.keyboard.type(search)
    page.keyboard.press("Enter")
    expect(picker).to_have_count(0)


def test_a_new_step_stands_wherever_a_state_leads(studio):
    designer = Designer(studio, "new_steps", RULES)
    page = studio.page
    designer.select("Big?")
    page.get_by_label("Rule 1 leads to").select_option("New step…")
    _pick(page, "wait")
    _arrived(designer, "Wait")
    designer.select("Big?")
    page.get_by_label("Otherwise go to").select_option("New step…")
    _pick(page, "pass")
    _arrived(designer, "Pass")
    designer.select("Large")
    page.get_by_label("Then go to").select_option("New step…")
    page.keyboard.press("Escape")
    expect(designer.card("Large")).to_be_focused()
    designer.open_part("When it fails")
    page.get_by_role("button", name="Add a catch").click()
    page.get_by_role("group", name="Catch 1").get_by_label("Then go to").select_option("New step…")
    _pick(page, "fail")
    _arrived(designer, "Fail")
    states = designer.states()
    assert (states["Big?"]["Choices"][0]["Next"], states["Wait"]["Next"]) == ("Wait", "Large")
    assert (states["Big?"]["Default"], states["Pass"]["Next"]) == ("Pass", "Small")
    assert (states["Large"]["Catch"][0]["Next"], states["Large"]["Next"]) == ("Fail", "Small")


def _free_place(page):
    """A point of the canvas far from every card and bar."""
    room = page.locator("section.canvas").bounding_box()
    found = page.locator("[data-card], .react-flow__node-terminal, .floats").all()
    taken = [box for box in (each.bounding_box() for each in found) if box is not None]
    for y in range(60, int(room["height"]) - 60, 20):
        for x in range(30, int(room["width"]) - 30, 20):
            at = (room["x"] + x, room["y"] + y)
            if not any(
                box["x"] - 40 < at[0] < box["x"] + box["width"] + 40
                and box["y"] - 40 < at[1] < box["y"] + box["height"] + 40
                for box in taken
            ):
                return at
    raise AssertionError("the canvas is full")


def test_a_line_that_is_let_go_over_nothing_ends_at_a_new_step(studio):
    designer = Designer(studio, "let_go", RULES)
    page = studio.page

    def pulled(state, port):
        designer.select(state)
        studio.drawn()
        page.mouse.move(*_middle(page.locator(f".react-flow__handle.{port}")))
        page.mouse.down()
        page.mouse.move(*_free_place(page), steps=8)
        page.mouse.up()

    pulled("Big?", "port-flow")
    _pick(page, "wait")
    _arrived(designer, "Wait")
    pulled("Large", "port-error")
    _pick(page, "pass")
    _arrived(designer, "Pass")
    states = designer.states()
    assert [rule["Next"] for rule in states["Big?"]["Choices"]] == ["Large", "Wait"]
    assert (states["Large"]["Catch"][0]["Next"], states["Pass"]["End"]) == ("Pass", True)


def test_escape_leads_back_from_every_field_and_dialog(studio):
    designer = Designer(studio, "back", RULES)
    page = studio.page
    designer.select("Large")
    for field in (
        designer.name_field, page.get_by_role("textbox", name="Message"), page.get_by_label("Then go to"),
        designer.json_editor("Large"), page.get_by_role("combobox", name="Find a step"),
    ):
        field.focus()
        page.keyboard.press("Escape")
        expect(designer.card("Large")).to_be_focused()
    for opened in (
        lambda: page.get_by_role("button", name="Workflow settings").click(),
        lambda: page.keyboard.press("ControlOrMeta+Shift+p"),
        lambda: page.keyboard.press("+"),
    ):
        opened()
        expect(page.get_by_role("dialog")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(designer.card("Large")).to_be_focused()
    designer.name_field.fill("Left")
    page.keyboard.press("Escape")
    expect(designer.name_field).to_have_value("Large")
    assert set(designer.states()) == set(RULES["States"])


def test_axe_finds_nothing_on_open_forms_and_dialogs(studio):
    def only(name):
        return {"StartAt": name, "States": {name: {"Type": "Pass", "End": True}}}

    failing = {
        **RULES["States"]["Large"], "Retry": [{"ErrorEquals": ["States.ALL"]}],
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Small"}], "Next": "Both",
    }
    designer = Designer(studio, "forms", {**RULES, "States": {
        **RULES["States"], "Large": failing,
        "Both": {"Type": "Parallel", "Branches": [only("In")], "Next": "Each"},
        "Each": {"Type": "Map", "Items": "{% [1] %}", "ItemProcessor": only("One"), "Next": "Rest"},
        "Rest": {"Type": "Wait", "Seconds": 1, "Next": "Bad"},
        "Bad": {"Type": "Fail", "Error": "Bad"},
    }})
    page = studio.page
    for state in ("Big?", "Large", "Both", "Each", "Rest", "Bad", "Small"):
        designer.card(state).focus()
        page.keyboard.press("Enter")
        expect(designer.name_field).to_have_value(state)
        studio.check_axe()
        page.keyboard.press("Escape")
    designer.card("Big?").click()
    designer.card("Large").click(modifiers=["Shift"])
    expect(page.get_by_role("toolbar", name="2 states selected")).to_be_visible()
    studio.check_axe()
    page.keyboard.press("Escape")
    designer.card("Large").focus()
    for opened in ("+", "ControlOrMeta+Shift+p"):
        page.keyboard.press(opened)
        expect(page.get_by_role("dialog")).to_be_visible()
        page.wait_for_load_state("networkidle")
        studio.check_axe()
        page.keyboard.press("Escape")
    page.get_by_role("button", name="Workflow settings").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    studio.check_axe()
    page.keyboard.press("Escape")
    document = {"document": RULES, "name": "forms", "publish": True, "force": True}
    studio.server.json("POST", "/workflows/import", document)
    designer.open()
    designer.card("Large").focus()
    page.keyboard.press("ControlOrMeta+Enter")
    expect(page.get_by_label("Input", exact=True)).to_be_focused()
    studio.check_axe()
