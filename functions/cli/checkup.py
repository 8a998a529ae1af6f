"""What `automate doctor` looks at: each check says how it is, and what mends it."""

from __future__ import annotations

import difflib
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Literal

from engine.adapters.local.erasure.erased_list import ADVICE, ErasedList
from engine.errors import NotFound, StorageError, UserError
from engine.governance.audit.entry import parse_time
from engine.governance.secret_grants import ENVIRONMENT
from engine.kernel.snapshot import SCHEMA
from engine.kernel.snapshot_codec import written_schema
from engine.language.asl.times import iso_timestamp
from engine.ports.journal import PAUSED, RUNNING
from engine.records import dataclass
from engine.settings import Settings
from functions.app.release import Release, release
from functions.cli.client.client import Client, part
from functions.cli.files import finding_of
from functions.cli.screen import counted
from functions.cli.wrong_clock import MARGIN_SECONDS, ahead_of
from functions.server.product import Product
from functions.server.studio_files import StudioFiles

Json = Any
Verdict = Literal["well", "note", "ill"]

LEAST_FREE_BYTES = 500 * 1024 * 1024
FEW_DAYS = 14
"""With so little room left, at the growth of late, it is time to act."""

_FULL_BYTES = 1024 * 1024
CLAIMS = (
    "executions are claimed by a conditional write to their journal: segment N exists once, and of two owners that "
    "write it one is refused"
)
NO_LOCKS = "No Postgres and no SKIP LOCKED: no row is locked, so no worker waits for another."


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. `ill` needs mending, a `note` is worth knowing. `mend` says what to do."""

    name: str
    verdict: Verdict
    says: str
    mend: str | None = None

    def as_dict(self) -> dict[str, Json]:
        """For --json."""
        return {"name": self.name, "verdict": self.verdict, "says": self.says, "mend": self.mend}


def of_folder(product: Product, api: Client) -> Iterator[Check]:
    """The checks of a data folder, by what is in it and by what its routes say."""
    yield Check("release", "well", str(release()))
    for text in product.stores.mended:
        yield Check("folder", "note", f"{product.folder}: {text}")
    yield _disk(product)
    yield from _database(product)
    yield _snapshots(product)
    yield from _storage(api, product.clock.now())
    yield from _erasures(api)
    damage = ErasedList(product.folder).damage()
    if damage is not None:
        yield Check("erasure", "ill", damage, ADVICE)
    yield _worker(product)
    yield from _secrets(api)
    yield from _definitions(api)
    yield _paused(api)
    yield from _waiting(api)
    yield from _triggers(api)
    now = product.clock.now()
    yield from _ahead(
        (ahead.id, ahead.last_at, ahead.due_at)
        for ahead in ahead_of(now, product.settings.workspace, product.stores.index, product.stores.journal)
    )
    yield _audit(api)
    if StudioFiles().is_built:
        yield Check("studio", "well", "the Studio is built")
    else:
        yield Check("studio", "note", "the Studio is not built", "make studio")


def of_deployment(api: Client, now: float) -> Iterator[Check]:
    """The checks of a deployed stage, or of a server, by what its API says at `now`."""
    api.ask("GET", "/health", signed_in=False)
    me = api.get("/me")
    there = Release(me["product_version"], me.get("commit"))
    yield Check("api", "well", f"stage {me['stage']} answers as release {there} to {me['actor']}")
    store = "SQLite" if me["stage"] == "local" else "DynamoDB, ConditionExpression"
    yield Check("claims", "well", f"{CLAIMS} ({store}). {NO_LOCKS}")
    yield from _secrets(api)
    yield from _definitions(api)
    yield _paused(api)
    yield from _waiting(api)
    yield from _triggers(api)
    yield from _storage(api, now)
    yield from _erasures(api)
    running = api.get("/executions", status=RUNNING, limit=100)["executions"]
    times = ((item["id"], item["started_at"]) for item in running if item["started_at"])
    started = ((execution_id, parse_time(text, where="started_at"), None) for execution_id, text in times)
    yield from _ahead(item for item in started if item[1] > now + MARGIN_SECONDS)
    try:
        watch = api.get("/alarms")
    except UserError as error:
        yield Check("alarms", "note", f"whether anybody hears the alarms is not known: {error.message}", error.advice)
    else:
        if watch["watched"]:
            yield from _alarms(watch)
    yield _audit(api)


def _disk(product: Product) -> Check:
    folder = product.folder
    free = shutil.disk_usage(folder).free
    says = f"{folder} has {_room(free)} free" if free >= _FULL_BYTES else f"the disk of {folder} is full"
    reserve = product.settings.disk_reserve_mb * 1_000_000
    if free < reserve:
        says += f": with less than {_room(reserve)} nothing new is started"
    return Check("folder", "well", says) if free >= max(LEAST_FREE_BYTES, 2 * reserve) else Check(
        "folder", "ill", says, "Make room: a full disk stops every execution at its next step, and loses none."
    )


def _room(size: float) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"


def _database(product: Product) -> Iterator[Check]:
    try:
        found = product.stores.inspect()
    except StorageError as error:
        yield Check("database", "ill", str(error), "automate backup FOLDER, and look at docs/operations.md")
        return
    if found.damage:
        yield Check("database", "ill", f"SQLite finds damage: {found.damage[0]}", "Return to the last backup.")
    elif found.journal_mode != "wal":
        yield Check("database", "ill", f"SQLite's journal mode is {found.journal_mode}, not wal",
                    "Move the folder to a local disk: network file systems cannot serve it.")
    else:
        yield Check("database", "well", "SQLite's own check finds nothing; readers do not wait for the writer (WAL)")
    if found.claims_once is None:
        yield Check("claims", "ill", f"nothing can be written: {found.problem}", "Make room; nothing is lost.")
    elif found.claims_once:
        yield Check("claims", "well", f"{CLAIMS} (tried just now). {NO_LOCKS}")
    else:
        yield Check("claims", "ill", "two owners could write the same segment: the table's unique index is gone",
                    "Stop every process on the folder and return to the last backup.")


def _snapshots(product: Product) -> Check:
    """Which schema is written, and why."""
    schema, made_with = product.settings.snapshot_schema, product.stores.confirmed_schema
    written = f"schema {written_schema(schema)} is written"
    if not schema:
        says = f"{written}: the release before reads it, and the folder may have been made by that one"
        return Check("snapshots", "well", says) if written_schema(0) == SCHEMA else Check(
            "snapshots", "note", says, f"AUTOMATE_SNAPSHOT_SCHEMA={SCHEMA}, once you will not return to the release "
            "before: docs/operations.md, Return to the release before",
        )
    if schema == made_with:
        return Check("snapshots", "well", f"{written}: the folder was made for it, and opens to no release without it")
    return Check("snapshots", "well", f"{written}: AUTOMATE_SNAPSHOT_SCHEMA says so")


def _storage(api: Client, now: float) -> Iterator[Check]:
    """How long executions are kept, what that takes, and how long the disk lasts."""
    try:
        found = api.get("/storage")
    except NotFound:  # an earlier release: it keeps all of them for ever
        return
    days, following, folder = found["retention_days"], found["next"], found["folder"]
    says = f"executions are kept for {days:g} {'day' if days == 1 else 'days'} after their end"
    if not days:
        says = "executions are kept for ever"
    trusted = None if folder is None else folder.get("trusted_until")  # an earlier release has none
    if following is not None:
        at = parse_time(following["at"], where="at")
        when = f"on {following['at'][:10]}"
        if at <= now:
            late = trusted is not None and at > parse_time(trusted, where="trusted_until")
            when = "once the clock is trusted" if late else "now"
        says += f"; taken next: {following['execution']}, {when}"
    yield Check("retention", "well", says)
    if folder is None:
        return
    if trusted is not None:
        yield Check(
            "clock", "note", f"no worker ran here for days after {trusted[:10]}, or the clock went ahead: what ended "
            "is taken as on that day, until workers have run for a day or two", "Set the clock right, if it is wrong.",
        )
    size = f"the database has {folder['bytes'] / 1e6:.1f} MB, {folder['free_bytes'] / 1e6:.1f} of them free"
    growth, left = folder["bytes_a_day"], folder["days_left"]
    grows = f"it grew {(growth or 0) / 1e6:+.1f} MB a day"
    if growth is None:
        grows = "how much it grows a day is known in a day or two"
    if left is not None and left < FEW_DAYS:
        yield Check(
            "storage", "ill", f"{size}; {grows}: the disk has room for {left:.0f} more days",
            "Make room, or keep executions for less: AUTOMATE_RETENTION_DAYS, or `retention_days` of a workflow.",
        )
        return
    if not folder["shrinks"]:
        yield Check("storage", "note", f"{size}; {grows}; free pages are used again, and not given back to the disk",
                    "automate compact, once, while nothing else works on the folder")
        return
    yield Check("storage", "well", f"{size}; {grows}")


def _erasures(api: Client) -> Iterator[Check]:
    """Erasures that died half way, or that go on."""
    try:
        found = api.get("/erasures")["erasures"]
    except NotFound:  # an earlier release
        return
    goes_on = "It goes on where a worker or the sweeper runs"
    for item in found:
        ids = item["executions"]
        if ids is None:  # whoever may not erase is not told whom it is about
            says = f"asked for {item['at']}, and not over; executions: {item['count']}"
            yield Check("erasure", "note", says, f"{goes_on}.")
            continue
        more = f" and {len(ids) - 3} more" if len(ids) > 3 else ""
        yield Check(
            "erasure", "note", f"asked for {item['at']} by {item['by']}, and not over: {', '.join(ids[:3])}{more}",
            f"{goes_on}; now by: automate executions delete {ids[0]}",
        )


def _worker(product: Product) -> Check:
    if product.worker_lives():
        return Check("worker", "well", "a worker serves the queue")
    return Check("worker", "note", "no worker runs: what is started waits", "automate up, or automate worker")


def _secrets(api: Client) -> Iterator[Check]:
    """Those that are named and nowhere, and those whose stored value is not the one that runs."""
    found = api.get("/secrets")
    missing = found["missing"]
    if missing:
        keys, whose = ", ".join(item["key"] for item in missing), missing[0]["used_by"][0]["workflow"]
        yield Check(
            "secrets", "ill", f"not there: {keys} (named by {whose})", f"automate secrets set {missing[0]['key']}"
        )
    else:
        yield Check("secrets", "well", "every secret that a workflow names is there")
    yield from _mistyped(found)
    yield from _granted_to_all(found)
    for item in sorted((item for item in found["secrets"] if item["shadowed_by"]), key=lambda item: str(item["key"])):
        key, by = item["key"], item["shadowed_by"]
        yield Check("secrets", "note", f"the stored value of {key} is not the one that runs: the {by} has one too",
                    f"Unset AUTOMATE_{key}, or delete the stored one: automate secrets delete {key}")


def _mistyped(found: Json) -> Iterator[Check]:
    """Variables that nothing reads, called nearly as a setting is: each counts as a secret."""
    settings = Settings.environment_names()
    unread = (item for item in found["secrets"] if item.get("backend") == ENVIRONMENT and not item["used_by"])
    for key in sorted(item["key"] for item in unread):
        meant = difflib.get_close_matches(f"AUTOMATE_{key}", settings, n=1, cutoff=0.9)
        if meant:
            yield Check("settings", "note", f"AUTOMATE_{key} is no setting, and no workflow names it as a secret",
                        f"Did you mean {meant[0]}?")


def _granted_to_all(found: Json) -> Iterator[Check]:
    """Secrets of before they named who may use them, which everybody may."""
    free = sorted(item["key"] for item in found["secrets"] if item.get("grants", []) is None)
    if free:
        yield Check(
            "secrets", "note", f"every workflow, connector and host may have {', '.join(free)}",
            f"automate secrets usage {free[0]} shows who names it; automate secrets grant gives it to them alone; one "
            "of the environment: AUTOMATE_SECRET_GRANTS",
        )


def _definitions(api: Client) -> Iterator[Check]:
    """Each active version by today's linter and the connectors that are there."""
    bad = False
    for row in api.get("/workflows")["workflows"]:
        if not row["active_version"]:
            continue
        version = f"{row['name']} version {row['active_version']}"
        try:
            document = api.get(f"/workflows/{part(row['name'])}/versions/{row['active_version']}")["document"]
            found = map(finding_of, api.post("/definitions/validate", {"document": document})["diagnostics"])
            problems = [item for item in found if item.severity == "ERROR"]
        except UserError as error:
            problems = []
            yield Check("workflow", "ill", f"{version}: {error.message}", error.advice)
            bad = True
        for problem in problems[:3]:
            bad = True
            yield Check("workflow", "ill", f"{version}: {problem}",
                        "Name its connector's module in AUTOMATE_CONNECTORS, or publish a mended version.")
    if not bad:
        yield Check("workflows", "well", "every active version can run here")


def _paused(api: Client) -> Check:
    count = len(api.get("/executions", status=PAUSED, limit=100)["executions"])
    if not count:
        return Check("executions", "well", "no execution is PAUSED")
    return Check("executions", "note", f"{count} PAUSED: a connector is missing, or they cost their workers",
                 "automate executions --status PAUSED; automate show ID says why; automate resume ID")


def _waiting(api: Client) -> Iterator[Check]:
    """Workflows whose executions wait for their budget: it may be meant so, or too small for what comes."""
    rows = api.get("/executions", status=RUNNING, limit=100)["executions"]
    found = Counter(row["workflow"] for row in rows if row.get("waits_for_budget") is not None)
    if found:
        named = ", ".join(f"{count} of {name}" for name, count in found.most_common(3))
        yield Check("budgets", "note",
                    f"of the newest {len(rows)} open executions these wait for their budget: {named}",
                    "automate show ID says since when; larger `budgets` are for what starts once they are published.")


def _triggers(api: Client) -> Iterator[Check]:
    try:
        found = api.get("/triggers")["triggers"]
    except NotFound:  # an earlier release, of which none listens
        return
    paused = [f"{item['workflow']}/{item['name']} (by {item['paused_by']})" for item in found if item["paused_at"]]
    if paused:
        yield Check("triggers", "note", f"paused: {', '.join(paused)}", "automate triggers resume WORKFLOW/TRIGGER")
    else:
        yield Check("triggers", "well", f"{sum(item['listens'] for item in found)} listen")


def _alarms(found: Json) -> Iterator[Check]:
    """Whether alarms are there, reach anybody, and are quiet."""
    alarms, topics = found["alarms"], found["topics"]
    if not alarms:
        yield Check("alarms", "ill", "nothing watches this stage: it has no alarms",
                    "cdk deploy automate-STAGE-observability")
        return
    unseen = [topic for topic in topics if topic["problem"]]
    for topic in unseen:
        says = f"whether anybody hears the alarms is not known: {topic['arn']}: {topic['problem']}"
        yield Check("alarms", "note", says, f"aws sns list-subscriptions-by-topic --topic-arn {topic['arn']}")
    if not unseen and not any(topic["confirmed"] for topic in topics):
        pending = sum(topic["pending"] for topic in topics)
        waits = f"; {pending} have not followed the link in AWS's mail" if pending else ""
        yield Check("alarms", "ill", f"nobody hears the alarms: their topic has no confirmed subscription{waits}",
                    "Deploy with -c alarm_email=YOU@EXAMPLE.COM, then follow the link in the mail.")
    elif not unseen:
        heard = sum(topic["confirmed"] for topic in topics)
        yield Check("alarms", "well", f"{counted(len(alarms), 'alarm')}, heard by {counted(heard, 'subscription')}")
    silent = [alarm["name"] for alarm in alarms if alarm["silent"]]
    if silent:
        yield Check("silent alarms", "ill", f"they tell nobody: {', '.join(silent)}",
                    "cdk deploy automate-STAGE-observability makes them tell their topic again.")
    ringing = [f"{alarm['name']} ({alarm['says']})" for alarm in alarms if alarm["state"] == "ALARM"]
    if ringing:
        yield Check("ringing", "note", "; ".join(ringing), "docs/runbooks.md has a section for each.")


def _ahead(found: Iterable[tuple[str, float, float | None]]) -> Iterator[Check]:
    """Executions with events of a time to come: (id, its last event, when something is due)."""
    for execution_id, last_at, due_at in found:
        until = "" if due_at is None else f" and waits until {iso_timestamp(due_at)}"
        yield Check(
            "clock", "ill",
            f"{execution_id} has its last event in the future, at {iso_timestamp(last_at)}{until}: the clock was wrong "
            "then", f"automate stop {execution_id}, and start it anew: its time does not run back.",
        )


def _audit(api: Client) -> Check:
    found = api.get("/audit/verify")
    if found["ok"]:
        return Check("audit", "well", found["says"])
    return Check("audit", "ill", f"the audit log: {found['says']}", "automate audit verify names them.")
