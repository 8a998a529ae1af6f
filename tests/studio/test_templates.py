"""Templates in the browser: shown where one begins, found by words, used as a draft whose to-dos are listed."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, expect

from tests.support.studio.designing import THREE_STEPS, Designer


def section(studio) -> Locator:
    return studio.page.get_by_role("region", name="Begin with a template")


def titles(studio) -> Locator:
    return section(studio).get_by_role("heading", level=3)


def asked(studio) -> list[str]:
    """Titles of the templates that the product has, without words."""
    return [each["title"] for each in studio.server.json("GET", "/templates")["templates"]]


def test_templates_are_shown_each_with_its_picture(studio, screens):
    studio.open("/wizard/")
    expect(titles(studio)).to_have_count(6)
    screens(studio, "templates", widths=(1440, 390))
    everything = asked(studio)
    section(studio).get_by_role("button", name=f"Show all {len(everything)}").click()
    expect(titles(studio)).to_have_text(everything)
    pictures = section(studio).locator("svg.thumbnail")
    expect(pictures).to_have_count(len(everything))
    expect(pictures.first).to_have_attribute("aria-hidden", "true")
    lead = section(studio).get_by_role("listitem").filter(has_text="Refund an order with approval")
    expect(lead).to_contain_text("Orders")
    expect(lead.get_by_role("list", name="Calls").get_by_role("listitem")).to_have_text(
        ["Approval", "Email", "Slack", "Stripe"])
    expect(lead).to_contain_text("4 to fill in")
    assert lead.locator(".thumbnail-state").count() == 9
    studio.check_axe()
    studio.look(width=390, height=844)
    assert studio.page.evaluate("document.documentElement.scrollWidth") <= 390
    studio.look()


def test_the_sentence_finds_templates_and_the_search_comes_before_it(studio, screens):
    page = studio.page
    studio.open("/wizard/")
    expect(titles(studio)).to_have_count(6)
    page.get_by_label("What is to happen?").fill("A new colleague starts on Monday, make the accounts")
    expect(titles(studio).first).to_have_text("Onboard a new employee")
    expect(section(studio)).to_contain_text("Those that fit what you wrote above")
    screens(studio, "templates-of-a-sentence", themes=("light",))
    search = section(studio).get_by_role("searchbox", name="Find a template")
    search.fill("refund money")
    expect(titles(studio).first).to_have_text("Refund an order with approval")
    expect(section(studio)).not_to_contain_text("Those that fit what you wrote above")
    expect(page).to_have_url(re.compile("words=refund"))
    search.fill("")
    expect(titles(studio).first).to_have_text("Onboard a new employee")

    search.fill("xylophone")
    expect(section(studio)).to_contain_text("No template fits these words")
    studio.check_axe(themes=("light",))
    section(studio).get_by_role("button", name="Show all").click()
    expect(titles(studio)).to_have_text(asked(studio)[:6])
    expect(search).to_have_value("")


def test_what_is_used_becomes_a_draft_with_its_to_dos(studio):
    page = studio.page
    template = studio.server.json("GET", "/templates?words=refund+approval")["templates"][0]
    assert template["name"] == "refund_with_approval"
    for name in ("refund_with_approval", "refund_with_approval_2"):
        studio.open("/wizard/?words=refund+approval")
        page.get_by_role("button", name="Use “Refund an order with approval”").click()
        page.wait_for_url(f"**/studio/wizard/{name}")
        designer = Designer(studio, name, opened=False)
        designer.cards.first.wait_for()
        saved = studio.server.json("GET", f"/workflows/{name}/draft")["document"]
        kept = saved.pop("studio")
        assert saved == {**template["document"], "name": name}
        assert kept["to_dos"] == template["to_dos"]
    designer.show_problems()
    expect(designer.problems).to_contain_text(f"{len(template['to_dos'])} to do")
    for to_do in template["to_dos"]:
        expect(designer.problems.get_by_role("listitem").filter(has_text=to_do["text"])).to_contain_text(to_do["state"])
    designer.problems.get_by_role("button", name="Done").first.click()
    expect(designer.problems).to_contain_text(f"{len(template['to_dos']) - 1} to do")


def test_a_template_that_cannot_be_saved_says_so(studio):
    studio.open("/wizard/?words=onboarding")
    studio.expect_refusal(503, "/draft")
    studio.page.route("**/draft", lambda route: route.fulfill(
        status=503, content_type="application/json", body='{"error": {"code": "X", "message": "the store is busy"}}'))
    section(studio).get_by_role("button", name="Use “Onboard a new employee”").click()
    expect(section(studio)).to_contain_text("the store is busy")
    expect(section(studio).get_by_role("button", name="Use “Onboard a new employee”")).to_be_enabled()


def test_templates_are_for_those_who_may_edit(guest):
    viewer = guest("viewer")
    viewer.open("/wizard/")
    expect(viewer.page.get_by_role("heading", name="Go on with")).to_be_visible()
    expect(section(viewer)).to_have_count(0)
    assert not [address for address, _ in viewer.bodies if "/templates" in address]


def test_ways_lead_to_the_templates(studio, empty_studio):
    empty_studio.open("/")
    empty_studio.page.get_by_role("button", name="See the templates").click()
    expect(section(empty_studio).get_by_role("searchbox")).to_be_in_viewport()
    expect(titles(empty_studio)).to_have_count(6)
    expect(titles(empty_studio).first).to_be_in_viewport()

    designer = Designer(studio, "without_model", THREE_STEPS)
    designer.page.get_by_role("region", name="Copilot").get_by_role("link", name="templates").click()
    expect(titles(studio)).to_have_count(6)
    expect(titles(studio).first).to_be_in_viewport()
