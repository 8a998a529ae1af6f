"""Pictures of the Studio for the documentation: ``python -m tools.screenshots [NAME…]`` writes docs/images/*.png.

Every page in both themes at 1440 pixels, and at 1024 those that look otherwise there. Real pages of a real product,
with the samples published and run. Its worker is called by a number, for its name is another one each time.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tools.studio_window import ROOT, settled, studio_window

IMAGES = ROOT / "docs" / "images"

Page = Any
"""Playwright's; it is imported by studio_window."""


@dataclass(frozen=True, slots=True)
class Picture:
    """`path` may hold ids of executions, as {failed} and {succeeded}. `act` is done before the picture is taken."""

    name: str
    path: str
    widths: tuple[int, ...] = (1440,)
    act: Callable[[Page], None] | None = None


def _publish(page: Page) -> None:
    page.get_by_role("button", name="Publish", exact=True).click()
    page.locator(".diff-canvas .react-flow__node").first.wait_for()
    page.wait_for_timeout(800)


def _real_inputs(page: Page) -> None:
    page.get_by_role("button", name="Try with the last 20 real inputs").click()
    page.get_by_role("region", name="Real inputs").get_by_role("listitem").first.wait_for()
    page.evaluate("() => window.scrollTo(0, 0)")


def _mend(page: Page) -> None:
    page.get_by_role("button", name="Mend and go on …").click()
    page.get_by_text("It fits").wait_for()
    page.get_by_role("list", name="Calls by state").wait_for()


def _compare(page: Page) -> None:
    page.get_by_text("ended otherwise").wait_for()


def _palette(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Find workflows, executions").fill("order")
    page.wait_for_timeout(600)


PICTURES = (
    Picture("workflows", "/", (1440, 1024)),
    Picture("start", "/wizard/"),
    Picture("designer", "/wizard/order_flow?state=Charge+Payment", (1440, 1024)),
    Picture("code", "/wizard/order_flow?tab=code"),
    Picture("test", "/wizard/order_flow?tab=test"),
    Picture("rules", "/rules/?workflow=order_flow", (1440, 1024), _real_inputs),
    Picture("publish", "/wizard/order_flow", act=_publish),
    Picture("versions", "/wizard/support_triage?tab=versions&from=1&to=2"),
    Picture("executions", "/executions/", (1440, 1024)),
    Picture("triggers", "/triggers/"),
    Picture("execution-failed", "/executions/{failed}", (1440, 1024)),
    Picture("execution", "/executions/{succeeded}"),
    Picture("secrets", "/secrets/"),
    Picture("connectors", "/connectors/?connector=http"),
    Picture("audit", "/audit/"),
    Picture("search", "/", act=_palette),
)

MENDED = (
    Picture("mend", "/executions/{mended}", act=_mend),
    Picture("fork", "/executions/{fork}?tab=beside", act=_compare),
    Picture("effects", "/executions/{mended}?tab=effects"),
)
"""They have a workflow of their own, which is published once the others are taken."""


AUDIT = re.compile(r"/audit(\?|$)")
"""The route of the log's entries."""

_WORKER = re.compile(r'"worker \d+-[0-9a-f]{12}"')


def plain_workers(entries: str) -> str:
    """Entries of the audit log as JSON, with the same short name for each worker that they come from."""
    found = list(dict.fromkeys(_WORKER.findall(entries)))
    return _WORKER.sub(lambda match: f'"worker {found.index(match[0]) + 1}"', entries)


def _answer(route: Any) -> None:
    answer = route.fetch()
    route.fulfill(response=answer, body=plain_workers(answer.text()))


def main(names: list[str]) -> None:
    """See the module's docstring."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with studio_window() as (server, context):
        context.route(AUDIT, _answer)
        page = context.new_page()
        for pictures, prepare in ((PICTURES, _prepare), (MENDED, _prepare_mended)):
            wanted = [picture for picture in pictures if not names or picture.name in names]
            ids = prepare(server) if wanted else {}
            for picture in wanted:
                for width in picture.widths:
                    for theme in ("light", "dark"):
                        _take(page, server.url, picture, ids, width, theme)


def _take(page: Page, url: str, picture: Picture, ids: dict[str, str], width: int, theme: str) -> None:
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{url}/studio{picture.path.format(**ids)}")
    page.locator("h1").first.wait_for()
    settled(page)
    if page.locator(".canvas").count():
        page.locator(".react-flow__node").first.wait_for()  # the layout comes from a worker
    page.wait_for_timeout(800)
    if picture.act is not None:
        picture.act(page)
    file = IMAGES / f"{picture.name}-{theme}{'' if width == 1440 else f'-{width}'}.png"
    page.screenshot(path=file, animations="disabled")
    print(f"{file.relative_to(ROOT)}  {file.stat().st_size // 1024} KB", flush=True)


def _prepare(server: Any) -> dict[str, str]:
    """Executions that ended well and badly, a second version, a draft that differs."""
    order = server.order()
    for number, quantity in enumerate((1, 9, 2)):
        lines = [{**order["lines"][0], "quantity": quantity}]
        server.run("order_flow", {**order, "orderId": f"o-30{number:02d}", "lines": lines})
    succeeded = server.run("order_flow", {**order, "orderId": "o-3010"})["id"]
    unreachable = {**order, "orderId": "o-3011", "endpoint": "http://127.0.0.1:9/samples"}
    failed = server.run("order_flow", unreachable)["id"]
    _change(server, "support_triage", publish=True, Comment="Mails, sorted: the urgent ones first.")
    draft = server.json("GET", "/workflows/order_flow/draft")["document"]
    draft["definition"]["States"]["Hold"]["Seconds"] = 5
    draft["definition"]["States"]["High Value?"]["Choices"][0]["Condition"] = "{% $total >= 5000 %}"
    server.json("POST", "/workflows/import", {"document": draft, "force": True})
    return _in_addresses(failed=failed, succeeded=succeeded)


def _prepare_mended(server: Any) -> dict[str, str]:
    """An execution that failed behind its charge, the version that mends it, and a fork by that one."""
    server.json("POST", "/secrets/DEMO_PAYMENT_KEY/grants", {"workflow": "shipping"})
    for address in ("$states.result.adress.city", "$states.input.address.city"):
        server.json("POST", "/workflows/import", {"document": _shipping(address), "publish": True})
        if address.startswith("$states.result"):
            given = {"order": "o-3012", "address": {"city": "Oslo"}, "endpoint": f"{server.url}/samples"}
            mended = server.run("shipping", given, "order-3012")["id"]
    at = f"/executions/{mended.replace(':', '%3A')}"
    event = next(
        event["id"] for event in server.json("GET", f"{at}/history")["events"]
        if event.get("stateEnteredEventDetails", {}).get("name") == "Book Carrier"
    )
    fork = server.json("POST", f"{at}/fork", {"event": event, "version": 2, "allow": ["Tell Customer"]})["id"]
    return _in_addresses(mended=mended, fork=fork)


def _shipping(city: str) -> Any:
    log = {"Type": "Task", "Resource": "connector:log:write"}
    return {"name": "shipping", "definition": {"QueryLanguage": "JSONata", "StartAt": "Charge", "States": {
        "Charge": {
            "Type": "Task", "Resource": "connector:http:request", "Next": "Book Carrier",
            "Output": "{% $states.input %}",
            "Arguments": {
                "method": "POST", "url": "{% $states.input.endpoint & '/payments/charge' %}",
                "bearer_token": {"$secret": "DEMO_PAYMENT_KEY"},
                "json": {"orderId": "{% $states.input.order %}", "amount": 120},
            },
        },
        "Book Carrier": {
            **log, "Arguments": {"message": "{% 'Pick up ' & $states.input.order %}"}, "Next": "Tell Customer",
            "Output": {"order": "{% $states.input.order %}", "city": f"{{% {city} %}}"},
        },
        "Tell Customer": {**log, "Arguments": {"message": "{% 'On its way to ' & $states.input.city %}"}, "End": True},
    }}}


def _in_addresses(**ids: str) -> dict[str, str]:
    return {name: value.replace(":", "%3A") for name, value in ids.items()}


def _change(server: Any, name: str, *, publish: bool, **fields: str) -> None:
    document = json.loads(json.dumps(server.json("GET", f"/workflows/{name}/draft")["document"]))
    document["definition"].update(fields)
    first = next(iter(document["definition"]["States"].values()))
    first["Comment"] = "Reads the mail as it came."
    server.json("POST", "/workflows/import", {
        "document": document, "publish": publish, "force": True, "note": "Urgent mails come first",
    })


if __name__ == "__main__":
    main(sys.argv[1:])
