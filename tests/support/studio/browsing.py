"""A signed-in page of the real product, which notes everything that goes wrong with it."""

from __future__ import annotations

import json
import os
import re
import secrets
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from tests.support import patience
from tests.support.local_server import LocalServer, automate
from tools.browser import advice, find_browser
from tools.studio_window import settled

ROOT = Path(__file__).parents[3]
AXE = ROOT / "studio_static" / "node_modules" / "axe-core" / "axe.min.js"
SAMPLES = ROOT / "workflows"
DIST = ROOT / "studio_static" / "dist" / "index.html"

expect.set_options(timeout=patience.SECONDS * 1000)


def what_is_missing() -> str | None:
    """Why the Studio cannot be opened in a browser here, and what to do; None when it can."""
    if not DIST.exists():
        return "the Studio is not built (make studio builds it)"
    if find_browser() is None:
        return f"there is no browser here. {advice()}"
    return None


@contextmanager
def launched() -> Iterator[Browser]:
    """The system's browser. A container's root has no namespaces to build the sandbox from."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=find_browser(),
            args=[*arguments, "--disable-dev-shm-usage", "--font-render-hinting=none", "--force-color-profile=srgb"],
        )
        yield opened
        opened.close()


def new_window(browser: Browser) -> BrowserContext:
    """A window of its own: no cookie, nothing kept. Whatever is waited for in it is waited for `patience.SECONDS`."""
    opened = browser.new_context(
        viewport={"width": 1440, "height": 900}, locale="en-GB", timezone_id="UTC", reduced_motion="reduce",
    )
    opened.set_default_timeout(patience.SECONDS * 1000)
    return opened


class StudioServer(LocalServer):
    """``automate up`` on a free port, signed in to once, with a secret whose value no answer may hold."""

    def __init__(self, folder: Path, *arguments: str, **more: str) -> None:
        super().__init__(folder, *arguments, **more)
        self.canary = f"canary-{secrets.token_hex(12)}"
        with urllib.request.urlopen(self.sign_in, timeout=patience.SECONDS) as answer:  # noqa: S310  our own address
            name, _, value = answer.headers["Set-Cookie"].partition(";")[0].partition("=")
            self.proof = re.search(r'"automate\.session", "([\w-]+)"', answer.read().decode())[1]
        self.cookie = {"name": name, "value": value, "url": self.url, "sameSite": "Strict"}

    def let_in(self, context: BrowserContext) -> None:
        """Give `context` what a browser has after it followed the link."""
        context.add_cookies([self.cookie])
        context.add_init_script(
            f"if (location.origin === {self.url!r}) localStorage.setItem('automate.session', {self.proof!r})"
        )

    def new_sign_in_link(self) -> str:
        """A link that was not used yet."""
        return str(automate(self.folder, "signin")["sign_in"])

    def publish_samples(self) -> None:
        """Every sample published, and DEMO_PAYMENT_KEY set to the canary and granted to the one that uses it."""
        for file in sorted(SAMPLES.glob("*.json")):
            self.json("POST", "/workflows/import", {"document": json.loads(file.read_text()), "publish": True})
        self.json("PUT", "/secrets/DEMO_PAYMENT_KEY", {"value": self.canary})
        self.json("POST", "/secrets/DEMO_PAYMENT_KEY/grants", {"workflow": "order_flow"})

    def order(self) -> dict[str, object]:
        """The input of a sample order that this server can run."""
        given = json.loads((SAMPLES / "order_flow" / "input.json").read_text())
        return {**given, "endpoint": f"{self.url}/samples"}

    def run(self, workflow: str, given: object, name: str | None = None) -> dict[str, object]:
        """Start an execution and wait for its end."""
        body = {"input": given} | ({} if name is None else {"name": name})
        started = self.json("POST", f"/workflows/{workflow}/executions", body)
        return self.wait_closed(started["id"])


_TELL_CAUSES = """addEventListener('error', ({error}) => {
    if (error?.cause !== undefined) console.error(`its cause: ${error.cause?.stack ?? error.cause}`);
});"""
"""What React recovers from is thrown with its own words alone; Playwright tells no cause."""


class Studio:
    """A page of the Studio. `close` fails for whatever went wrong on it."""

    def __init__(self, server: StudioServer, context) -> None:
        self.server = server
        self.context = context
        self.problems: list[str] = []
        self.bodies: list[tuple[str, bytes]] = []
        self._refusals: list[tuple[int, re.Pattern[str]]] = []
        if server.cookie is not None:  # a deployment has none: tests/support/studio/deployment.py
            server.let_in(context)
        context.add_init_script(_TELL_CAUSES)
        self.page = context.new_page()
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.problems.append(f"thrown: {error}"))
        self.page.on("requestfailed", self._on_failed)
        self.page.on("requestfinished", self._on_finished)

    def open(self, path: str = "/") -> None:
        """Open a page of the Studio, and wait for its heading."""
        self.page.goto(f"{self.server.url}/studio{path}")
        self.page.locator("h1").first.wait_for()

    def look(self, theme: str = "light", width: int = 1440, height: int = 900) -> None:
        """Another theme, another size."""
        self.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.wait_for_function("theme => document.documentElement.dataset.mode === theme", arg=theme)
        self.page.wait_for_timeout(150)
        self.drawn()

    def drawn(self) -> None:
        """Once the browser has drawn what the page has become."""
        self.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def settled(self) -> None:
        """Once the page has read what it shows. A request for changes waits on, so the network is never idle."""
        settled(self.page)

    def expect_refusal(self, status: int, path: str) -> None:
        """From now on, answers of `status` to addresses that match `path` are no problem."""
        self._refusals.append((status, re.compile(path)))

    def check_axe(
        self, *, themes: tuple[str, ...] = ("light", "dark"), width: int = 1440, height: int = 900,
    ) -> None:
        """No finding of axe, in both themes."""
        for theme in themes:
            self.look(theme, width, height)
            found = self._axe()
            assert not found, f"{theme}:\n" + "\n".join(found)
        self.look("light", width, height)

    def _axe(self) -> list[str]:
        # Evaluated rather than added as a script: the page's policy takes no scripts that are not the Studio's.
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        result = self.page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{item['id']} ({item['impact']}): {item['help']}\n    " + "\n    ".join(
                f"{' '.join(map(str, node['target']))}: {node['failureSummary']}" for node in item["nodes"][:5]
            )
            for item in result["violations"]
        ]

    def close(self) -> None:
        """Everything that was noted fails the test now."""
        self.page.close()
        leaks = [address for address, body in self.bodies if self.server.canary.encode() in body]
        assert not leaks, f"the secret's value was in {leaks}"
        assert not self.problems, "\n".join(self.problems)

    def _on_console(self, message) -> None:
        if message.type in ("error", "warning") and not self._is_expected_load_error(message):
            self.problems.append(f"console {message.type}: {message.text} ({message.location.get('url')})")

    def _is_expected_load_error(self, message) -> bool:
        """The browser itself reports each refused request; whether it was announced is judged by `_on_finished`."""
        return message.text.startswith("Failed to load resource: the server responded with a status of")

    def _on_failed(self, request) -> None:
        if request.failure != "net::ERR_ABORTED":  # a page that was left asks no more
            self.problems.append(f"{request.method} {request.url}: {request.failure}")

    def _on_finished(self, request) -> None:
        response = request.response()
        if response is None:
            return
        if response.status >= 400 and not any(
            response.status == status and pattern.search(request.url) for status, pattern in self._refusals
        ):
            self.problems.append(f"{request.method} {request.url}: answered {response.status}")
        if response.status not in (204, 304) and not 300 <= response.status < 400:
            try:
                self.bodies.append((request.url, response.body()))
            except PlaywrightError:
                return  # the page was left before the answer was there: nobody saw it
