"""The Studio's budgets, measured and printed: ``python -m tools.studio_budgets``. Exit status 1 when one is not kept.

Sizes are those that travel (gzip). The shell is what every page loads; a page's own are the scripts and styles that it
loads besides, until it is still; the layout's worker is counted apart. LCP and CLS are Chromium's own, on a page that
was never opened before, and of the list with 50,000 executions too. Of workflows of 1, 300 and 2,000 states each figure
is the median of five. "computed" is what the page's own thread computes, which a busy machine lengthens little: until
the canvas is drawn, and from the key that inserts a step until its card and its form are drawn. "seen" is what a person
waits, on a quiet machine: until the first card is there, and from the key until the step's card is painted. INP is the
longest of Chromium's own event durations, from the first key to the last.
"""

from __future__ import annotations

import gzip
import re
import sqlite3
import statistics
import sys
from typing import Any
from urllib.parse import urlsplit

from engine.adapters.local.stores import DATABASE
from tools.studio_window import ROOT, settled, studio_window

DIST = ROOT / "studio_static" / "dist"
PAGES = {
    "workflows": "/", "dashboard": "/dashboard/", "designer": "/wizard/order_flow", "executions": "/executions/",
    "rules": "/rules/", "approvals": "/approvals/",
    "secrets": "/secrets/", "connectors": "/connectors/", "audit": "/audit/", "settings": "/settings/",
}
SHELL_SCRIPTS_KB, SHELL_STYLES_KB, WORKER_KB, LCP_MS, CLS = 225, 80, 470, 1200, 0.01
PAGE_KB = {"designer": 300, "rules": 200}
OTHER_PAGE_KB = 130
LARGE = {
    "1 in a row": (800, 200, 1500), "300 in blocks": (1000, 250, 2500),
    "2000 in blocks": (1500, 350, 2500), "2000 in a row": (1500, 350, 2000),
}
"""By their number and shape: at most so many ms are computed until the canvas is drawn, and for an insert with its
form; so many elements are in the page after it."""
OPENED_MS, INSERTED_MS, INP_MS = 1000, 150, 200
REPEATS = 5
EXECUTIONS = 50_000

_OBSERVE = """
window.seen = {lcp: 0, cls: 0, inp: 0, inserted: null};
new PerformanceObserver(list => { for (const e of list.getEntries()) window.seen.lcp = e.startTime; })
  .observe({type: 'largest-contentful-paint', buffered: true});
new PerformanceObserver(list => {
  for (const e of list.getEntries()) window.seen.cls += e.hadRecentInput ? 0 : e.value;
}).observe({type: 'layout-shift', buffered: true});
new PerformanceObserver(list => {
  for (const e of list.getEntries()) if (e.interactionId > 0) window.seen.inp = Math.max(window.seen.inp, e.duration);
}).observe({type: 'event', durationThreshold: 16, buffered: true});
addEventListener('keydown', ({key, timeStamp}) => {
  if (key !== 'Enter') return;
  const look = () => {
    if (document.querySelector("[data-card='/States/Wait']") === null) requestAnimationFrame(look);
    else requestAnimationFrame(() => setTimeout(() => { window.seen.inserted = performance.now() - timeStamp; }));
  };
  look();
}, true);
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
    row("shell: scripts", shell_kilobytes(".js"), SHELL_SCRIPTS_KB, "KB")
    row("shell: styles", shell_kilobytes(".css"), SHELL_STYLES_KB, "KB")
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
            found = [_worked(server, context, shape, repeat) for repeat in range(REPEATS)]
            worked = {key: statistics.median(each[key] for each in found) for key in found[0]}
            row(f"{shape}: computed", worked["opened"], most_opened, "ms")
            row(f"{shape}: seen", worked["opened_seen"], OPENED_MS, "ms")
            row(f"{shape}: insert computed", worked["inserted"], most_inserted, "ms")
            row(f"{shape}: insert seen", worked["inserted_seen"], INSERTED_MS, "ms")
            row(f"{shape}: INP", worked["inp"], INP_MS, "ms")
            row(f"{shape}: elements", worked["elements"], most_elements, "")
        _fill(server, "order_flow", EXECUTIONS)
        _, seen = _visit(context, f"{server.url}/studio/executions/")
        row(f"{EXECUTIONS} executions: LCP", seen["lcp"], LCP_MS, "ms")
        row(f"{EXECUTIONS} executions: CLS", seen["cls"], CLS, "")
    return 1 if over else 0


def _shell() -> set[str]:
    """What index.html names: every page loads it."""
    html = (DIST / "index.html").read_text(encoding="utf-8")
    return set(re.findall(r'(?:src|href)="/studio/assets/([^"]+)"', html))


def shell_kilobytes(ending: str) -> float:
    """How much of the shell travels in files that end so."""
    return _kilobytes({name for name in _shell() if name.endswith(ending)})


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


def _fill(server: Any, workflow: str, count: int) -> None:
    """So many executions more in the list, each as the workflow's first and a second before it."""
    database = sqlite3.connect(server.folder / DATABASE, timeout=60)
    with database:
        database.executemany(
            """INSERT INTO execution (workspace, id, name, workflow, version, status, started_at, ended_at, error)
            SELECT workspace, id || ?1, name || ?1, workflow, version, status, started_at - ?2, ended_at - ?2, error
            FROM execution WHERE workflow = ?3 AND id NOT LIKE '%~%' LIMIT 1""",
            ((f"~{number}", number, workflow) for number in range(1, count + 1)),
        )
    database.close()


def _worked(server: Any, context: Any, shape: str, repeat: int) -> dict[str, float]:
    """A workflow of this shape opened, and a step inserted. What the page's thread computes, in ms: `opened` until the
    canvas is drawn, `inserted` for the step. What a person waits: `opened_seen`, `inserted_seen` and `inp`. And how
    many `elements` the page has then."""
    count, name = int(shape.partition(" ")[0]), f"{shape.replace(' ', '_')}_{repeat}"
    definition = _blocks(count) if shape.endswith("blocks") else _chain(count)
    server.json("POST", "/workflows/import", {"document": definition, "name": name, "force": True})
    page = context.new_page()
    page.add_init_script(_OBSERVE)
    session = context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def so_far() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return 1000 * float(next(each["value"] for each in metrics if each["name"] == "TaskDuration"))

    page.goto(f"{server.url}/studio/wizard/{name}")
    page.locator("[data-card]").first.wait_for()
    opened_seen = float(page.evaluate("performance.now()"))
    opened = so_far()
    settled(page)
    page.locator("[data-card]").nth(min(count - 1, 1)).click()
    page.keyboard.press("/")
    page.keyboard.type("wait")
    page.wait_for_timeout(1500)
    before = so_far()
    page.keyboard.press("Enter")
    page.locator("[data-card='/States/Wait']").wait_for()
    inserted = so_far() - before
    page.wait_for_function("() => window.seen.inserted !== null")
    page.wait_for_timeout(500)
    seen = page.evaluate("window.seen")
    elements = page.evaluate("document.querySelectorAll('*').length")
    page.close()
    return {
        "opened": opened, "opened_seen": opened_seen, "inserted": inserted, "inserted_seen": seen["inserted"],
        "inp": seen["inp"], "elements": elements,
    }


if __name__ == "__main__":
    sys.exit(main())
