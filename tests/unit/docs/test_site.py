"""The documentation builds as a site: no broken link, every page in its menu, nothing asked of another host."""

import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml

from tests.support import patience

ROOT = Path(__file__).parents[3]
LOADED = {"script": "src", "img": "src", "iframe": "src", "link": "href", "source": "src", "video": "src"}
DRAWN = {"svg", "path", "meta", "title", "head", "body", "html"}
WRITTEN = {
    "a", "article", "aside", "blockquote", "br", "button", "code", "dd", "details", "div", "dl", "dt", "em", "figure",
    "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "iframe", "img", "input", "kbd", "label",
    "li", "link", "main", "nav", "ol", "p", "pre", "script", "section", "span", "strong", "style", "sub", "summary",
    "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
}


def build(source, into):
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--config-file", source / "mkdocs.yml"]
    return subprocess.run(
        [*command, "--site-dir", into], capture_output=True, text=True, check=False, timeout=patience.SECONDS,
        env={"PATH": "/usr/bin:/bin", "NO_MKDOCS_2_WARNING": "1"},
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    into = tmp_path_factory.mktemp("site")
    done = build(ROOT, into)
    assert done.returncode == 0, done.stderr
    return into


@pytest.fixture(scope="module")
def elements(site):
    """(page, tag, attributes) of every element of every page."""
    found = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs):
            found.append((page.name, tag, dict(attrs)))

    for page in site.rglob("*.html"):
        Reader().feed(page.read_text(encoding="utf-8"))
    return found


def test_every_page_is_in_the_menu(site):
    listed = set(re.findall(r"[\w/-]+\.md", yaml.dump(yaml.unsafe_load((ROOT / "mkdocs.yml").read_text())["nav"])))
    assert listed == {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    made = {path.relative_to(site).with_suffix("").as_posix() for path in site.rglob("*.html")}
    assert made == {name.removesuffix(".md") for name in listed} | {"404"}


def test_nothing_is_asked_of_another_host(site, elements):
    loaded = [(tag, attrs.get(LOADED[tag]) or "") for _, tag, attrs in elements if tag in LOADED]
    assert len(loaded) > 100
    assert [item for item in loaded if "//" in item[1]] == []
    styles = [path.read_text(encoding="utf-8") for path in site.rglob("*.css")]
    assert styles
    elsewhere = re.compile(r"(?:url\(|@import )[\"']?(?:https?:)?//[^\"')]+")
    assert [found for text in styles for found in elsewhere.findall(text)] == []


def test_a_name_in_angle_brackets_is_not_taken_for_an_element(elements):
    """``automate/<stage>/`` outside of code is shown as ``automate//``."""
    assert {(page, tag) for page, tag, _ in elements if tag not in WRITTEN | DRAWN} == set()


BROKEN = {
    "nowhere.md": "'nowhere.md', but the target is not found", "../README.md": "'../README.md', but the target is not",
    "operations.md#not-there": "does not contain an anchor '#not-there'", "#nor-here": "no such anchor on this page",
}


def test_broken_links_fail_the_build(tmp_path):
    shutil.copytree(ROOT / "docs", tmp_path / "docs", ignore=shutil.ignore_patterns("images"))
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    for page in (tmp_path / "docs").rglob("*.md"):  # its pictures are not there, and not what is tested
        page.write_text(re.sub(r"!\[[^]]*\]\([^)]*\)", "", page.read_text(encoding="utf-8")), encoding="utf-8")
    assert build(tmp_path, tmp_path / "well").returncode == 0
    with (tmp_path / "docs" / "index.md").open("a", encoding="utf-8") as page:
        page.write("".join(f"\n[a link]({link})\n" for link in BROKEN))
    done = build(tmp_path, tmp_path / "ill")
    assert done.returncode == 1
    assert [says for says in BROKEN.values() if says not in done.stderr] == []
