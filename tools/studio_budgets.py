"""The Studio's budgets, measured and printed: ``python -m tools.studio_budgets``. Exit status 1 when one is not kept.

Sizes are those that travel (gzip). The shell is what every page loads; a page's own are the scripts and styles that it
loads besides, until it is still; the layout's worker is counted apart. LCP and CLS are Chromium's own, on a page that
was never opened before. Of large workflows the time is what the page's own thread computes, which a busy machine does
not lengthen: until the canvas is drawn, and from the key that inserts a step until its card and its form are drawn.
"""

from __future__ import annotations

import gzip
import re
import sys
from typing import Any
from urllib.parse import urlsplit

from tools.studio_window import ROOT, settled, studio_window

DIST = ROOT / "studio_static" / "dist"
PAGES = {
    "workflows": "/", "dashboard": "/dashboard/", "designer": "/wizard/order_flow", "executions": "/executions/",
    "rules": "/rules/", "approvals": "/approvals/",
    "secrets": "/secrets/", "connectors": "/connectors/", "audit": "/audit/", "settings": "/settings/",
}
SHELL_SCRIPTS_KB, SHELL_STYLES_KB, WORKER_KB, LCP_MS, CLS = 240, 80, 470, 1200, 0.01
PAGE_KB = {"designer": 300, "rules": 200}
OTHER_PAGE_KB = 130
LARGE = {"300 in blocks": (1000, 300, 2500), "2000 in blocks": (1500, 500, 2500), "2000 in a row": (1500, 500, 2000)}
"""By their number and shape: at most so many ms until the canvas is drawn, and for an insert with its form; so many
elements in the page after it."""

_OBSERVE = """
window.seen = {lcp: 0, cls: 0};
new PerformanceObserver(list => { for (const e of list.getEntries()) window.seen.lcp = e.startTime; })
  .observe({type: 'largest-contentful-paint', buffered: true});
new PerformanceObserver(list => {
  for (const e of list.getEntries()) window.seen.cls += e.hadRecentInput ? 0 : e.value;
}).observe({type: 'layout-shift', buffered: true});
"""


def main() -> int:
    """See the module's docstring."""
    over: list[str] = []

    def row(what: str, value: float, limit: float, unit: str) -> None:
        kept = value <= limit
        print(f"{'ok  ' if kept else 'OVER'}  {what:<28} {value:>8.3g} {unit:<3} (at most {limit:g})")
        if not kept:
            over.append(what)

    shell = _shell()
    row("shell: scripts", _kilobytes({name for name in shell if name.endswith(".js")}), SHELL_SCRIPTS_KB, "KB")
    row("shell: styles", _kilobytes({name for name in shell if name.endswith(".css")}), SHELL_STYLES_KB, "KB")
    workers = [path for path in (DIST / "assets").glob("*.js") if path.name.startswith("elk")]
    row("the layout's worker", _kilobytes({path.name for path in workers}), WORKER_KB, "KB")
    with studio_window() as (server, context):
        server.run("order_flow", server.order())
        for name, path in PAGES.items():
            loaded, seen = _visit(context, f"{server.url}/studio{path}")
            row(f"{name}: its own", _kilobytes(loaded - shell), PAGE_KB.get(name, OTHER_PAGE_KB), "KB")
            row(f"{name}: LCP", seen["lcp"], LCP_MS, "ms")
            row(f"{name}: CLS", seen["cls"], CLS, "")
        for shape, (most_opened, most_inserted, most_elements) in LARGE.items():
            count, name = int(shape.split()[0]), shape.replace(" ", "_")
            definition = _blocks(count) if shape.endswith("blocks") else _chain(count)
            server.json("POST", "/workflows/import", {"document": definition, "name": name, "force": True})
            opened, inserted, elements = _work(context, f"{server.url}/studio/wizard/{name}")
            row(f"{shape}: drawn", opened, most_opened, "ms")
            row(f"{shape}: an insert", inserted, most_inserted, "ms")
            row(f"{shape}: elements", elements, most_elements, "")
    return 1 if over else 0


def _shell() -> set[str]:
    """What index.html names: every page loads it."""
    html = (DIST / "index.html").read_text(encoding="utf-8")
    return set(re.findall(r'(?:src|href)="/studio/assets/([^"]+)"', html))


def _kilobytes(names: set[str]) -> float:
    return sum(len(gzip.compress((DIST / "assets" / name).read_bytes(), 6)) for name in names) / 1024


def _visit(context: Any, address: str) -> tuple[set[str], dict[str, float]]:
    loaded: set[str] = set()
    page = context.new_page()
    page.add_init_script(_OBSERVE)

    def note(request: Any) -> None:
        name = urlsplit(request.url).path.rpartition("/")[2]
        if name.endswith((".js", ".css")) and not name.startswith("elk") and (DIST / "assets" / name).is_file():
            loaded.add(name)

    page.on("request", note)
    page.goto(address)
    settled(page)
    page.wait_for_timeout(1500)
    seen: dict[str, float] = page.evaluate("() => window.seen")
    page.close()
    return loaded, seen


def _blocks(count: int) -> dict[str, Any]:
    """A definition of about so many states, nine in each block: rules, a catcher, a Parallel of two branches."""
    call = {"Type": "Task", "Resource": "connector:log:write", "Arguments": {"message": "x"}}
    states: dict[str, Any] = {}
    for block in range(count // 9):
        branches = [
            {"StartAt": f"Reserve {name}", "States": {
                f"Reserve {name}": {**call, "Next": f"Confirm {name}"}, f"Confirm {name}": {**call, "End": True},
            }}
            for name in (f"{block}.1", f"{block}.2")
        ]
        states |= {
            f"Validate {block}": {
                **call, "Next": f"Large {block}?",
                "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": f"Report {block}"}],
            },
            f"Large {block}?": {
                "Type": "Choice", "Default": f"Fulfil {block}",
                "Choices": [{"Condition": "{% $states.input.total > 9 %}", "Next": f"Approve {block}"}],
            },
            f"Approve {block}": {**call, "Next": f"Fulfil {block}"},
            f"Fulfil {block}": {"Type": "Parallel", "Branches": branches, "Next": f"Validate {block + 1}"},
            f"Report {block}": {"Type": "Pass", "Next": f"Validate {block + 1}"},
        }
    states[f"Validate {count // 9}"] = {"Type": "Succeed"}
    return {"QueryLanguage": "JSONata", "StartAt": "Validate 0", "States": states}


def _chain(count: int) -> dict[str, Any]:
    """A definition of so many states, one after the other in one flow."""
    states: dict[str, Any] = {f"Step {at}": {"Type": "Pass", "Next": f"Step {at + 1}"} for at in range(count - 1)}
    return {"StartAt": "Step 0", "States": {**states, f"Step {count - 1}": {"Type": "Succeed"}}}


def _work(context: Any, address: str) -> tuple[float, float, int]:
    """What the page's thread computes, in ms: until the canvas is drawn, and for a step that is inserted. And how many
    elements the page has then."""
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def so_far() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return 1000 * float(next(each["value"] for each in metrics if each["name"] == "TaskDuration"))

    page.goto(address)
    page.locator("[data-card]").first.wait_for()
    opened = so_far()
    page.wait_for_load_state("networkidle")
    page.locator("[data-card]").nth(1).click()
    page.keyboard.press("/")
    page.keyboard.type("wait")
    page.wait_for_timeout(1500)
    before = so_far()
    page.keyboard.press("Enter")
    page.locator("[data-card='/States/Wait']").wait_for()
    inserted = so_far() - before
    elements: int = page.evaluate("document.querySelectorAll('*').length")
    page.close()
    return opened, inserted, elements


if __name__ == "__main__":
    sys.exit(main())
