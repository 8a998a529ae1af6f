"""No choice of a deployment is locked in by another stack (stage_updates has CloudFormation's rules)."""

import itertools

import pytest

pytestmark = pytest.mark.full


@pytest.fixture(scope="module")
def updates():
    pytest.importorskip("aws_cdk", reason="the [infra] extra is not installed: make test-full")
    from tests.support import stage_updates  # noqa: PLC0415 - only where it is installed

    return stage_updates


CHOICES = {
    "defaults": {},
    "no cdn": {"cdn": "false"},
    "thrown away": {"protect": "false"},
    "a restored table": {
        "table": "automate-test-restored",
        "table_stream": "arn:aws:dynamodb:us-east-1:123456789012:table/automate-test-restored/stream/2026",
    },
    "all of before": {
        "table": "t-1", "table_stream": "arn:aws:dynamodb:us-east-1:123456789012:table/t-1/stream/2026",
        "bucket": "b-1", "key_arn": "arn:aws:kms:us-east-1:123456789012:key/k-1",
        "user_pool_id": "us-east-1_abc",
        "token_root": "arn:aws:secretsmanager:us-east-1:123456789012:secret:TokenRoot-AbCdEf",
    },
    "hears": {"hears": "bus:default,bus:shop"},
    "a topic": {"alarm_topic_arn": "arn:aws:sns:us-east-1:123456789012:ops"},
    "traced, a model": {"tracing": "true", "copilot_provider": "bedrock", "copilot_model": "acme.model-v1:0"},
}


@pytest.fixture(scope="module")
def stages(updates):
    return {name: updates.synthesise(**context) for name, context in CHOICES.items()}


@pytest.mark.parametrize(("first", "then"), list(itertools.permutations(CHOICES, 2)))
def test_a_choice_can_change_on_a_live_stage(updates, stages, first, then):
    account = updates.Account()
    assert account.deploy(stages[first]) == []
    assert account.deploy(stages[then]) == []
    assert account.destroy(stages[then]) == []


def test_a_stage_of_the_release_before_is_upgraded(updates, stages, monkeypatch):
    """It imports exports: they stay for one release."""
    from infra_cdk import app  # noqa: PLC0415

    with monkeypatch.context() as before:
        before.setattr(app, "REFERENCES", (app.REFERENCES[0], "strong"))
        old, old_without = updates.synthesise(), updates.synthesise(cdn="false")
    account = updates.Account()
    assert account.deploy(old) == []
    assert account.deploy(stages["defaults"]) == []
    assert account.deploy(stages["no cdn"]) == []

    account = updates.Account()  # and the rules are ones that the release before did not keep
    account.deploy(old)
    assert [fault for fault in account.deploy(old_without) if "in use by automate-test-observability" in fault]


@pytest.mark.parametrize("choice", CHOICES)
def test_synthesis_warns_of_nothing(updates, choice):
    assert updates.warnings(**CHOICES[choice]) == []
