"""A value that will not do stops a deployment before anything is changed, and says what would."""

import re

import pytest

from engine.errors import InvalidDocument
from functions.tunables import LOG_RETENTION, Tunables, refuse_misspelt


@pytest.mark.parametrize(("name", "value", "would_do"), [
    ("log_retention_days", "45", "one of 1, 3, 5"), ("log_level", "LOUD", "DEBUG"), ("python", "banana", "3.13"),
    ("copilot_provider", "clippy", "bedrock"), ("alarm_topic_arn", "ops", "the topic's ARN"),
    ("table", "orders table", "the table's name"), ("bucket", "B@D", "the bucket's name"),
    ("user_pool_id", "abc", "the pool's id"), ("architecture", "x86", "arm64"),
])
def test_a_text_that_a_service_would_refuse_later_is_refused_now(name, value, would_do):
    with pytest.raises(InvalidDocument, match=re.escape(f"{name}={value} will not do")) as refused:
        Tunables.from_context({name: value}.get)
    assert would_do in refused.value.advice


def test_a_key_is_named_by_its_arn():
    adopted = {
        "table": "orders", "table_stream": "arn:aws:dynamodb:us-east-1:123456789012:table/orders/stream/2026",
        "bucket": "payloads",
    }
    with pytest.raises(InvalidDocument, match="key_arn=alias/mine"):
        Tunables.from_context({**adopted, "key_arn": "alias/mine"}.get)
    china = "arn:aws-cn:kms:cn-north-1:123456789012:key/mrk-0a1b"
    assert Tunables.from_context({**adopted, "key_arn": china}.get).key_arn == china


@pytest.mark.parametrize("alone", [
    {"table": "orders"}, {"table_stream": "arn:aws:dynamodb:us-east-1:123456789012:table/orders/stream/2026"},
])
def test_a_table_of_before_comes_with_its_stream(alone):
    with pytest.raises(InvalidDocument, match="comes with its stream"):
        Tunables.from_context(alone.get)


def test_a_provider_needs_its_model():
    with pytest.raises(InvalidDocument, match="needs a model"):
        Tunables.from_context({"copilot_provider": "bedrock"}.get)


def test_logs_are_kept_for_as_long_as_cloudwatch_can():
    """The days are those of PutRetentionPolicy in botocore's model, whose text lists them."""
    session = pytest.importorskip("botocore.session").get_session()
    shape = session.get_service_model("logs").operation_model("PutRetentionPolicy").input_shape
    text = re.sub(r"<[^>]*>", "", shape.members["retentionInDays"].documentation)
    days = [int(number) for number in re.findall(r"\d+", text.partition("Possible values are:")[2].partition(".")[0])]
    assert days == list(LOG_RETENTION)
    assert Tunables.from_context({"log_retention_days": "3653"}.get).log_retention_days == 3653


@pytest.mark.parametrize(("misspelt", "meant"), [
    ("max_concurency", "max_concurrency"), ("protected", "protect"), ("alarm_mail", "alarm_email"),
    ("log-level", "log_level"),
])
def test_a_setting_that_is_misspelt_is_not_ignored(misspelt, meant):
    with pytest.raises(InvalidDocument, match=f"no setting {misspelt}") as refused:
        refuse_misspelt(["stage", misspelt])
    assert meant in refused.value.advice


def test_what_the_cdk_itself_keeps_in_the_context_is_let_be():
    refuse_misspelt([
        "aws:cdk:enable-path-metadata", "@aws-cdk/core:stackRelativeExports", "aws:cdk:bundling-stacks",
        "cli-telemetry", "availability-zones:account=1:region=eu-west-1", "tooling", "owner", "stage", "table",
    ])


def test_what_a_stage_hears_is_read_and_a_misspelt_entry_refused():
    assert Tunables.from_context({"hears": "bus:default,bucket:uploads"}.get).heard.buckets == ("uploads",)
    with pytest.raises(InvalidDocument, match="queue:jobs will not do") as refused:
        Tunables.from_context({"hears": "queue:jobs"}.get)
    assert refused.value.where == "-c hears=…"


TOPIC = "arn:aws:sns:eu-central-1:111122223333:failures"


def test_whom_alerts_of_a_stage_tell():
    topics = {"alert_topics": f"{TOPIC}, {TOPIC}.fifo", "alert_topic": TOPIC}
    given = {"hears": "ends", "alert_workflow": "notify", **topics}
    made = Tunables.from_context(given.get)
    assert made.told_topics == (TOPIC, f"{TOPIC}.fifo")
    assert made.alert_settings == {
        "AUTOMATE_ALERT_WORKFLOW": "notify", "AUTOMATE_ALERT_TOPIC": TOPIC,
        "AUTOMATE_ALERT_TOPICS": f"{TOPIC},{TOPIC}.fifo",
    }
    assert Tunables().alert_settings == {}


@pytest.mark.parametrize(("given", "said"), [
    ({"alert_topic": TOPIC}, "alert_topic needs ends in hears"), ({"alert_workflow": "w"}, "needs ends in hears"),
    ({"alert_topics": TOPIC, "hears": "bus:default"}, "alert_topics needs ends"),
    ({"alert_topics": "failures", "hears": "ends"}, "will not do|topics' ARNs"),
    ({"alert_topics": ",".join([TOPIC] * 30), "hears": "ends"}, "will not do|at most 800"),
    ({"alert_webhook": "ftp://x", "hears": "ends"}, "an address"),
    ({"status_events_bus": "shop", "hears": "bus:shop"}, "hear its own status events on the bus shop"),
    ({"status_events_bus": "a bus"}, "the name of an event bus"),
])
def test_alerts_that_would_not_do_stop_a_deployment(given, said):
    with pytest.raises(InvalidDocument) as refused:
        Tunables.from_context(given.get)
    assert re.search(said, f"{refused.value.message} {refused.value.advice}")
