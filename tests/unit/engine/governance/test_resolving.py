import dataclasses
import logging

import pytest

from engine.clock import SkipClock
from engine.errors import ConnectionFailed, InvalidDocument, StoreUnavailable
from engine.governance.connections import CODE, Connection, Tokens
from engine.governance.log_masking import KnownSecrets
from engine.governance.masking import MASK
from engine.governance.resolving import AnswerMasks, SecretResolving
from engine.governance.secret_grants import user_of
from engine.ports.secrets import SecretGrant
from engine.ports.tasks import TaskCall, TaskFailed, TaskPolicy, TaskSucceeded

CALL = TaskCall(
    resource="connector:x:y", arguments={"key": {"$secret": "KEY"}, "data": {"$secret": "KEY"}}, workspace="default",
    execution_id="w:n", workflow="w", version=1, state="S", attempt=0, idempotency_key="i", budget_seconds=30.0,
    secret_refs=(("/key", "KEY"),),
)


class Backend:
    """Answers `values`, or `fresh` values when asked past the cache."""

    def __init__(self, name, values, fresh=None):
        self.name = name
        self.values = values
        self.fresh = values if fresh is None else fresh
        self.asked = []
        self.granted = None

    def get(self, workspace, key, *, fresh=False):
        self.asked.append((workspace, key, fresh))
        found = (self.fresh if fresh else self.values).get(key)
        if isinstance(found, Exception):
            raise found
        return found

    def grants(self, workspace, key, *, fresh=False):
        return self.granted

    def list(self, workspace):
        return []


class Inner:
    """Answers the `outcomes` in turn (one that is called is asked with the call)."""

    def __init__(self, *outcomes):
        self.outcomes = list(outcomes)
        self.calls = []

    def policy(self, resource, _pin=None):
        return TaskPolicy(problem=f"no {resource}")

    def call(self, call):
        self.calls.append(call)
        outcome = self.outcomes.pop(0)
        return outcome(call) if callable(outcome) else outcome


def resolving(inner, *backends, clock=None):
    return SecretResolving(inner, backends, clock or SkipClock(), known=KnownSecrets())


def test_values_arrive_beside_the_arguments_which_keep_their_references():
    inner = Inner(TaskSucceeded("ok"))
    assert resolving(inner, Backend("b", {"KEY": "hush-hush"})).call(CALL) == TaskSucceeded("ok")
    (call,) = inner.calls
    assert call.secrets == {"KEY": "hush-hush"}
    assert call.arguments == CALL.arguments
    assert "hush" not in repr(call)


def test_a_call_without_references_is_handed_on_as_it_is():
    inner = Inner(TaskSucceeded(1))
    backend = Backend("b", {"KEY": "v"})
    call = dataclasses.replace(CALL, secret_refs=())
    resolving(inner, backend).call(call)
    assert inner.calls[0] is call
    assert backend.asked == []


def test_each_key_is_asked_once_in_the_call_s_workspace():
    backend = Backend("b", {"KEY": "v-one", "L": "v-two"})
    refs = (("/a", "KEY"), ("/b", "L"), ("/c", "KEY"))
    inner = Inner(TaskSucceeded(1))
    resolving(inner, backend).call(dataclasses.replace(CALL, workspace="team", secret_refs=refs))
    assert backend.asked == [("team", "KEY", False), ("team", "L", False)]
    assert dict(inner.calls[0].secrets) == {"KEY": "v-one", "L": "v-two"}


def test_the_first_backend_that_holds_the_key_answers():
    inner = Inner(TaskSucceeded(1))
    later = Backend("c", {"KEY": "never"})
    resolving(inner, Backend("a", {}), Backend("b", {"KEY": "from-b"}), later).call(CALL)
    assert inner.calls[0].secrets == {"KEY": "from-b"}
    assert later.asked == []


def test_output_error_and_cause_are_scrubbed():
    backend = Backend("b", {"KEY": "hush-hush"})
    done = resolving(Inner(TaskSucceeded({"echo": ["hush-hush"]})), backend).call(CALL)
    assert done == TaskSucceeded({"echo": [MASK]})
    failed = resolving(Inner(TaskFailed("E.hush-hush", "x hush-hush", definite=False, retryable=False)), backend)
    assert failed.call(CALL) == TaskFailed(f"E.{MASK}", f"x {MASK}", definite=False, retryable=False)
    assert resolving(Inner(TaskFailed("E")), backend).call(CALL) == TaskFailed("E")


def test_a_missing_secret_is_a_definite_failure_that_says_what_to_do():
    inner = Inner()
    call = dataclasses.replace(CALL, secret_refs=(("/a", "KEY"), ("/b", "HAVE"), ("/c", "TOO")))
    outcome = resolving(inner, Backend("environment", {"HAVE": "value-of-have"}), Backend("local store", {})).call(call)
    assert outcome == TaskFailed(
        "Automate.SecretNotFound",
        'secret "KEY" was not found; asked in this order: environment; local store. '
        'secret "TOO" was not found; asked in this order: environment; local store. '
        "Set it with: automate secrets set KEY",
        definite=True, retryable=False,
    )
    assert inner.calls == []


def test_a_backend_s_refusal_is_told_and_the_next_one_is_asked():
    refusing = Backend("environment", {"KEY": InvalidDocument("that is a setting")})
    outcome = resolving(Inner(), refusing, Backend("local store", {})).call(CALL)
    assert "environment (that is a setting); local store" in outcome.cause
    inner = Inner(TaskSucceeded(1))
    assert resolving(inner, refusing, Backend("local store", {"KEY": "v"})).call(CALL) == TaskSucceeded(1)


def test_a_key_that_can_be_none_is_not_found_and_nobody_is_asked():
    backend = Backend("b", {"a/b": "v"})
    outcome = resolving(Inner(), backend).call(dataclasses.replace(CALL, secret_refs=(("/key", "a/b"),)))
    assert outcome.error == "Automate.SecretNotFound"
    assert "'a/b' is not a secret's key" in outcome.cause
    assert backend.asked == []


def test_a_backend_that_does_not_serve_is_a_failure_that_a_retrier_may_help():
    backend = Backend("b", {"KEY": StoreUnavailable("disk is gone")})
    outcome = resolving(Inner(), backend, Backend("c", {"KEY": "v"})).call(CALL)
    assert outcome == TaskFailed("Automate.SecretsUnavailable", 'secret "KEY": disk is gone')


REFUSED = TaskFailed("x.ConnectorError", "401 for old-value", retryable=False, authentication=True)


def test_a_rotated_secret_is_read_afresh_and_the_call_made_again():
    inner = Inner(REFUSED, lambda call: TaskSucceeded(f"old-value {call.secrets['KEY']}"))
    backend = Backend("b", {"KEY": "old-value"}, fresh={"KEY": "new-value"})
    assert resolving(inner, backend).call(CALL) == TaskSucceeded(f"{MASK} {MASK}")
    assert [call.secrets["KEY"] for call in inner.calls] == ["old-value", "new-value"]
    assert [call.idempotency_key for call in inner.calls] == ["i", "i"]


def test_it_is_made_again_only_once():
    inner = Inner(REFUSED, REFUSED)
    backend = Backend("b", {"KEY": "old-value"}, fresh={"KEY": "new-value"})
    assert resolving(inner, backend).call(CALL).cause == f"401 for {MASK}"
    assert len(inner.calls) == 2


@pytest.mark.parametrize(
    "outcome",
    [dataclasses.replace(REFUSED, definite=False), dataclasses.replace(REFUSED, authentication=False)],
    ids=["the outcome is unknown", "it was no authentication failure"],
)
def test_it_is_not_made_again_when(outcome):
    inner = Inner(outcome)
    backend = Backend("b", {"KEY": "old-value"}, fresh={"KEY": "new-value"})
    assert isinstance(resolving(inner, backend).call(CALL), TaskFailed)
    assert [asked[2] for asked in backend.asked] == [False]


@pytest.mark.parametrize("fresh", [{"KEY": "old-value"}, {}, {"KEY": StoreUnavailable("gone")}])
def test_the_first_outcome_stands_when_no_newer_value_is_to_be_had(fresh):
    inner = Inner(REFUSED)
    outcome = resolving(inner, Backend("b", {"KEY": "old-value"}, fresh=fresh)).call(CALL)
    assert outcome.error == "x.ConnectorError"


def test_the_second_call_has_what_is_left_of_the_budget():
    clock = SkipClock()

    def slow(call):
        clock.sleep(12.0)
        return REFUSED

    backend = Backend("b", {"KEY": "old-value"}, fresh={"KEY": "new-value"})
    inner = Inner(slow, TaskSucceeded(1))
    assert resolving(inner, backend, clock=clock).call(CALL) == TaskSucceeded(1)
    assert [call.budget_seconds for call in inner.calls] == [30.0, 18.0]
    inner = Inner(slow)
    short = dataclasses.replace(CALL, budget_seconds=12.5)
    assert resolving(inner, backend, clock=clock).call(short).authentication


def test_nothing_is_called_once_looking_up_has_taken_all_of_the_time():
    clock, inner = SkipClock(), Inner()

    class Slow(Backend):
        def get(self, *given, **more):
            clock.sleep(CALL.budget_seconds)
            return super().get(*given, **more)

    outcome = resolving(inner, Slow("b", {"KEY": "hush-hush"}), clock=clock).call(CALL)
    assert (outcome.error, outcome.definite, outcome.retryable) == ("Automate.SecretsUnavailable", True, True)
    assert inner.calls == []


def test_what_a_broken_tasks_raises_does_not_travel_on(caplog):
    def broken(call):
        raise RuntimeError(f"boom {call.secrets['KEY']}")

    caplog.set_level(logging.CRITICAL)
    outcome = resolving(Inner(broken), Backend("b", {"KEY": "hush-hush"})).call(CALL)
    assert outcome == TaskFailed("Automate.TaskError", "RuntimeError in the task port", definite=False)


def test_the_policy_is_the_inner_one_s():
    assert resolving(Inner()).policy("r") == TaskPolicy(problem="no r")


def granted_to(*grants):
    backend = Backend("b", {"KEY": "hush-hush"})
    backend.granted = tuple(SecretGrant(*grant) for grant in grants)
    return backend


@pytest.mark.parametrize("grants", [(), [("other",)], [(CALL.workflow, "other")]])
def test_a_secret_that_is_not_granted_is_not_handed_over(grants):
    inner, connector = Inner(), user_of(CALL.resource)
    outcome = resolving(inner, granted_to(*grants)).call(CALL)
    assert (outcome.error, outcome.definite, outcome.retryable) == ("Automate.SecretNotGranted", True, False)
    advice = f"automate secrets grant KEY --workflow {CALL.workflow} --connector {connector}"
    assert advice in outcome.cause
    assert "hush" not in outcome.cause
    assert inner.calls == []


def test_the_hosts_of_its_grants_go_with_the_call():
    connector = user_of(CALL.resource)
    inner = Inner(TaskSucceeded(1), TaskSucceeded(1))
    backend = granted_to((CALL.workflow, connector, "a.example"), (CALL.workflow, "*", "b.example"), ("x", "*", "c"))
    resolving(inner, backend).call(CALL)
    backend.granted = (*backend.granted, SecretGrant("*", connector))
    resolving(inner, backend).call(CALL)
    assert [call.hosts for call in inner.calls] == [(("a.example", "b.example"),), ()]


def test_of_two_secrets_each_must_be_granted_and_each_limits_the_hosts():
    call = dataclasses.replace(CALL, secret_refs=(("/a", "KEY"), ("/b", "FREE")))
    first, second = granted_to(("*", "*", "a.example")), Backend("c", {"FREE": "a-free-value"})
    inner = Inner(TaskSucceeded(1))
    resolving(inner, first, second).call(call)
    assert inner.calls[0].hosts == (("a.example",),)
    second.granted = ()
    assert resolving(inner, first, second).call(call).error == "Automate.SecretNotGranted"


def test_the_second_call_reaches_what_the_grants_allow_by_then():
    backend = Backend("b", {"KEY": "the-old-one"}, fresh={"KEY": "the-new-one"})
    backend.granted = (SecretGrant("*", "*", "a.example"),)

    def refused(_call):
        backend.granted = (SecretGrant("*", "*", "b.example"),)
        return REFUSED

    inner = Inner(refused, TaskSucceeded(1))
    resolving(inner, backend).call(CALL)
    assert [call.hosts for call in inner.calls] == [(("a.example",),), (("b.example",),)]


def test_who_asks_again_after_a_rotation_asks_for_the_grants_too():
    backend = Backend("b", {"KEY": "the-old-one"}, fresh={"KEY": "the-new-one"})
    backend.granted = (SecretGrant("*"),)

    def refused(call):
        backend.granted = ()
        return TaskFailed("E", authentication=True)

    inner = Inner(refused)
    assert resolving(inner, backend).call(CALL).error == "E"
    assert len(inner.calls) == 1


def test_an_answer_is_scrubbed_of_a_connections_secrets_and_not_of_its_addresses():
    kept = Connection(
        CODE, token_url="https://id.example.com/token", client_id="automate-client", client_secret="canary-client",
        tokens=Tokens("canary-access", 1.0, refresh="canary-refresh"),
    )
    masks = AnswerMasks([Backend("store", {"connection.sales": kept.as_text(), "KEY": "canary-key"})])
    scrubber = masks.scrubber("default", ["connection.sales", "KEY"])
    left = "https://id.example.com/token automate-client oauth2_authorization_code"
    assert scrubber.text(left) == left
    assert scrubber.text("canary-client canary-access canary-refresh canary-key") == " ".join([MASK] * 4)


def test_a_connection_that_gives_no_access_fails_the_call_before_it_is_made():
    failed = ConnectionFailed("the service said no", advice="Connect once more")
    inner = Inner(TaskSucceeded(1))
    outcome = SecretResolving(inner, [Backend("store", {"KEY": failed})], SkipClock()).call(CALL)
    assert (outcome.error, outcome.definite, outcome.retryable) == ("Automate.ConnectionFailed", True, False)
    assert outcome.cause == 'secret "KEY": the service said no. Connect once more'
    assert len(inner.outcomes) == 1
