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
