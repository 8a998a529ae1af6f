"""What is around every page."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

PAGES = ["/", "/executions/", "/rules/", "/secrets/", "/connectors/", "/audit/"]


def test_the_sign_in_link_leads_to_the_studio(studio_server, page):
    page.goto(studio_server.new_sign_in_link())
    page.wait_for_url("**/studio/")
    expect(page.get_by_role("heading", level=1, name="Workflows")).to_be_visible()


def test_who_is_not_signed_in_is_told_the_command(studio_server, page):
    answer = page.goto(f"{studio_server.url}/studio/secrets/")
    assert answer.status == 401
    expect(page.get_by_text("automate signin")).to_be_visible()


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing(studio, path):
    studio.open(path)
    studio.page.wait_for_load_state("networkidle")
    studio.check_axe()
