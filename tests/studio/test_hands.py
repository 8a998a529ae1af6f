"""Hands that never leave the canvas: inserting, a line that is let go over nothing, Escape; axe on open forms."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.support.studio.designing import Designer, middle

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
    designer.expect_arrived("Wait")
    designer.select("Big?")
    page.get_by_label("Otherwise go to").select_option("New step…")
    _pick(page, "pass")
    designer.expect_arrived("Pass")
    designer.select("Large")
    page.get_by_label("Then go to").select_option("New step…")
    page.keyboard.press("Escape")
    expect(designer.card("Large")).to_be_focused()
    designer.open_part("When it fails")
    page.get_by_role("button", name="Add a catch").click()
    page.get_by_role("group", name="Catch 1").get_by_label("Then go to").select_option("New step…")
    _pick(page, "fail")
    designer.expect_arrived("Fail")
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
        page.mouse.move(*middle(page.locator(f".react-flow__handle.{port}")))
        page.mouse.down()
        page.mouse.move(*_free_place(page), steps=8)
        page.mouse.up()

    pulled("Big?", "port-flow")
    _pick(page, "wait")
    designer.expect_arrived("Wait")
    pulled("Large", "port-error")
    _pick(page, "pass")
    designer.expect_arrived("Pass")
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
