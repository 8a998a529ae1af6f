"""make audit: who was asked, what counts as found, and that silence is never taken for an answer."""

import json
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from tools import audit
from tools.audit import CLEAN, FOUND, NOT_ASKED, Answer, Finding, Ignored
from tools.node import Node

TODAY = date(2026, 11, 26)
BAD = Finding("urllib3", "2.8.0", ("PYSEC-1", "CVE-1"), "a hole", "2.8.1")
REVIEW = Ignored("CVE-1", "urllib3", "not reachable", date(2026, 6, 1), TODAY)
LOCK = "# a comment\nurllib3==2.8.0 \\\n    --hash=sha256:aa\nattrs==26.1.0 \\\n    --hash=sha256:bb\n"


@pytest.mark.parametrize(("answers", "ignored", "status", "says"), [
    ([Answer("lock", 3)], [], CLEAN, "Audited: no known vulnerability"),
    ([Answer("lock", 3, (BAD,))], [], FOUND, "VULNERABLE: urllib3 2.8.0: PYSEC-1, CVE-1: a hole\n    fixed in: 2.8.1"),
    ([Answer("lock", 3, (BAD,))], [REVIEW], CLEAN, "ignored: urllib3"),
    ([Answer("lock", 3, (BAD,))], [Ignored("CVE-2", "urllib3", "r", TODAY, TODAY)], FOUND, "VULNERABLE"),
    ([Answer("lock", 3, (BAD,))], [Ignored("CVE-1", "attrs", "r", TODAY, TODAY)], FOUND, "VULNERABLE"),
    ([Answer("lock", 3)], [REVIEW], CLEAN, "take it off the list"),
    ([Answer("lock", 3), Answer("other", 0, unasked="no network")], [], NOT_ASKED, "COULD NOT ASK: no network"),
    ([Answer("lock", 3), Answer("other", 0, unasked="no network")], [], NOT_ASKED, "NOT AUDITED"),
    ([Answer("lock", 3, (BAD,)), Answer("other", 0, unasked="no network")], [], FOUND, "COULD NOT ASK"),
])
def test_the_status_says_what_came_of_it(capsys, answers, ignored, status, says):
    assert audit.report(answers, ignored, TODAY) == status
    assert says in capsys.readouterr().out


def test_a_review_that_has_run_out_covers_nothing(capsys):
    tomorrow = date(2026, 11, 27)
    assert audit.report([Answer("lock", 3, (BAD,))], [REVIEW], tomorrow) == FOUND
    assert "The review of CVE-1 (urllib3) has run out on 2026-11-26" in capsys.readouterr().out


ENTRY = 'id = "CVE-1"\npackage = "p"\nreason = "r"\nreviewed = 2026-01-01\nuntil = 2026-12-31\n'


def test_the_list_of_reviews_is_read():
    assert audit.read_ignored(f"[[ignored]]\n{ENTRY}") == [
        Ignored("CVE-1", "p", "r", date(2026, 1, 1), date(2026, 12, 31)),
    ]
    assert audit.read_ignored(audit.IGNORED.read_text()) == []  # today's: nothing is passed over


@pytest.mark.parametrize("changed", [
    ENTRY.replace('reason = "r"\n', ""), ENTRY.replace('"r"', '""'), ENTRY.replace("2026-12-31", "2027-02-01"),
    ENTRY.replace("2026-12-31", "2025-12-31"), ENTRY.replace("2026-12-31", '"some day"'), f'{ENTRY}extra = "x"\n',
])
def test_a_review_needs_its_reason_and_its_end(changed):
    with pytest.raises(ValueError):
        audit.read_ignored(f"[[ignored]]\n{changed}")


@pytest.fixture
def pip_says(tmp_path, monkeypatch):
    """`pip_says(pypi=…, osv=…)` asks with these outputs of pip-audit; also the services that were asked."""
    lock = tmp_path / "requirements.lock"
    lock.write_text(LOCK)
    monkeypatch.setattr(audit, "ROOT", tmp_path)

    def ask(**outputs):
        services = []

        def run(command, **_):
            services.append(command[-1].partition("=")[2])
            said = outputs.get(services[-1], "")
            return SimpleNamespace(stdout=said, stderr="Traceback\nno such host\n", returncode=1)

        monkeypatch.setattr(audit.subprocess, "run", run)
        return audit.ask_pip(lock), services

    return ask


def output(*dependencies):
    return json.dumps({"dependencies": list(dependencies), "fixes": []})


CLEAN_ATTRS, CLEAN_URLLIB3 = ({"name": name, "version": "1", "vulns": []} for name in ("attrs", "urllib3"))


def test_every_package_was_asked_about(pip_says):
    assert pip_says(pypi=output(CLEAN_ATTRS, CLEAN_URLLIB3)) == (Answer("requirements.lock", 2), ["pypi"])


def test_a_finding_has_all_its_names(pip_says):
    vulnerable = {"name": "urllib3", "version": "2.8.0", "vulns": [
        {"id": "PYSEC-1", "aliases": ["CVE-1"], "description": "a hole\nand more", "fix_versions": ["2.8.1", "3.0"]},
    ]}
    answer, _ = pip_says(pypi=output(CLEAN_ATTRS, vulnerable))
    assert answer.findings == (Finding("urllib3", "2.8.0", ("PYSEC-1", "CVE-1"), "a hole", "2.8.1, 3.0"),)


def test_a_package_that_was_skipped_was_not_asked_about(pip_says):
    """pip-audit itself says "No known vulnerabilities found" then, and succeeds."""
    skipped = {"name": "urllib3", "skip_reason": "Dependency not found on PyPI and could not be audited: urllib3"}
    answer, services = pip_says(pypi=output(CLEAN_ATTRS, skipped))
    assert services == ["pypi", "osv"]
    assert answer.asked == 1
    assert answer.unasked == (
        "about 1 of 2 packages. pypi: Dependency not found on PyPI and could not be audited: urllib3; osv: no such host"
    )


def test_what_one_service_does_not_know_another_is_asked(pip_says):
    skipped = {"name": "urllib3", "skip_reason": "not found"}
    assert pip_says(pypi=output(CLEAN_ATTRS, skipped), osv=output(CLEAN_ATTRS, CLEAN_URLLIB3))[0].unasked is None


def test_a_package_that_the_answer_leaves_out_was_not_asked_about(pip_says):
    answer, _ = pip_says(pypi=output(CLEAN_ATTRS), osv=output())
    assert answer.unasked == "about 1 of 2 packages. no answer"


ADVISORY = {"url": "https://github.com/advisories/GHSA-x", "severity": "high", "title": "a hole", "source": 1}


@pytest.mark.parametrize(("said", "answer"), [
    ({"vulnerabilities": {}, "metadata": {"dependencies": {"total": 7}}}, Answer("package-lock.json", 7)),
    ({"vulnerabilities": {
        "b": {"range": "<2", "via": [ADVISORY], "fixAvailable": {"name": "b", "version": "2.0.0"}},
        "a": {"range": "*", "via": ["b"], "fixAvailable": True},
    }}, Answer("package-lock.json", 0, (Finding("b", "<2", ("GHSA-x",), "high: a hole", "b 2.0.0"),))),
    ({"message": "405 Method Not Allowed"}, Answer("package-lock.json", 0, unasked="405 Method Not Allowed")),
    ("no JSON", Answer("package-lock.json", 0, unasked="npm error")),
])
def test_what_npm_says(monkeypatch, said, answer):
    def run(*_, **__):
        return SimpleNamespace(stdout=json.dumps(said), stderr="npm error\n", returncode=1)

    monkeypatch.setattr(audit.subprocess, "run", run)
    node = Node(("/bin/node",), ("/bin/npm",), "a Node")
    assert audit.ask_npm(node, audit.ROOT, []) == answer


@pytest.mark.parametrize(("options", "asked"), [([], 7), (["--omit=dev"], 2)])
def test_packages_that_are_left_out_were_not_asked_about(monkeypatch, tmp_path, options, asked):
    """npm's total is that of the whole tree, whatever is left out."""
    (tmp_path / "package-lock.json").write_text(json.dumps({"lockfileVersion": 3, "packages": {
        "": {"name": "p"}, "node_modules/a": {}, "node_modules/b": {"dev": True},
        "node_modules/a/node_modules/b": {"devOptional": True},
    }}))
    said = json.dumps({"vulnerabilities": {}, "metadata": {"dependencies": {"total": 7}}})
    monkeypatch.setattr(audit, "ROOT", tmp_path)
    monkeypatch.setattr(audit.subprocess, "run", lambda *_, **__: SimpleNamespace(stdout=said, stderr="", returncode=0))
    node = Node(("/bin/node",), ("/bin/npm",), "a Node")
    assert audit.ask_npm(node, tmp_path, options) == Answer("package-lock.json", asked)


def test_nobody_can_be_asked(monkeypatch, capsys):
    """As on a machine without the network: a status of its own, and for make test-full words."""
    monkeypatch.setattr(audit, "get_node", lambda: Node(("/bin/node",), ("/bin/npm",), "a Node"))

    def run(*_, **__):
        raise OSError("no such command")

    monkeypatch.setattr(audit.subprocess, "run", run)
    assert audit.main([]) == NOT_ASKED
    assert audit.main(["--report-unasked"]) == CLEAN
    assert capsys.readouterr().out.count("NOT AUDITED") == 2


def test_the_lock_that_is_audited_is_the_one_that_is_bundled():
    packages = audit.locked(audit.LOCK)
    assert {"pydantic", "chalice", "urllib3"} <= packages.keys()
    assert len(packages) == Path(audit.LOCK).read_text().count("==")
