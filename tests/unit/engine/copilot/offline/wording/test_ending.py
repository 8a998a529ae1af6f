"""Where what is done for each of many is over."""

from __future__ import annotations

import pytest

from engine.copilot.offline.wording.ending import closed

LOOP = "For each wine, if there are fewer than 6 bottles, put it on the queue"
OVER = (
    "when you're through the list", "once all are done", "after the last one", "when the list is through", "finally",
    "once you have been through them all", "at the end", "as soon as the last wine is checked", "after all of that",
    "when everybody has been looked after", "having done all of them", "when you've reached the end of the list",
    "once every wine is done", "when it's all over", "after going through the list", "as a last step",
    "when you are finished with all the wines", "once the whole list is done", "to round it off", "when all are put",
)


@pytest.mark.parametrize("over", OVER)
@pytest.mark.parametrize("joined", ["; ", ". ", ", and ", " - "])
def test_what_comes_when_a_loop_is_over_is_a_sentence_of_its_own(over, joined):
    assert closed(f"{LOOP}{joined}{over}, email a@b.pt.") == f"{LOOP}. Then email a@b.pt."


@pytest.mark.parametrize("said", [
    f"{LOOP}; when that's done, email a@b.pt.",  # this step, or all of them
    f"{LOOP}; when no wines are left, email a@b.pt.",  # on the list, or in the cellar
    f"{LOOP}; when all wines are paid, email a@b.pt.",  # nothing here pays them
    f"{LOOP} and finally tell the customer.",  # of each
    f"{LOOP}, and when it is put there, email a@b.pt.",
    f'{LOOP}; post "at the end, email a@b.pt" in #wine.',
    "Run the a function. At the end, email a@b.pt.",
    "Every day run the a function. When all are done, email a@b.pt.",
    "When all wines are checked, email a@b.pt.",
    "For each wine post it in #wine at the end of the day.",
])
def test_what_may_mean_something_else_stays(said):
    assert closed(said) == said


def test_that_done_ends_a_loop_behind_its_full_stop():
    assert closed(f"{LOOP}. Once that's finished, email a@b.pt.") == f"{LOOP}. Then email a@b.pt."
