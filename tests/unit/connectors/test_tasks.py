import dataclasses
import json
import threading

import pytest

from connectors import ActionSpec, ConnectorAdapter, ConnectorError
from connectors.registry import Registry
from connectors.tasks import CAUSE_LIMIT, ConnectorTasks
from engine.ports.tasks import CallLimit, TaskCall, TaskFailed, TaskPolicy, TaskSucceeded
from tests.support import patience


class Probe(ConnectorAdapter):
    """Does what the test says; keeps what it was given."""

    code = "probe"
    name = "Probe"
    actions = {  # noqa: RUF012
        "run": ActionSpec(inputs={"a": {}, "n": {"type": "integer", "default": 3}, "headers": {"type": "object"}}),
        "once": ActionSpec(at_most_once=True, timeout_seconds=5),
    }
    does = None

    def execute(self, action, params, context):
        self.seen = (action, params, context)
        return None if Probe.does is None else Probe.does(params, context)


@pytest.fixture
def probe(monkeypatch):
    registry = Registry(builtin=(), installed=tuple, shipped=())
    registry.register(Probe)

    def run(does=None, **changes):
        monkeypatch.setattr(Probe, "does", staticmethod(does) if does else None)
        call = TaskCall(
            resource="connector:probe:run", arguments={}, workspace="team", execution_id="w:n", workflow="w", version=2,
            state="S", attempt=1, idempotency_key="key", budget_seconds=30.0,
        )
        return ConnectorTasks(registry).call(dataclasses.replace(call, **changes))

    run.adapter = registry.get("probe")
    run.tasks = ConnectorTasks(registry)
    return run


def raising(error):
    def does(params, context):
        raise error

    return does


def test_context_tells_what_the_call_is_part_of(probe):
    assert probe() == TaskSucceeded(None)
    action, params, context = probe.adapter.seen
    assert (action, params) == ("run", {"n": 3})
    assert context == {
        "secrets": {}, "idempotency_key": "key", "execution_id": "w:n", "workspace": "team", "workflow": "w",
        "version": 2, "state": "S", "attempt": 1, "timeout_seconds": 30.0,
    }


def test_a_task_token_is_handed_over(probe):
    outcome = probe(resource="connector:probe:run.waitForTaskToken", task_token="token")
    assert outcome == TaskSucceeded(None)
    assert probe.adapter.seen[2]["task_token"] == "token"


def test_the_action_s_time_limit_counts_within_the_budget(probe):
    probe(resource="connector:probe:once")
    assert probe.adapter.seen[2]["timeout_seconds"] == 5
    probe(resource="connector:probe:once", budget_seconds=2.0)
    assert probe.adapter.seen[2]["timeout_seconds"] == 2.0


def test_a_secret_stands_in_place_where_the_action_declares_the_input(probe):
    arguments = {
        "a": {"$secret": "K"}, "headers": {"X": {"$secret": "L"}, "Y": {"$secret": "K"}}, "extra": {"$secret": "L"},
    }
    refs = (("/a", "K"), ("/headers/X", "L"), ("/extra", "L"))
    probe(arguments=arguments, secret_refs=refs, secrets={"K": "one", "L": "two"})
    _, params, context = probe.adapter.seen
    assert params == {"a": "one", "headers": {"X": "two", "Y": {"$secret": "K"}}, "n": 3}
    assert context["secrets"] == {"K": "one", "L": "two"}
    assert "one" not in repr(context)


def test_a_reference_that_arrives_as_data_stays_data_and_is_no_undeclared_input_s_excuse(probe):
    probe(arguments={"a": {"$secret": "K"}})
    assert probe.adapter.seen[1]["a"] == {"$secret": "K"}
    outcome = probe(arguments={"extra": {"$secret": "K"}})
    assert outcome.error == "probe.InvalidInput"
    outcome = probe(arguments={"extra": {"deep": {"$secret": "K"}}}, secret_refs=(("/extra/deep", "K"),),
                    secrets={"K": "v"})
    assert outcome.error == "probe.InvalidInput"


def test_a_connector_that_changes_its_params_changes_nobody_else_s(probe):
    arguments = {"headers": {"list": [1]}}

    def does(params, context):
        params["headers"]["list"].append(2)
        params.clear()

    probe(does, arguments=arguments)
    assert arguments == {"headers": {"list": [1]}}


def test_a_default_that_a_connector_changes_is_fresh_for_the_next_call(probe, monkeypatch):
    spec = ActionSpec(inputs={"list": {"default": []}})
    monkeypatch.setitem(Probe.actions, "run", spec)
    probe(lambda params, _: params["list"].append(1))
    assert probe(lambda params, _: params["list"]) == TaskSucceeded([])


@pytest.mark.parametrize(
    ("error", "definite", "retryable"),
    [
        (ConnectorError("no"), True, False),
        (ConnectorError("busy", retryable=True), True, True),
        (ConnectorError("?", definite=False, retryable=True), False, True),
        (KeyError("id"), False, True),
        (TimeoutError("slow"), False, True),
        (ConnectionRefusedError("down"), True, True),
        (NotImplementedError("Action x unknown"), True, False),
        (SystemExit(3), False, False),
        (RecursionError("deep"), False, True),
    ],
    ids=repr,
)
def test_what_a_connector_raises_is_its_outcome(probe, error, definite, retryable):
    outcome = probe(raising(error))
    assert (outcome.error, outcome.definite, outcome.retryable) == ("probe.ConnectorError", definite, retryable)
    cause = json.loads(outcome.cause)
    assert cause["errorMessage"] == str(error)
    assert cause["errorType"] == type(error).__name__
    assert cause["retryable"] is retryable
    assert "in does" in cause["stackTrace"][-1]
    assert not any("connectors/tasks.py" in frame for frame in cause["stackTrace"])


def test_a_connector_error_s_code_and_authentication_are_handed_on(probe):
    outcome = probe(raising(ConnectorError("no", code="401", authentication=True)))
    assert json.loads(outcome.cause)["code"] == "401"
    assert outcome.authentication is True


def test_a_service_in_trouble_is_told_so_that_it_is_left_alone(probe):
    assert probe(raising(ConnectorError("503", retryable=True, unavailable=True))).unavailable is True
    assert probe(raising(ConnectorError("409", retryable=True))).unavailable is False


def test_the_cause_is_scrubbed_before_it_is_cut(probe):
    secret = "s3cr3t" * 20
    for length in range(7_880, 8_010, 7):
        message = "x" * length + secret + "y" * 10_000
        outcome = probe(raising(ConnectorError(message)), secret_refs=(("/a", "K"),), secrets={"K": secret},
                        arguments={"a": {"$secret": "K"}})
        assert "s3cr3t" not in outcome.cause


def test_a_cause_stays_within_its_limit(probe):
    def deep(params, context, n=60):
        try:
            if n:
                deep(params, context, n - 1)
            raise ValueError('"\\' * 10_000)
        except ValueError as error:
            raise KeyError('"\\' * 10_000) from error

    outcome = probe(deep)
    assert len(outcome.cause) <= CAUSE_LIMIT
    assert json.loads(outcome.cause)["errorType"] == "KeyError"


def test_all_problems_of_a_large_input_stay_within_the_limit(probe):
    outcome = probe(arguments={f"field-{n}": n for n in range(3_000)})
    assert len(outcome.cause) <= CAUSE_LIMIT
    cause = json.loads(outcome.cause)
    assert len(cause["problems"]) == 50
    assert cause["problems"][0].startswith("/field-0: ")
    outcome = probe(arguments={f"{n}" + "\n" * 900: n for n in range(40)})
    assert len(outcome.cause) <= CAUSE_LIMIT
    outcome = probe(arguments={"k": 1, "l": 2})
    assert "; and" not in outcome.cause


def test_a_message_that_json_writes_longer_stays_within_the_limit(probe):
    outcome = probe(raising(ConnectorError("\x00" * 20_000)))
    assert len(outcome.cause) <= CAUSE_LIMIT
    assert json.loads(outcome.cause)["errorMessage"].startswith("\x00" * 1_000)


class Unprintable(Exception):
    def __str__(self):
        raise ValueError("not me")


def test_an_exception_that_cannot_print_itself_is_an_outcome_too(probe):
    assert "Unprintable, which cannot be printed" in probe(raising(Unprintable())).cause


def test_what_is_no_json_is_refused_but_the_work_is_done(probe):
    outcome = probe(lambda *_: {"at": object()})
    assert outcome == TaskFailed("probe.InvalidOutput", outcome.cause, definite=False, retryable=False)
    assert "probe:run returned what is no JSON: the output holds a object at /at" in outcome.cause


def test_policies_come_from_the_spec(probe):
    limit = CallLimit("probe", 0, 0.0)
    assert probe.tasks.policy("connector:probe:run.waitForTaskToken") == TaskPolicy(limit=limit)
    assert probe.tasks.policy("connector:probe:once") == TaskPolicy(at_most_once=True, timeout_seconds=5, limit=limit)


def test_a_limit_that_only_troubles_make_is_that_of_one_service():
    tasks = ConnectorTasks(Registry())
    assert tasks.policy("connector:http:request").limit is None
    assert tasks.policy("connector:log:write").limit is None
    assert tasks.policy("connector:slack:post_message").limit == CallLimit("slack", 0, 0.0)


@pytest.mark.parametrize(
    ("resource", "says"),
    [
        ("connector:erp:create", "there is no connector erp; there are probe"),
        ("connector:probe:walk", "the connector probe has no action walk; it has run, once"),
        ("connector:probe:run.sync", "a connector has no .sync"),
        ("connector:probe", "Write connector:<code>:<action>"),
        ("connector:probe:run:more", "Write connector:<code>:<action>"),
        ("shell:rm", "is not a resource that can be called"),
        ("${ChargeFunctionArn}", "automate import --from step-functions"),
    ],
)
def test_a_resource_that_cannot_be_called_says_what_to_do(probe, resource, says):
    problem = probe.tasks.policy(resource).problem
    assert says in problem
    assert problem.startswith(resource)
    assert probe(resource=resource) == TaskFailed("Automate.ResourceNotAvailable", problem, retryable=False)


def test_a_connector_that_cannot_be_loaded_is_a_problem_of_the_resource():
    class Broken(Probe):
        code = "broken"

        def __init__(self):
            raise OSError("no library")

    registry = Registry(builtin=(), installed=tuple, shipped=())
    registry.register(Broken)
    problem = ConnectorTasks(registry).policy("connector:broken:run").problem
    assert "raised OSError: no library. A connector is made without arguments." in problem


def test_calls_run_side_by_side(probe):
    barrier = threading.Barrier(4, timeout=patience.SECONDS)
    outcomes = []

    def does(params, context):
        barrier.wait()
        return params["a"]

    Probe.does = staticmethod(does)
    tasks = probe.tasks
    call = TaskCall("connector:probe:run", {}, "d", "w:n", "w", 1, "S", 0, "k", 30.0)
    threads = [
        threading.Thread(
            target=lambda n=n: outcomes.append(tasks.call(dataclasses.replace(call, arguments={"a": n}))))
        for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    Probe.does = None
    assert sorted(outcome.output for outcome in outcomes) == [0, 1, 2, 3]
