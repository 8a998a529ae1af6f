from pathlib import Path

from connectors.testing.contract import Contract, Row
from tools.contracts import PACKAGES, PAGE, SEEN, UNSEEN, Ran, page


def test_the_page_has_a_row_for_each_document_and_each_failure_by_name():
    rows = (Row("good", "GET /a", ()), Row("bad", "GET /b", ("500: it is definite | <here>",)))
    seen = Ran("a.example", "CC0", 10, 1, Contract("a", rows), unseen=False)
    text = page([seen, Ran("b", "", 5, 0, Contract("b", rows), unseen=True)])
    assert "| a.example | CC0 | 10 | 1 | 2 | 1 |" in text
    assert "| b (unseen) | none named | 5 | 0 | 2 | 1 |" in text
    assert "**2 of 4 keep the contract (50.0 %).**" in text
    assert "not looked at before the run: 1 of 2." in text
    assert "| a.example | `bad` | 500: it is definite \\| &lt;here> |" in text


def test_no_document_is_both_and_each_is_of_a_package():
    assert not set(SEEN) & set(UNSEEN)
    for name in (*SEEN, *UNSEEN):
        assert any(name.startswith(f"{package}/") for package in PACKAGES)
    assert Path(PAGE).is_file()
