"""An execution's page: where it is, and what of it is looked at."""

from __future__ import annotations

from urllib.parse import quote


def address(execution):
    """The page of an execution."""
    return f"/executions/{quote(execution['id'], safe='')}"


def panel(page):
    """The selected step."""
    return page.get_by_role("complementary", name="Step")


def selected(page):
    """The selected step's name."""
    return panel(page).get_by_role("heading", level=2)


def card(page, state):
    """The state's card on the canvas."""
    return page.locator(f"[data-card$='/{state}']")
