"""The Studio in a browser, over the real local product: no mocked API.

    studio          a page signed in to a server of this test file, with the samples published
    empty_studio    the same on a server of this test alone, where nothing was imported yet
    model, talking_server   a model server that answers from a script, and the product with that model
    guest           guest(role): a page of somebody who signed in with a token of that role
    screens         saves pictures to SCREENSHOTS_DIR when it is set (make screenshots: docs/images)

A page fails its test when its console says anything, when it throws, when a request fails or is refused that the test
did not announce (`studio.expect_refusal`), and when any answer that the browser received holds a secret's value.

Skipped, with the reason, where there is no browser or the Studio was not built: `make test` brings both where it can.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.studio.short import SHORT
from tests.support.model_server import ModelServer, Say
from tests.support.studio.browsing import Studio, StudioServer, launched, new_window, what_is_missing


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    here = f"{Path(__file__).parent}{os.sep}"
    missing = what_is_missing()
    for item in items:
        if not str(item.path).startswith(here):
            continue
        if item.originalname not in SHORT:
            item.add_marker(pytest.mark.full)
        if missing is not None:
            item.add_marker(pytest.mark.skip(reason=missing))


@pytest.fixture(scope="session")
def browser():
    """The system's browser."""
    with launched() as opened:
        yield opened


@pytest.fixture
def context(browser):
    """A window of its own for a test: no cookie, nothing kept."""
    opened = new_window(browser)
    yield opened
    opened.close()


@pytest.fixture
def page(context):
    """A page of somebody who is not signed in."""
    return context.new_page()


@pytest.fixture(scope="module")
def studio_server(tmp_path_factory):
    """The local product with the samples published and a secret set, for the tests of one file."""
    server = StudioServer(tmp_path_factory.mktemp("studio"))
    server.publish_samples()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def model():
    """A model server: a test writes its `script`, by chat completions."""
    served = ModelServer([Say(["Nothing is scripted."])])
    served.start()
    yield served
    served.stop()


@pytest.fixture(scope="module")
def talking_server(tmp_path_factory, model):
    """The local product with that model. A file whose tests talk to it makes this its `studio_server`."""
    server = StudioServer(
        tmp_path_factory.mktemp("studio"), AUTOMATE_COPILOT_PROVIDER="openai", AUTOMATE_COPILOT_MODEL="a-model",
        AUTOMATE_COPILOT_URL=f"{model.base}/v1",
    )
    yield server
    server.stop()


@pytest.fixture
def studio(studio_server, context):
    """A signed-in page of the file's server."""
    opened = Studio(studio_server, context)
    yield opened
    opened.close()


@pytest.fixture
def empty_studio(tmp_path, context):
    """A signed-in page of a server on which nothing was done yet."""
    server = StudioServer(tmp_path / "data")
    opened = Studio(server, context)
    yield opened
    opened.close()
    server.stop()


@pytest.fixture
def guest(studio_server, browser):
    """`guest(role)`: a page of somebody who signed in with a token of that role."""
    opened = []

    def sign_in(role, name=None):
        name = name or f"{role}-{len(opened)}"
        made = studio_server.json("POST", "/tokens", {"name": name, "role": role})
        window = new_window(browser)
        server = SimpleNamespace(url=studio_server.url, cookie=None, canary=studio_server.canary)
        found = Studio(server, window)
        opened.append((found, window))
        found.page.goto(f"{studio_server.url}/signin")
        found.page.get_by_label("Or sign in with a token:").fill(made["token"])
        found.page.get_by_role("button", name="Sign in").click()
        found.page.wait_for_url(re.compile("/studio/"))
        found.page.locator("h1").first.wait_for()
        return found

    yield sign_in
    for found, window in opened:
        found.close()
        window.close()


@pytest.fixture
def screens(request):
    """`screens(studio, "secrets")` saves secrets-light.png to SCREENSHOTS_DIR, once per theme asked for.

    `then` is the width of the page after it."""
    folder = os.environ.get("SCREENSHOTS_DIR")

    def save(studio, name, *, themes=("light", "dark"), widths=(1440,), then=1440):
        if folder is None:
            return
        Path(folder).mkdir(parents=True, exist_ok=True)
        for theme in themes:
            for width in widths:
                studio.look(theme, width)
                suffix = "" if width == 1440 else f"-{width}"
                studio.page.screenshot(path=f"{folder}/{name}-{theme}{suffix}.png", animations="disabled")
        studio.look("light", then)

    return save
