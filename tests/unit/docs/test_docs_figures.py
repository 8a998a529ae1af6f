"""Figures in documents that name their source are what stands there (tests/support/figures.py)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.figures import AWS_DOCUMENTS, figures, source_value

ROOT = Path(__file__).parents[3]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").rglob("*.md"))]
MARKED = [
    pytest.param(page.name, figure, id=f"{page.name}: {figure.written}")
    for page in PAGES for figure in figures(page.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize(("page", "figure"), MARKED)
def test_a_marked_figure_is_what_its_source_says(page, figure):
    assert figure.value == pytest.approx(source_value(figure.source), rel=1e-9), f"{page}: {figure.written}"


def test_every_figure_of_aws_documents_is_shown():
    shown = {figure.source for page in PAGES for figure in figures(page.read_text(encoding="utf-8"))}
    assert {f"aws:{name}" for name in AWS_DOCUMENTS} == {source for source in shown if source.startswith("aws:")}


def test_every_figure_of_aws_documents_has_a_page():
    for name, (_, page) in AWS_DOCUMENTS.items():
        assert page.startswith("https://docs.aws.amazon.com/"), name


@pytest.mark.parametrize(("text", "value", "expected"), [
    ("8 MiB<!-- =connectors.builtin.http_calls.MAX_BODY_BYTES -->", 8 * 1024 * 1024, 8 * 1024 * 1024),
    ("at most `10`<!-- =engine.settings.Settings.batch_size -->", 10, 10),
    ("to 10,000<!-- =engine.settings.Settings.batch_size.most -->", 10_000, 10_000),
    ("depth 300<!-- =engine.settings.Settings.expression_depth -->", 300, 300),
    ("1 MiB<!-- =botocore:stepfunctions.Definition.max -->", 1_048_576, 1_048_576),
    ("1 year<!-- =aws:execution-seconds -->", 31_536_000, 31_536_000),
    ("5 min<!-- =engine.kernel.express.MOST_SECONDS -->", 300, 300),
    ("9 MiB<!-- =connectors.builtin.http_calls.MAX_BODY_BYTES -->", 9 * 1024 * 1024, 8 * 1024 * 1024),
])
def test_a_marker_is_read(text, value, expected):
    (figure,) = figures(text)
    assert (figure.value, source_value(figure.source)) == (value, expected)


@pytest.mark.parametrize("source", ["engine.settings.NOTHING", "nowhere.at.all", "engine.language.expr.jsonata.NONE"])
def test_a_source_that_is_not_there_is_told(source):
    with pytest.raises(AssertionError):
        source_value(source)


def test_a_marker_behind_no_figure_is_told():
    with pytest.raises(AssertionError, match="behind no figure"):
        figures("many<!-- =engine.settings.Settings.batch_size -->")
