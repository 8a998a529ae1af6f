"""Known vulnerabilities of the locked packages: ``python -m tools.audit`` (`make audit`).

Exit status: 0 everybody was asked and nothing is known · 1 something is known that tools/audit-ignored.toml does not
explain · 69 somebody could not be asked, so that nothing is said about those packages. `--report-unasked` makes 0 of
69, for `make test-full` on a machine without the services; it prints it all the same.

What pip-audit calls success is not enough: packages that its service does not know are skipped, not audited. Here each
locked package has been asked about, or it counts as not asked.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from engine.clock import SystemClock
from tools.node import ROOT, Failed, Node, get_node

CLEAN, FOUND, NOT_ASKED = 0, 1, 69
"""os.EX_UNAVAILABLE is 69: a service is unavailable."""

LOCK = ROOT / "infra_cdk" / "lambda-requirements.lock"
IGNORED = Path(__file__).with_name("audit-ignored.toml")
SERVICES = ("pypi", "osv")
"""pip-audit's names; the second is asked for what the first could not say."""

SECONDS = 60
Json = Any


@dataclass(frozen=True, slots=True)
class Finding:
    """A known vulnerability of a locked package. `ids` are all its names: PYSEC-…, CVE-…, GHSA-…."""

    package: str
    version: str
    ids: tuple[str, ...]
    says: str
    fixed: str


@dataclass(frozen=True, slots=True)
class Ignored:
    """A finding that was looked at and does not matter here, until it is looked at again."""

    id: str
    package: str
    reason: str
    reviewed: date
    until: date

    def covers(self, finding: Finding, today: date) -> bool:
        """Whether this finding is meant, and the review still holds."""
        return self.package == finding.package and self.id in finding.ids and today <= self.until


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one lock file. `unasked` is why some of it or all of it was not asked about."""

    lock: str
    asked: int
    findings: tuple[Finding, ...] = ()
    unasked: str | None = None


def main(arguments: Sequence[str]) -> int:
    """See the module's docstring."""
    today = datetime.fromtimestamp(SystemClock().now(), UTC).date()
    try:
        ignored = read_ignored(IGNORED.read_text(encoding="utf-8"))
    except ValueError as error:
        print(f"tools/audit-ignored.toml: {error}", file=sys.stderr)
        return FOUND
    answers = [ask_pip(LOCK)]
    try:
        node = get_node()
        answers += [ask_npm(node, ROOT / "studio_static", ["--omit=dev"]), ask_npm(node, ROOT, [])]
    except Failed as error:
        answers.append(Answer("the packages of npm", 0, unasked=str(error)))
    status = report(answers, ignored, today)
    return CLEAN if status == NOT_ASKED and "--report-unasked" in arguments else status


def report(answers: Iterable[Answer], ignored: Sequence[Ignored], today: date) -> int:
    """Print what came of it; the exit status."""
    answers = list(answers)
    found = [finding for answer in answers for finding in answer.findings]
    bad = [finding for finding in found if not any(item.covers(finding, today) for item in ignored)]
    for answer in answers:
        print(f"{answer.lock}: {answer.asked} packages asked about, {len(answer.findings)} vulnerabilities known")
        if answer.unasked:
            print(f"  COULD NOT ASK: {answer.unasked}")
    for finding in found:
        mark = "VULNERABLE" if finding in bad else "ignored"
        print(f"  {mark}: {finding.package} {finding.version}: {', '.join(finding.ids)}: {finding.says}")
        print(f"    fixed in: {finding.fixed or 'no version yet'}")
    for item in ignored:
        if today > item.until:
            print(f"  The review of {item.id} ({item.package}) has run out on {item.until}: look again.")
        elif not any(item.covers(finding, today) for finding in found) and not any(a.unasked for a in answers):
            print(f"  {item.id} ({item.package}) is ignored and no longer found: take it off the list.")
    if bad:
        print(f"{len(bad)} vulnerabilities. Raise the version (make lock), or say in tools/audit-ignored.toml why not.")
        return FOUND
    if any(answer.unasked for answer in answers):
        print("NOT AUDITED: no vulnerability is known of what was asked about, and nothing is known of the rest. Run "
              "`make audit` where the services named above can be reached.")
        return NOT_ASKED
    print("Audited: no known vulnerability that is not explained.")
    return CLEAN


def read_ignored(text: str) -> list[Ignored]:
    """tools/audit-ignored.toml. Raises ValueError for an entry that lacks its reason or a date."""
    entries = tomllib.loads(text).get("ignored", [])
    made = []
    for entry in entries:
        try:
            item = Ignored(**entry)
        except TypeError as error:
            raise ValueError(f"{entry}: {error}") from None
        dates = isinstance(item.reviewed, date) and isinstance(item.until, date)
        if not item.reason or not dates or not 0 < (item.until - item.reviewed).days <= 366:
            raise ValueError(f"{item.id} wants a reason, and a date `until` at most a year after `reviewed`")
        made.append(item)
    return made


def locked(lock: Path) -> dict[str, str]:
    """Name to version of a lock file with hashes."""
    lines = (line.split()[0] for line in lock.read_text(encoding="ascii").splitlines() if line[:1].isalnum())
    return dict(line.split("==", 1) for line in lines)


def ask_pip(lock: Path) -> Answer:
    """pip-audit over a lock file with hashes, without installing anything."""
    every = locked(lock)
    left, findings, why = set(every), list[Finding](), list[str]()
    for service in SERVICES:
        if not left:
            break
        command = [
            sys.executable, "-m", "pip_audit", "-r", str(lock), "--require-hashes", "--disable-pip",
            "--progress-spinner=off", "--format=json", "--timeout=10", f"--vulnerability-service={service}",
        ]
        said, trouble = _run(command, ROOT, None)
        shape = _json(said)
        if shape is None:
            why.append(f"{service}: {trouble}")
            continue
        asked, more, skipped = read_pip(shape, left)
        findings += more
        left -= asked
        if skipped:
            why.append(f"{service}: {skipped[0]}" + (f" … and {len(skipped) - 1} more" if skipped[1:] else ""))
    unasked = f"about {len(left)} of {len(every)} packages. {'; '.join(why) or 'no answer'}" if left else None
    return Answer(str(lock.relative_to(ROOT)), len(every) - len(left), tuple(findings), unasked)


def read_pip(shape: Json, wanted: Collection[str]) -> tuple[set[str], list[Finding], list[str]]:
    """Who of `wanted` was asked about, what is known of them, and why the others were not."""
    asked, findings, skipped = set[str](), list[Finding](), list[str]()
    for item in shape["dependencies"]:
        name = item["name"].lower().replace("_", "-")
        if name not in wanted:
            continue
        if "vulns" not in item:
            skipped.append(item.get("skip_reason", f"{name} was left out"))
            continue
        asked.add(name)
        findings += [
            Finding(name, item["version"], (vuln["id"], *vuln.get("aliases", ())),
                    vuln.get("description", "").strip().partition("\n")[0][:200], ", ".join(vuln["fix_versions"]))
            for vuln in item["vulns"]
        ]
    return asked, findings, skipped


def ask_npm(node: Node, folder: Path, options: list[str]) -> Answer:
    """`npm audit` over a folder's lock file."""
    name = str((folder / "package-lock.json").relative_to(ROOT))
    command = [*node.npm, "audit", "--package-lock-only", "--json", "--fetch-retries=0", *options]
    said, trouble = _run(command, folder, node.environment())
    shape = _json(said)
    if shape is None or "vulnerabilities" not in shape:
        return Answer(name, 0, unasked=str((shape or {}).get("message") or trouble))
    if "--omit=dev" not in options:
        return read_npm(name, shape)
    lock = _json((folder / "package-lock.json").read_text(encoding="utf-8"))
    return read_npm(name, shape, asked=without_dev(lock))


def without_dev(lock: Json) -> int:
    """How many packages of a package-lock.json, version 3, are installed with ``--omit=dev``.

    What is marked ``devOptional`` is an optional dependency too, so it stays.
    """
    return sum(1 for path, package in lock["packages"].items() if path and not package.get("dev"))


def read_npm(name: str, shape: Json, *, asked: int | None = None) -> Answer:
    """The report of npm, version 2: each advisory once, under the package that has it.

    `asked` is how many packages it is about, where that is not the whole tree: npm's own total leaves none out.
    """
    findings = []
    for package, item in sorted(shape["vulnerabilities"].items()):
        findings += [
            Finding(package, item["range"], (advisory["url"].rpartition("/")[2],),
                    f"{advisory['severity']}: {advisory['title']}", _fix(item))
            for advisory in item["via"] if isinstance(advisory, dict)
        ]
    if asked is None:
        asked = int(shape.get("metadata", {}).get("dependencies", {}).get("total", 0))
    return Answer(name, asked, tuple(findings))


def _fix(item: Json) -> str:
    fix = item.get("fixAvailable")
    if isinstance(fix, dict):
        return f"{fix['name']} {fix['version']}"
    return "npm audit fix" if fix else ""


def _run(command: list[str], folder: Path, environment: dict[str, str] | None) -> tuple[str, str]:
    """Standard output, and the last line of what it complained about."""
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return "", str(error)
    lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    return done.stdout, lines[-1][:300] if lines else f"no answer, exit status {done.returncode}"


def _json(text: str) -> Json:
    try:
        shape = json.loads(text)
    except ValueError:
        return None
    return shape if isinstance(shape, dict) else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
