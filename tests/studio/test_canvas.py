"""The canvas in the browser: walking, connecting, folding, finding, notes, several states at once."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.support.studio.designing import THREE_STEPS, Designer

PARALLEL = {
    "StartAt": "Both", "States": {
        "Both": {
            "Type": "Parallel", "Next": "After",
            "Branches": [
                {"StartAt": "Left", "States": {"Left": {"Type": "Pass", "End": True}}},
                {"StartAt": "Right", "States": {"Right": {"Type": "Pass", "End": True}}},
            ],
        },
        "After": {"Type": "Pass", "End": True},
    },
}


def _middle(locator):
    box = locator.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_arrows_walk_the_flow_and_delete_heals_the_line(studio):
    designer = Designer(studio, "walked", THREE_STEPS)
    page = studio.page
    designer.select("First")
    designer.card("First").focus()
    for key, state in (("ArrowDown", "Big?"), ("ArrowDown", "Second"), ("ArrowUp", "Big?"), ("ArrowDown", "Second")):
        page.keyboard.press(key)
        expect(designer.card(state)).to_be_focused()
    page.keyboard.press("Delete")
    designer.wait_states("First", "Big?", "Third")
    expect(designer.card("Third")).to_be_focused()
    assert designer.states()["Big?"]["Choices"][0]["Next"] == "Third"


def test_f2_renames_on_the_card_and_keeps_the_focus(studio):
    designer = Designer(studio, "renamed_here", THREE_STEPS)
    page = studio.page
    designer.card("Second").focus()
    page.keyboard.press("F2")
    page.get_by_label("New name of Second").fill("Tell")
    page.keyboard.press("Enter")
    expect(designer.card("Tell")).to_be_focused()
    assert designer.states()["Big?"]["Choices"][0]["Next"] == "Tell"


def test_a_catcher_is_drawn_from_the_port_of_a_card_to_another(studio):
    designer = Designer(studio, "connected", {
        "StartAt": "Work", "States": {
            "Work": {"Type": "Task", "Resource": "connector:log:write", "Next": "Done"}, "Done": {"Type": "Succeed"},
        },
    })
    page = studio.page
    designer.card("Work").hover()
    x, y = _middle(page.locator(".port-error"))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 20, y + 20, steps=3)
    page.mouse.move(*_middle(designer.card("Done")), steps=8)
    page.mouse.up()
    designer.expect_last_step("Connect Work to Done")
    assert designer.states()["Work"]["Catch"] == [{"ErrorEquals": ["States.ALL"], "Next": "Done"}]


def test_a_line_is_selected_and_cut_and_what_it_led_to_waits_in_the_tray(studio):
    designer = Designer(studio, "cut", {
        "StartAt": "Work", "States": {
            "Work": {
                "Type": "Task", "Resource": "connector:log:write", "End": True,
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Mourn"}],
            },
            "Mourn": {"Type": "Fail"},
        },
    })
    page = studio.page
    page.locator('[data-line="/States/Work#catch/0"] .pill').click()
    page.locator(".canvas-room").focus()
    page.keyboard.press("Delete")
    tray = page.get_by_role("region", name="Nothing leads to this state")
    expect(tray).to_contain_text("Mourn")
    assert "Catch" not in designer.states()["Work"]
    tray.get_by_role("button", name="Connect Mourn").click()
    expect(tray).to_have_count(0)
    assert designer.states()["Work"]["Next"] == "Mourn"


def test_a_container_folds_to_a_card_with_its_count_and_stays_folded(studio):
    designer = Designer(studio, "folded", PARALLEL)
    page = studio.page
    page.get_by_role("button", name="Fold Both").click()
    designer.wait_states("Both", "After")
    expect(designer.card("Both")).to_contain_text("2 states")
    designer.open()
    designer.wait_states("Both", "After")
    page.get_by_role("button", name="Unfold Both").click()
    designer.wait_states("Both", "Left", "Right", "After")


def test_find_goes_to_a_state_even_into_a_folded_container(studio):
    designer = Designer(studio, "found", PARALLEL)
    page = studio.page
    page.get_by_role("button", name="Fold Both").click()
    designer.wait_states("Both", "After")
    designer.card("After").focus()
    page.keyboard.press("ControlOrMeta+f")
    page.get_by_label("Find a state").fill("righ")
    expect(page.get_by_role("search").get_by_role("status")).to_have_text("1 of 1")
    expect(designer.card("Right")).to_have_attribute("aria-pressed", "true")


def test_several_states_are_wrapped_at_once_and_one_undo_unwraps_them(studio):
    designer = Designer(studio, "wrapped", THREE_STEPS)
    page = studio.page
    designer.card("Second").click()
    designer.card("Third").click(modifiers=["Shift"])
    bar = page.get_by_role("toolbar", name="2 states selected")
    ends, begins = bar.bounding_box(), page.locator("section.canvas").bounding_box()
    assert ends["y"] + ends["height"] <= begins["y"]
    studio.look("light", 1024)
    count, clear = bar.locator("b").bounding_box(), bar.get_by_role("button", name="Clear").bounding_box()
    assert abs(clear["y"] + clear["height"] / 2 - count["y"] - count["height"] / 2) < 4
    studio.look()
    bar.get_by_role("button", name="Add retry").click()
    assert "Retry" in designer.states()["Second"]
    designer.undo()
    designer.card("First").click()
    designer.card("First").click(button="right")
    page.get_by_role("menuitem", name="Wrap in a Parallel").click()
    designer.expect_last_step("Wrap First in a Parallel")
    designer.undo()
    assert set(designer.states()) == {"First", "Big?", "Second", "Third"}


@pytest.mark.parametrize("width", [1440, 1024])
def test_no_card_lies_under_the_bar_when_the_whole_is_fitted(studio, width):
    states = {f"Step {at}": {"Type": "Pass", "Next": f"Step {at + 1}"} for at in range(9)}
    chain = {"StartAt": "Step 0", "States": {**states, "Step 9": {"Type": "Succeed"}}}
    designer = Designer(studio, f"fitted{width}", chain)
    studio.look("light", width)
    bar = studio.page.get_by_role("toolbar", name="View")
    bar.get_by_role("button", name="Fit").click()
    studio.page.wait_for_timeout(400)
    assert not _under(bar, designer.card("Step 9"))


def test_no_card_opens_under_the_bar_at_1024_pixels(studio):
    states = {f"Step {at}": {"Type": "Pass", "Next": f"Step {at + 1}"} for at in range(19)}
    studio.page.set_viewport_size({"width": 1024, "height": 900})
    chain = {"StartAt": "Step 0", "States": {**states, "Step 19": {"Type": "Succeed"}}}
    designer = Designer(studio, "opened1024", chain)
    bar = studio.page.get_by_role("toolbar", name="View")
    designer.select("Step 0")
    studio.drawn()
    assert not any(_under(bar, card) for card in designer.cards.all())


@pytest.mark.parametrize("width", [1440, 1024])
def test_the_bar_covers_no_branch_of_an_execution(studio, width):
    step = {"Type": "Pass", "End": True}
    branches = [{"StartAt": f"Step {at}", "States": {f"Step {at}": step}} for at in range(3)]
    both = {"StartAt": "Both", "States": {"Both": {"Type": "Parallel", "Branches": branches, "End": True}}}
    name = f"branches{width}"
    studio.server.json("POST", "/workflows/import", {"document": {"name": name, "definition": both}, "publish": True})
    ran = studio.server.run(name, {})["id"]
    studio.page.set_viewport_size({"width": width, "height": 900})
    studio.open(f"/executions/{ran.replace(':', '%3A')}")
    studio.settled()
    bar, cards = studio.page.get_by_role("toolbar", name="View"), studio.page.locator(".react-flow__node")
    cards.first.wait_for()
    bar.get_by_role("button", name="set to 100 %").click()  # its widest
    expect(bar.get_by_text("100%")).to_be_visible()
    room = studio.page.locator(".react-flow").bounding_box()
    assert bar.bounding_box()["x"] + bar.bounding_box()["width"] <= room["x"]
    assert any(card.bounding_box()["x"] < room["x"] + room["width"] / 2 for card in cards.all())


def _under(bar, card):
    one, two = bar.bounding_box(), card.bounding_box()
    sides = (("x", "width"), ("y", "height"))
    return all(one[at] < two[at] + two[size] and two[at] < one[at] + one[size] for at, size in sides)


def test_a_note_is_kept_beside_the_definition(studio):
    designer = Designer(studio, "noted", THREE_STEPS)
    page = studio.page
    page.get_by_role("button", name="+ Note").click()
    page.get_by_label("Note", exact=True).fill("Finance signs this off")
    page.locator(".canvas-room").focus()
    designer.expect_last_step(re.compile("note"))
    document = designer.saved()
    assert [note["text"] for note in document["studio"]["notes"]] == ["Finance signs this off"]
    assert document["definition"] == THREE_STEPS


def test_it_opens_readable_and_remembers_where_one_was(studio):
    designer = Designer(studio, "viewed", THREE_STEPS)
    page = studio.page
    level = page.locator(".zoom-level")
    assert int(level.inner_text().rstrip("%")) >= 86
    page.get_by_role("button", name="Zoom out").click()
    page.get_by_role("button", name="Lay out sideways").click()
    expect(page.get_by_role("button", name="Lay out downwards")).to_be_visible()
    shown = level.inner_text()
    designer.open()
    expect(page.get_by_role("button", name="Lay out downwards")).to_be_visible()
    expect(level).to_have_text(shown)


def _blocks(count):
    """So many blocks of a Choice, a step beside it and a Parallel of one branch: four states each."""
    states = {"Done": {"Type": "Succeed"}}
    for block in range(count):
        inner = {"StartAt": f"In {block}", "States": {f"In {block}": {"Type": "Pass", "End": True}}}
        rule = {"Condition": "{% $states.input.big %}", "Next": f"Look {block}"}
        states |= {
            f"Big {block}?": {"Type": "Choice", "Choices": [rule], "Default": f"Both {block}"},
            f"Look {block}": {"Type": "Pass", "Next": f"Both {block}"},
            f"Both {block}": {
                "Type": "Parallel", "Branches": [inner],
                "Next": "Done" if block == count - 1 else f"Big {block + 1}?",
            },
        }
    return {"QueryLanguage": "JSONata", "StartAt": "Big 0?", "States": states}


def test_the_exact_layout_leaves_what_is_selected_where_it_stands(studio):
    designer = Designer(studio, "three_hundred", _blocks(75))
    canvas = studio.page.locator("section.canvas")
    designer.select("Look 0")
    studio.drawn()
    stood = _middle(designer.card("Look 0"))
    expect(canvas).to_have_attribute("aria-busy", "false")
    assert _middle(designer.card("Look 0")) == pytest.approx(stood, abs=2)
    expect(designer.card("Look 0")).to_have_attribute("aria-pressed", "true")
    studio.page.keyboard.press("/")
    studio.page.keyboard.type("wait")
    studio.page.keyboard.press("Enter")
    expect(designer.card("Wait")).to_be_focused()
    studio.drawn()
    stood = _middle(designer.card("Wait"))
    expect(canvas).to_have_attribute("aria-busy", "false")
    assert _middle(designer.card("Wait")) == pytest.approx(stood, abs=2)
    assert designer.states()["Look 0"]["Next"] == "Wait"


def test_containers_of_very_many_states_open_folded_and_unfold(studio):
    designer = Designer(studio, "two_thousand", _blocks(500))
    page = studio.page
    expect(designer.card("Both 0")).to_contain_text("1 state")
    assert page.locator("[data-card]").count() < 60
    page.get_by_role("button", name="Unfold Both 0").click()
    expect(designer.card("In 0")).to_be_visible()
    designer.card("Big 0?").focus()
    page.keyboard.press("ControlOrMeta+f")
    page.get_by_label("Find a state").fill("In 499")
    expect(designer.card("In 499")).to_have_attribute("aria-pressed", "true")


def test_of_two_thousand_states_the_page_holds_those_in_sight(studio):
    states = {f"Step {at}": {"Type": "Pass", "Next": f"Step {at + 1}"} for at in range(1999)}
    designer = Designer(studio, "chain", {"StartAt": "Step 0", "States": {**states, "Step 1999": {"Type": "Succeed"}}})
    page = studio.page
    steps = page.get_by_role("list", name="Steps of chain").get_by_role("listitem")
    expect(steps).to_have_count(120)
    assert page.evaluate("document.querySelectorAll('*').length") < 1500  # 5,164 with all of them
    designer.select("Step 1")
    leads = page.get_by_label("Then go to")
    assert leads.get_by_role("option").count() < 5
    assert page.evaluate("document.querySelectorAll('*').length") < 1900  # 7,487
    leads.focus()
    expect(leads.get_by_role("option")).to_have_count(2001)
    leads.select_option("Step 1500")
    assert designer.states()["Step 1"]["Next"] == "Step 1500"
    page.keyboard.press("ControlOrMeta+z")
    page.keyboard.press("Escape")
    page.keyboard.press("ControlOrMeta+f")
    page.keyboard.type("Step 1500")
    page.keyboard.press("Enter")
    expect(designer.card("Step 1500")).to_be_visible()
    expect(steps.filter(has_text="Step 1500").first).to_be_attached()
