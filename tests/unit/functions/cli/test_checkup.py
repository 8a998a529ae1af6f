"""automate doctor: what is well, what is ill, and what mends it."""

import json
import sqlite3
import stat
import subprocess
from contextlib import closing

import pytest

from engine.clock import SkipClock
from engine.errors import NotFound
from engine.kernel.snapshot import SCHEMA, UNCONFIRMED
from engine.settings import Settings
from functions.app.release import release
from functions.cli.checkup import _room, of_deployment
from functions.server import product
from functions.server.product import Product

WELL = {"name": "orders", "definition": {"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": True}}}}
WITH_SECRET = {"name": "pay", "definition": {"QueryLanguage": "JSONata", "StartAt": "Call", "States": {"Call": {
    "Type": "Task", "Resource": "connector:http:request", "End": True,
    "Arguments": {"url": "https://example.com", "bearer_token": {"$secret": "NOT_THERE"}},
}}}}


@pytest.fixture
def doctor(automate, tmp_path):
    """`run(*arguments)` runs automate on a folder of its own; `run.folder`."""
    def run(*arguments):
        return subprocess.CompletedProcess(arguments, *automate(*arguments))

    def imported(document):
        file = tmp_path / "document.json"
        file.write_text(json.dumps(document))
        assert run("import", "--file", str(file), "--publish").returncode == 0

    run.folder, run.imported = automate.folder, imported
    return run


def checks(done):
    return {item["name"]: item for item in json.loads(done.stdout)["checks"]}


def test_a_folder_that_is_well(doctor):
    doctor.imported(WELL)
    done = doctor("--json", "doctor")
    found = checks(done)
    assert done.returncode == 0, done.stdout
    assert {item["verdict"] for item in found.values()} <= {"well", "note"}
    assert "SKIP LOCKED" in found["claims"]["says"]
    assert found["worker"]["mend"] == "automate up, or automate worker"
    with closing(sqlite3.connect(doctor.folder / "automate.db")) as database:
        assert database.execute("SELECT count(*) FROM segment WHERE e = -1").fetchone() == (0,)


def test_what_is_missing_is_named_with_what_mends_it(doctor):
    doctor.imported(WITH_SECRET)
    done = doctor("doctor")
    assert done.returncode == 1
    assert "✗ secrets: not there: NOT_THERE (named by pay)" in done.stdout
    assert done.stdout.endswith("1 to mend.\n")


def test_a_trigger_that_somebody_paused_is_told_of(doctor):
    doctor.imported({**WELL, "triggers": [{"type": "queue", "queue": "q"}]})
    assert checks(doctor("--json", "doctor"))["triggers"]["says"] == "1 listen"
    assert doctor("triggers", "pause", "orders/queue").returncode == 0
    found = checks(doctor("--json", "doctor"))["triggers"]
    assert (found["verdict"], found["says"].startswith("paused: orders/queue (by ")) == ("note", True)


def test_executions_that_wait_for_their_budget_are_told_of(doctor):
    doctor.imported({**WELL, "budgets": {"executions_per_minute": 1}})
    assert "budgets" not in checks(doctor("--json", "doctor"))
    for _ in range(3):
        assert doctor("start", "orders").returncode == 0
    found = checks(doctor("--json", "doctor"))["budgets"]
    assert found["verdict"] == "note"
    assert found["says"].startswith("of the newest 3 open executions these wait for their budget: ")
    assert found["says"].endswith(" of orders")


def test_a_folder_that_was_open_to_others_is_said_by_whatever_command_finds_it(doctor):
    doctor.imported(WELL)
    doctor.folder.chmod(0o755)
    (doctor.folder / "automate.db").chmod(0o644)
    done = doctor("doctor")
    assert f"{doctor.folder}, automate.db" in done.stdout
    assert "open to others, and its owner's alone from now on" in done.stderr
    assert stat.S_IMODE(doctor.folder.stat().st_mode) == 0o700
    assert "open to others" not in doctor("doctor").stdout


def test_a_table_that_would_let_two_owners_write_is_found(doctor):
    doctor.imported(WELL)
    with closing(sqlite3.connect(doctor.folder / "automate.db")) as database:
        database.execute("DROP INDEX segment_number")
    assert checks(doctor("--json", "doctor"))["claims"]["verdict"] == "ill"


def heard(confirmed, pending=0, problem=None, **alarm):
    """What GET /alarms says of one alarm and one topic."""
    topic = {"arn": "arn:aws:sns:r:1:t", "confirmed": confirmed, "pending": pending, "problem": problem}
    shown = {"name": "automate-prod-paused", "state": "OK", "says": "It waits.", "silent": False, **alarm}
    return {"watched": True, "alarms": [shown], "topics": [topic]}


NOW = 1_800_000_000.0
STARTED = {"id": "orders:1", "started_at": "2027-01-15T07:59:00.000Z"}


class Answers:
    """An API by its paths."""

    def __init__(self, **changed):
        self.shapes = {
            "/health": {"status": "ok"}, "/me": {"stage": "prod", "product_version": "1.2", "actor": "ana"},
            "/secrets": {"secrets": [{"key": "KEY", "used_by": [], "shadowed_by": None}], "missing": []},
            "/executions": {"executions": []}, "/audit/verify": {"ok": True, "says": "7 entries"}, "/alarms": heard(1),
            "/workflows": {"workflows": []}, "/triggers": {"triggers": []},
            "/storage": {"retention_days": 90.0, "redrive_days": 14.0, "next": None, "folder": None},
            "/erasures": {"erasures": []}, **changed,
        }

    def post(self, path, body):
        return self.get(path)

    def ask(self, method, path, body=None, *, signed_in=True):
        return self.shapes[path]

    def get(self, path, **query):
        answer = self.shapes[path]
        if isinstance(answer, Exception):
            raise answer
        return answer


def test_a_deployment_is_checked_by_its_api():
    found = {check.name: check for check in of_deployment(Answers(), NOW)}
    assert {check.verdict for check in found.values()} == {"well"}
    assert found["api"].says == "stage prod answers as release 1.2 to ana"


def test_an_erasure_that_is_not_over_is_named():
    pending = {"id": "e", "at": "2026-01-31T00:00:00.000Z", "by": "ada", "executions": ["orders:1"]}
    found = {check.name: check for check in of_deployment(Answers(**{"/erasures": {"erasures": [pending]}}), NOW)}
    assert found["erasure"].verdict == "note"
    assert "orders:1" in found["erasure"].says
    assert found["erasure"].mend.endswith("automate executions delete orders:1")


def test_whoever_may_not_erase_is_told_of_an_erasure_without_its_ids():
    pending = {"id": "e", "at": "2026-01-31T00:00:00.000Z", "by": None, "executions": None, "count": 2}
    found = {check.name: check for check in of_deployment(Answers(**{"/erasures": {"erasures": [pending]}}), NOW)}
    assert found["erasure"].says == "asked for 2026-01-31T00:00:00.000Z, and not over; executions: 2"


def test_a_deployment_without_a_connector_that_a_workflow_names_is_ill():
    finding = {
        "code": "UNKNOWN_RESOURCE", "message": "state 'Pay': there is no connector acme.", "severity": "ERROR",
        "location": "/States/Pay/Resource",
    }
    shapes = {
        "/workflows": {"workflows": [{"name": "pay", "active_version": 2}, {"name": "new", "active_version": None}]},
        "/workflows/pay/versions/2": {"document": {}}, "/definitions/validate": {"diagnostics": [finding]},
    }
    ill, = [check for check in of_deployment(Answers(**shapes), NOW) if check.verdict == "ill"]
    assert ill.says == (
        "pay version 2: /States/Pay/Resource: state 'Pay': there is no connector acme. (UNKNOWN_RESOURCE)"
    )


def test_the_release_is_named_with_its_commit_of_a_folder_and_of_a_stage(doctor):
    found = checks(doctor("--json", "doctor"))["release"]
    assert (found["verdict"], found["says"]) == ("well", str(release()))
    me = {"stage": "prod", "product_version": "1.2.3", "commit": "0123456789abcdef" * 2 + "01234567", "actor": "ana"}
    stage = {check.name: check for check in of_deployment(Answers(**{"/me": me}), NOW)}
    assert stage["api"].says == "stage prod answers as release 1.2.3 (commit 0123456789ab) to ana"


def test_a_deployments_paused_executions_and_broken_log_are_said():
    found = {check.name: check for check in of_deployment(Answers(**{
        "/executions": {"executions": [STARTED, STARTED]},
        "/audit/verify": {"ok": False, "says": "7 entries hold; 1 chain does not"},
    }), NOW)}
    assert (found["executions"].verdict, found["audit"].verdict) == ("note", "ill")


@pytest.mark.parametrize(("answer", "verdict", "says"), [
    (heard(2), "well", "1 alarm, heard by 2 subscriptions"),
    (heard(0), "ill", "nobody hears the alarms: their topic has no confirmed subscription"),
    (heard(0, 1), "ill", "1 have not followed the link in AWS's mail"),
    (heard(None, None, "the API may not look at it"), "note", "the API may not look at it"),
    ({"watched": True, "alarms": [], "topics": []}, "ill", "nothing watches this stage"),
    (NotFound("no such route"), "note", "is not known: no such route"),
])
def test_alarms_that_nobody_hears_are_said(answer, verdict, says):
    found = {check.name: check for check in of_deployment(Answers(**{"/alarms": answer}), NOW)}
    assert found["alarms"].verdict == verdict
    assert says in found["alarms"].says


def test_alarms_that_tell_no_topic_and_those_that_ring_are_said():
    alarms = heard(1, silent=True, state="ALARM")
    found = {check.name: check for check in of_deployment(Answers(**{"/alarms": alarms}), NOW)}
    assert (found["silent alarms"].verdict, found["ringing"].verdict) == ("ill", "note")
    assert found["ringing"].says == "automate-prod-paused (It waits.)"


def test_an_execution_of_a_deployment_that_starts_in_the_future_is_said():
    late = {"id": "orders:2", "started_at": "2031-01-01T00:00:00.000Z"}
    answer = {"executions": [STARTED, late, {"id": "orders:3", "started_at": None}]}
    said = [check for check in of_deployment(Answers(**{"/executions": answer}), NOW) if check.name == "clock"]
    assert [check.verdict for check in said] == ["ill"]
    assert "orders:2 has its last event in the future, at 2031-01-01" in said[0].says


def test_a_wait_armed_under_a_wrong_clock_is_found(automate, tmp_path, monkeypatch):
    """Its clock stood in 2099 when it was armed: it waits until then."""
    wait = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 60, "End": True}}}
    file = tmp_path / "slow.json"
    file.write_text(json.dumps({"name": "slow", "definition": wait}))
    assert automate("import", "--file", str(file), "--publish")[0] == 0
    with monkeypatch.context() as patched:
        clock = SkipClock(4_070_908_800.0)
        patched.setattr(product, "SystemClock", lambda: clock)
        assert automate("start", "slow", "--name", "one")[0] == 0
        opened = Product.open(Settings(data_dir=str(automate.folder)), command="automate worker", environment={})
        worker = opened.new_worker()
        worker.run([opened.key("slow:one")], deadline=clock.now() + 60)
        opened.close()
    status, said, _ = automate("doctor")
    assert status == 1
    assert "✗ clock: slow:one has its last event in the future, at 2099-01-01" in said
    assert "waits until 2099-01-01T00:01:00" in said
    assert "automate stop slow:one" in said


def test_a_secret_that_a_deployment_s_workflow_names_and_nobody_set_is_ill():
    """The list has those that are there alone: all were found to be there."""
    missing = [{"key": "NOT_THERE", "used_by": [{"workflow": "pay", "version": 1, "states": ["Call"]}]}]
    found = {check.name: check for check in of_deployment(Answers(**{
        "/secrets": {"secrets": [], "missing": missing},
    }), NOW)}
    assert (found["secrets"].verdict, found["secrets"].says) == ("ill", "not there: NOT_THERE (named by pay)")
    assert found["secrets"].mend == "automate secrets set NOT_THERE"


def test_a_variable_that_is_called_nearly_as_a_setting_is_named():
    listed = [
        {"key": key, "used_by": used_by, "shadowed_by": None, "grants": [], "backend": backend}
        for key, used_by, backend in (
            ("TASK_THREAD", [], "environment"), ("STRIPE_KEY", [], "environment"), ("DATADIR", [], "local store"),
            ("RETENTION_DAY", [{"workflow": "pay", "version": 1, "states": ["A"]}], "environment"),
        )
    ]
    [note] = [check for check in of_deployment(Answers(**{
        "/secrets": {"secrets": listed, "missing": []},
    }), NOW) if check.verdict == "note"]
    assert (note.name, note.mend) == ("settings", "Did you mean AUTOMATE_TASK_THREADS?")
    assert note.says.startswith("AUTOMATE_TASK_THREAD is no setting")


def test_secrets_that_everybody_may_use_are_named():
    listed = [{"key": key, "used_by": [], "shadowed_by": None, "grants": grants} for key, grants in (
        ("B", None), ("A", None), ("C", []), ("D", [{"workflow": "pay", "connector": "*", "host": "*"}]),
    )]
    [note] = [check for check in of_deployment(Answers(**{
        "/secrets": {"secrets": listed, "missing": []},
    }), NOW) if check.verdict == "note"]
    assert note.says == "every workflow, connector and host may have A, B"
    assert "automate secrets grant" in note.mend


FOLDER = {
    "bytes": 50_000_000, "free_bytes": 1_000_000, "shrinks": True, "bytes_a_day": 2_000_000.0,
    "disk_free_bytes": 9_000_000_000, "reserve_bytes": 200_000_000, "days_left": 4000.0,
    "trusted_until": None,
}


def storage(at="2027-02-01T00:00:00.000Z", **changed):
    following = {"execution": "orders:1", "workflow": "orders", "at": at}
    folder = {**FOLDER, **changed}
    answers = Answers(**{"/storage": {
        "retention_days": 90.0, "redrive_days": 14.0, "next": following, "folder": folder,
    }})
    return {check.name: check for check in of_deployment(answers, NOW)}


def test_what_is_kept_and_taken_next_is_said():
    found = storage()
    assert found["retention"].says == (
        "executions are kept for 90 days after their end; taken next: orders:1, on 2027-02-01"
    )
    assert found["storage"].says == "the database has 50.0 MB, 1.0 of them free; it grew +2.0 MB a day"
    assert found["storage"].verdict == "well"


@pytest.mark.parametrize(("days", "says"), [
    (0, "executions are kept for ever"), (1, "executions are kept for 1 day after their end"),
    (0.5, "executions are kept for 0.5 days after their end"),
])
def test_a_term_is_said_in_words(days, says):
    answers = Answers(**{"/storage": {"retention_days": days, "redrive_days": 14.0, "next": None, "folder": None}})
    assert [check.says for check in of_deployment(answers, NOW) if check.name == "retention"] == [says]


def test_less_than_a_gigabyte_is_said_in_megabytes():
    assert [_room(size) for size in (0, 20e6, 999e6, 1.04e9)] == ["0 MB", "20 MB", "999 MB", "1.0 GB"]


def test_a_disk_that_is_soon_full_is_ill_before_it_is():
    found = storage(days_left=6.4)["storage"]
    assert (found.verdict, found.says.rpartition(": ")[2]) == ("ill", "the disk has room for 6 more days")
    assert "AUTOMATE_RETENTION_DAYS" in found.mend


def test_a_folder_that_keeps_its_free_pages_is_told_how_to_give_them_back():
    found = storage(shrinks=False, bytes_a_day=None, days_left=None)["storage"]
    assert found.verdict == "note"
    assert "known in a day or two" in found.says
    assert found.mend.startswith("automate compact")


def test_a_clock_that_went_ahead_is_told():
    assert "clock" not in storage()
    found = storage(trusted_until="2026-11-20T00:00:00.000Z")["clock"]
    assert found.verdict == "note"
    assert "what ended is taken as on that day" in found.says
    assert "2026-11-20" in found.says
    assert found.mend.startswith("Set the clock right")


@pytest.mark.parametrize(("at", "when"), [
    ("2020-01-01T00:00:00.000Z", "now"), ("2020-03-01T00:00:00.000Z", "once the clock is trusted"),
    ("2100-01-01T00:00:00.000Z", "on 2100-01-01"),
])
def test_what_is_over_by_a_clock_that_went_ahead_alone_is_not_taken_now(at, when):
    found = storage(at=at, trusted_until="2020-02-01T00:00:00.000Z")["retention"]
    assert found.says.endswith(f"; taken next: orders:1, {when}")


def test_an_earlier_release_tells_nothing_of_storage():
    earlier = Answers(**{path: NotFound("no such route") for path in ("/storage", "/triggers")})
    found = {check.name for check in of_deployment(earlier, NOW)}
    assert not found & {"retention", "storage", "triggers"}


def test_a_list_of_what_was_erased_that_is_empty_is_ill(doctor):
    doctor.imported(WELL)
    (doctor.folder / "erased.jsonl").touch()
    done = doctor("--json", "doctor")
    assert (done.returncode, checks(done)["erasure"]["verdict"]) == (1, "ill")
    assert "it is empty" in checks(done)["erasure"]["says"]
    assert "Copy the newest list" in checks(done)["erasure"]["mend"]


def test_which_snapshot_schema_is_written_is_said_and_why(doctor, monkeypatch):
    def snapshots():
        found = checks(doctor("--json", "doctor"))["snapshots"]
        return found["verdict"], found["says"], found["mend"]

    verdict, says, mend = snapshots()
    assert (verdict, mend) == ("well", None)
    assert says.startswith(f"schema {SCHEMA} is written: the folder was made for it")
    monkeypatch.setenv("AUTOMATE_SNAPSHOT_SCHEMA", str(UNCONFIRMED))
    assert snapshots() == ("well", f"schema {UNCONFIRMED} is written: AUTOMATE_SNAPSHOT_SCHEMA says so", None)
    monkeypatch.delenv("AUTOMATE_SNAPSHOT_SCHEMA")
    with closing(sqlite3.connect(doctor.folder / "automate.db")) as database, database:
        database.execute("DELETE FROM made_with")  # as a folder of the release before
    verdict, says, mend = snapshots()
    assert (verdict, says.split(":")[0]) == ("note", f"schema {UNCONFIRMED} is written")
    assert mend.startswith(f"AUTOMATE_SNAPSHOT_SCHEMA={SCHEMA}, once you will not return")
