"""How smooth a large canvas is: frames per second while panning, zooming out and dragging a card of 300 states.

    npx vite --port 8555                                     # in studio_static
    ../.venv/bin/python tools/canvas/frames.py [BASE] [STATES]

Prints, for each, frames per second and the longest frame. Chromium is headless: without a display its compositor still
ticks at 60 per second.
"""

from __future__ import annotations

import sys

from playwright.sync_api import Page, sync_playwright

_COUNT = """() => {
  window.frames_ = [];
  let last = performance.now();
  const tick = (now) => { window.frames_.push(now - last); last = now; window.ticking_ = requestAnimationFrame(tick); };
  window.ticking_ = requestAnimationFrame(tick);
}"""
_STOP = """() => { cancelAnimationFrame(window.ticking_); return window.frames_.slice(2); }"""


def _measured(page: Page, name: str, act: object) -> None:
    page.evaluate(_COUNT)
    act()  # type: ignore[operator]
    frames = page.evaluate(_STOP)
    ordered = sorted(frames)
    rate = 1000 * len(frames) / sum(frames)
    most = ordered[int(len(ordered) * 0.95)]
    print(f"{name:<28} {rate:5.1f} fps   95 %: {most:5.1f} ms   longest: {ordered[-1]:5.1f} ms")


def main(base: str, states: str) -> None:
    """Measure the demo page at `base` with `states` states."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"{base}/studio/tools/canvas/index.html?sample={states}")
        page.wait_for_selector(".react-flow__node", timeout=60_000)
        page.wait_for_timeout(1500)
        print(f"{states} states; in the page: {page.locator('.react-flow__node').count()} cards, "
              f"{page.locator('.react-flow__edge').count()} lines")

        def pan() -> None:
            page.mouse.move(900, 700)
            page.mouse.down()
            for step in range(150):
                page.mouse.move(900 - step % 50, 700 - step * 4)
                page.wait_for_timeout(8)
            page.mouse.up()

        def wheel() -> None:
            page.mouse.move(900, 500)
            for _ in range(120):
                page.mouse.wheel(0, 60)
                page.wait_for_timeout(8)

        def drag() -> None:
            box = page.locator(".react-flow__node-card .card-face").filter(visible=True).nth(3).bounding_box()
            assert box is not None
            page.mouse.move(box["x"] + 40, box["y"] + 20)
            page.mouse.down()
            for step in range(150):
                page.mouse.move(box["x"] + 40 + step, box["y"] + 20 + step % 200)
                page.wait_for_timeout(8)
            page.keyboard.press("Escape")
            page.mouse.up()

        _measured(page, "panning by hand", pan)
        _measured(page, "panning by wheel", wheel)
        _measured(page, "dragging a card", drag)
        page.get_by_role("button", name="Fit", exact=True).click()
        page.wait_for_timeout(800)
        cards, lines = (page.locator(f".react-flow__{kind}").count() for kind in ("node", "edge"))
        print(f"seen whole: {cards} cards, {lines} lines")
        _measured(page, "panning, all in sight", pan)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8555", sys.argv[2] if len(sys.argv) > 2 else "300")
