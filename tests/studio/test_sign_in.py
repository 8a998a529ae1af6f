"""Signing in to the Studio of a deployment on AWS: a user of its pool, and nobody else."""

from __future__ import annotations

import re
from html import escape
from types import SimpleNamespace
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import expect

from tests.support.studio.browsing import Studio
from tests.support.studio.deployment import APP_SECRET, CODE, DOMAIN, Deployment, User, UserPool, where_tokens_are
from tests.support.studio.designing import THREE_STEPS, Designer

INVITED, ANN, SECOND = "invited@example.com", "ann@example.com", "second@example.com"
NEW = "new@example.com"
TEMPORARY, PASSWORD = "Temporary-1-password", "Chosen-2-password"


@pytest.fixture
def providers():
    """The identity providers of the deployment."""
    return []


@pytest.fixture
def deployment(studio_server, providers):
    served = Deployment(studio_server, UserPool({
        INVITED: User(TEMPORARY, is_invited=True), ANN: User(PASSWORD), SECOND: User(PASSWORD, has_second_factor=True),
        NEW: User(PASSWORD, must_set_one_up=True),
    }), providers)
    yield served
    served.stop()


@pytest.fixture
def visitor(deployment, context):
    """A page of somebody who is not signed in. No token may have been in any address."""
    opened = Studio(deployment, context)
    yield opened
    opened.close()
    seen = "\n".join(deployment.addresses)
    assert not [token for token in deployment.pool.issued if token in seen]


def heading(page, name):
    """Some pages count in their heading what they list: Secrets (1)."""
    return page.get_by_role("heading", level=1, name=re.compile(rf"^{name}\b"))


def sign_in(page, user, password=PASSWORD):
    page.get_by_label("Mail address").fill(user)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_an_invited_user_chooses_a_password_and_gets_where_the_link_led(visitor, deployment, screens):
    page = visitor.page
    visitor.expect_refusal(400, "/cognito$")
    visitor.open("/secrets/?find=DEMO")
    expect(heading(page, "Sign in")).to_be_visible()
    expect(page.get_by_label("Mail address")).to_be_focused()
    assert deployment.pool.asked == []
    visitor.check_axe()
    screens(visitor, "sign-in")

    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text("Enter your mail address.")
    sign_in(page, INVITED, "guessed")
    expect(page.get_by_role("alert")).to_have_text("Incorrect username or password.")
    sign_in(page, INVITED, TEMPORARY)
    expect(heading(page, "Choose your password")).to_be_visible()
    expect(page.get_by_label("New password")).to_be_focused()
    page.get_by_label("New password").fill("short")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("Password did not conform with policy: Password not long enough")
    visitor.check_axe()
    screens(visitor, "sign-in-new-password")
    page.get_by_label("New password").fill(PASSWORD)
    page.keyboard.press("Enter")

    expect(heading(page, "Secrets")).to_be_visible()
    expect(page.get_by_role("rowheader", name="DEMO_PAYMENT_KEY")).to_be_visible()
    assert page.url == f"{deployment.url}/studio/secrets/?find=DEMO"
    assert where_tokens_are(page) == ["session"]
    kept = page.evaluate("Object.values(sessionStorage)")
    assert kept == list(deployment.pool.refresh_tokens)


def test_a_sign_in_is_renewed_unnoticed_and_covers_the_page_when_it_has_run_out(visitor, deployment):
    page, pool = visitor.page, deployment.pool
    visitor.open("/secrets/")
    sign_in(page, ANN)
    expect(heading(page, "Secrets")).to_be_visible()
    page.reload()
    expect(heading(page, "Secrets")).to_be_visible()
    assert pool.asked == ["USER_PASSWORD_AUTH", "REFRESH_TOKEN_AUTH"]

    visitor.expect_refusal(401, ".")
    pool.id_tokens.clear()
    page.get_by_role("link", name="Connectors").click()
    expect(heading(page, "Connectors")).to_be_visible()
    expect(page.get_by_role("link", name="HTTP").first).to_be_visible()
    assert pool.asked[2:] == ["REFRESH_TOKEN_AUTH"]

    visitor.expect_refusal(400, "/cognito$")
    pool.id_tokens.clear()
    pool.refresh_tokens.clear()
    page.get_by_role("link", name="Audit log").click()
    expect(page.get_by_role("alert")).to_have_text("Refresh Token has been revoked")
    assert where_tokens_are(page) == []
    sign_in(page, ANN)
    expect(heading(page, "Audit log")).to_be_visible()
    expect(page.get_by_role("table").get_by_role("row").nth(1)).to_be_visible()


def test_an_edit_made_while_the_sign_in_runs_out_is_saved_after_the_next_one(visitor, deployment):
    page = visitor.page
    visitor.expect_refusal(401, ".")
    visitor.expect_refusal(400, "/cognito$")
    visitor.open("/")
    sign_in(page, ANN)
    expect(heading(page, "Workflows")).to_be_visible()
    designer = Designer(visitor, "run_out", THREE_STEPS)
    designer.select("First")
    designer.name_field.fill("Begin")
    deployment.pool.id_tokens.clear()  # not before: any other request of the page would notice it first
    deployment.pool.refresh_tokens.clear()
    page.keyboard.press("Enter")
    expect(heading(page, "Sign in")).to_be_visible()
    expect(designer.card("Begin")).to_be_hidden()
    assert deployment.json("GET", "/workflows/run_out/draft")["document"]["definition"]["StartAt"] == "First"
    page.keyboard.press("ControlOrMeta+k")
    sign_in(page, ANN)
    expect(designer.card("Begin")).to_be_visible()
    expect(page.get_by_role("dialog", name="Find anything")).to_have_count(0)
    assert designer.saved()["definition"]["StartAt"] == "Begin"


def test_the_second_factor_is_asked_for(visitor):
    page = visitor.page
    visitor.expect_refusal(400, "/cognito$")
    visitor.open("/")
    sign_in(page, SECOND)
    expect(heading(page, "Enter your code")).to_be_visible()
    visitor.check_axe()
    page.get_by_label("Code").fill("000000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("Invalid code received for user")
    page.get_by_label("Code").fill(CODE)
    page.keyboard.press("Enter")
    expect(heading(page, "Workflows")).to_be_visible()


def test_a_forgotten_password_is_replaced_by_a_code(visitor, deployment, screens):
    page = visitor.page
    visitor.open("/")
    page.get_by_label("Mail address").fill(ANN)
    page.get_by_text("Forgotten your password?").click()
    page.get_by_role("button", name="Send the code").click()
    expect(page.get_by_text("a code was sent to a***@e***")).to_be_visible()
    visitor.check_axe()
    screens(visitor, "sign-in-forgotten")
    page.get_by_label("Code").fill(CODE)
    page.get_by_label("New password").fill("Another-3-password")
    page.get_by_role("button", name="Set the password and sign in").click()
    expect(heading(page, "Workflows")).to_be_visible()
    assert deployment.pool.asked == ["ForgotPassword", "ConfirmForgotPassword", "USER_PASSWORD_AUTH"]


def test_who_signs_out_is_forgotten(visitor, deployment):
    page = visitor.page
    visitor.open("/connectors/")
    sign_in(page, ANN)
    expect(heading(page, "Connectors")).to_be_visible()
    page.locator("#studio-top").get_by_role("button").last.click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(heading(page, "Sign in")).to_be_visible()
    assert where_tokens_are(page) == []
    page.reload()
    expect(heading(page, "Sign in")).to_be_visible()
    assert page.url == f"{deployment.url}/studio/connectors/"
    assert deployment.pool.asked == ["USER_PASSWORD_AUTH", "RevokeToken"]
    assert deployment.pool.refresh_tokens == {}


def test_a_second_factor_is_set_up_where_the_pool_demands_one(visitor):
    page = visitor.page
    visitor.expect_refusal(400, "/cognito$")
    visitor.open("/")
    sign_in(page, NEW)
    expect(heading(page, "Set up a second factor")).to_be_visible()
    expect(page.get_by_text(APP_SECRET, exact=True)).to_be_visible()
    link = page.get_by_role("link", name="Open it in an app of this device")
    expect(link).to_have_attribute("href", re.compile(rf"^otpauth://totp/Automate%3Anew%40example.com\?secret={APP_SECRET}"))
    visitor.check_axe()
    page.get_by_label("Code").fill("000000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("Code mismatch")
    expect(page.get_by_text(APP_SECRET, exact=True)).to_be_visible()
    page.get_by_label("Code").fill(CODE)
    page.keyboard.press("Enter")
    expect(heading(page, "Workflows")).to_be_visible()
    assert APP_SECRET not in page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])")


@pytest.fixture
def hosted_page(context, deployment):
    """The hosted sign-in page and its identity provider: `seen` has the addresses, `answer` makes the one that it sends
    the browser back to."""
    played = SimpleNamespace(seen=[], answer=lambda asked: deployment.pool.authorize(asked, ANN))

    def shows(route):
        parts = urlsplit(route.request.url)
        played.seen.append(parts)
        asked = dict(parse_qsl(parts.query))
        back = asked["logout_uri"] if parts.path == "/logout" else played.answer(asked)
        body = f'<!doctype html><html lang="en"><title>Okta</title><a href="{escape(back)}">Continue</a>'
        route.fulfill(status=200, content_type="text/html", body=body)

    context.route(f"https://{DOMAIN}/**", shows)
    return played


@pytest.mark.parametrize("providers", [["Okta"]])
def test_an_identity_provider_signs_in_and_no_code_stays_in_the_address(visitor, deployment, hosted_page):
    page = visitor.page
    visitor.open("/secrets/?find=DEMO")
    visitor.check_axe()
    page.get_by_role("button", name="Sign in with Okta").click()
    page.get_by_role("link", name="Continue").click()
    expect(heading(page, "Secrets")).to_be_visible()
    assert page.url == f"{deployment.url}/studio/secrets/?find=DEMO"
    assert deployment.pool.asked == ["authorization_code"]
    assert where_tokens_are(page) == ["session"]
    page.reload()
    expect(heading(page, "Secrets")).to_be_visible()
    assert deployment.pool.asked == ["authorization_code", "REFRESH_TOKEN_AUTH"]

    page.locator("#studio-top").get_by_role("button").last.click()
    page.get_by_role("menuitem", name="Sign out", exact=True).click()
    page.get_by_role("link", name="Continue").click()
    expect(heading(page, "Sign in")).to_be_visible()
    assert [parts.path for parts in hosted_page.seen] == ["/oauth2/authorize", "/logout"]
    assert deployment.pool.refresh_tokens == {}


@pytest.mark.parametrize("providers", [["Okta"]])
def test_an_answer_of_another_sign_in_is_refused_and_nothing_is_asked(visitor, deployment, hosted_page):
    page = visitor.page
    hosted_page.answer = lambda asked: deployment.pool.authorize({**asked, "state": "guessed"}, ANN)
    visitor.open("/secrets/")
    page.get_by_role("button", name="Sign in with Okta").click()
    page.get_by_role("link", name="Continue").click()
    expect(page.get_by_role("alert")).to_contain_text("belongs to another sign-in")
    assert page.url == f"{deployment.url}/studio/secrets/"
    assert deployment.pool.asked == []
