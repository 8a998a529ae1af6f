"""The Studio out of the stage's bucket, in a real browser: somebody signs in, edits a workflow and publishes it."""

from __future__ import annotations

import json
import re
import secrets
import urllib.request

import pytest
from playwright.sync_api import expect

from tests.deployed.cloudfront import CloudFront
from tests.deployed.studio_template import StudioTemplate
from tests.support import patience
from tests.support.deployed.emulator import REGION
from tests.support.deployed.stage import PASSWORD, USER
from tests.support.studio.browsing import Studio, launched, new_window, what_is_missing
from tests.support.studio.deployment import where_tokens_are
from tests.support.studio.designing import THREE_STEPS, Designer

_MISSING = what_is_missing()
_DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))
pytestmark = [pytest.mark.full, pytest.mark.skipif(_MISSING is not None, reason=str(_MISSING))]


@pytest.fixture(scope="module")
def cloudfront(stage, tmp_path_factory):
    template = StudioTemplate(stage, tmp_path_factory.mktemp("studio-template"))
    assert template.fill_bucket(stage.emulator.client("s3")) > 3
    canary = f"canary-{secrets.token_hex(12)}"
    stage.answer("PUT", "/secrets/BROWSER_KEY", {"value": canary})
    served = CloudFront(stage, template, canary)
    yield served
    served.stop()
    template.empty_bucket(stage.emulator.client("s3"))


@pytest.fixture
def studio(cloudfront):
    """A page of somebody who is not signed in; whatever goes wrong on it fails the test."""
    with launched() as browser:
        opened = Studio(cloudfront, new_window(browser))
        yield opened
        opened.close()


def get(cloudfront, path):
    with _DIRECTLY.open(cloudfront.url + path, timeout=patience.SECONDS) as answer:
        return answer.headers, answer.read(), answer.url.removeprefix(cloudfront.url)


def sign_in(page, password):
    page.get_by_label("Mail address").fill(USER)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_the_bucket_holds_the_build_and_what_the_page_must_know_of_its_stage(cloudfront, stage):
    client = stage.output("api", "UserPoolClientId")
    headers, body, _ = get(cloudfront, "/studio/config.json")
    assert json.loads(body) == {"auth": "cognito", "region": REGION, "stage": "e2e", "client_id": client}
    assert headers["Cache-Control"] == "no-cache"

    headers, index, address = get(cloudfront, "/")
    assert (address, headers["Content-Type"], headers["Cache-Control"]) == ("/studio/", "text/html", "no-cache")
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert get(cloudfront, "/studio/executions/order_flow:o.1")[1] == index

    script = re.search(rb"/studio/assets/[^\"]+\.js", index)[0].decode()
    headers, _, _ = get(cloudfront, script)
    assert headers["Content-Type"] == "text/javascript"
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_somebody_signs_in_edits_and_publishes_and_it_runs(studio, cloudfront, stage):
    """The link leads to the workflow; a wrong password is refused by the pool, the right one signs in, also after a
    reload: the designer opens the page anew."""
    page = studio.page
    stage.answer("POST", "/workflows/import", {"document": THREE_STEPS, "name": "in_browser"})
    studio.expect_refusal(400, "/cognito$")
    studio.open("/wizard/in_browser")
    sign_in(page, "Guessed-1-password")
    expect(page.get_by_role("alert")).to_have_text("Incorrect username or password.")
    sign_in(page, PASSWORD)
    expect(page.locator("[data-card]")).to_have_count(4)  # where the link led

    designer = Designer(studio, "in_browser")
    designer.select("Third")
    designer.name_field.fill("Told")
    page.keyboard.press("Enter")
    assert set(designer.saved()["definition"]["States"]) == {"First", "Big?", "Second", "Told"}
    assert stage.answer("GET", "/workflows/in_browser")["active_version"] is None

    page.get_by_role("button", name="Publish", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Note").fill("from the browser")
    dialog.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("Version 1 of in_browser is active")).to_be_visible()
    (version,) = stage.answer("GET", "/workflows/in_browser/versions")["versions"]
    assert (version["note"], version["published_by"]) == ("from the browser", USER)
    assert where_tokens_are(page) == ["session"]

    execution = stage.start("in_browser", {"amount": 250}, name="big")
    ended = stage.ended(execution)
    assert ended["status"] == "SUCCEEDED", ended
    steps = [step["name"] for step in stage.answer("GET", f"{execution}/steps")["steps"]]
    assert steps == ["First", "Big?", "Second", "Told"]

    studio.open("/executions/in_browser%3Abig")
    expect(page.get_by_text("Succeeded").first).to_be_visible()
    assert not [address for address in cloudfront.addresses if "eyJ" in address]
