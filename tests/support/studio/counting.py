"""What hands do on a page: keys, letters of texts, clicks, as the browser hears them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from playwright.sync_api import Page

_COUNT = """
window.hands = {keys: [], letters: 0, clicks: 0};
window.addEventListener('keydown', (event) => {
  if (['Control', 'Shift', 'Alt', 'Meta'].includes(event.key)) return;
  // What is typed to find a step is no text of the workflow.
  const isField = event.target.closest?.('input:not([role=combobox]), textarea, [contenteditable=true]') != null;
  const isLetter = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
  if (isField && isLetter) window.hands.letters += 1;
  else window.hands.keys.push(event.key);
}, true);
window.addEventListener('pointerdown', () => { window.hands.clicks += 1; }, true);
"""


class Hands(NamedTuple):
    """A chord such as Ctrl+S is one key. A letter typed into a field is of a text, but in a search it is a key."""

    keys: int
    letters: int
    clicks: int


def counted(page: Page) -> Callable[[], Hands]:
    """From the next address on, what was pressed and clicked; a page that is loaded anew begins at nothing."""
    page.add_init_script(_COUNT)

    def so_far() -> Hands:
        heard = page.evaluate("() => window.hands")
        return Hands(len(heard["keys"]), heard["letters"], heard["clicks"])

    return so_far
