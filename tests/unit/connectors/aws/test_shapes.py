import datetime as dt

import pytest

from connectors.aws.dialects import OPTIMISED, Sdk
from connectors.aws.shapes import Misfit, iso_time, parameters, result
from engine.adapters.aws.service_models import service_model

SDK = Sdk("X")


def shape_of(service, operation):
    return service_model(service).operation_model(operation).input_shape


def test_null_is_as_if_absent():
    given = {"TableName": "t", "Key": {"id": {"S": "1"}, "gone": None}, "ReturnValues": None}
    assert parameters(shape_of("dynamodb", "DeleteItem"), given, SDK) == {"TableName": "t", "Key": {"id": {"S": "1"}}}


@pytest.mark.parametrize(("member", "given", "taken"), [
    ("MessageBody", {"a": [1]}, '{"a":[1]}'),
    ("MessageBody", 1.5, "1.5"),
    ("MessageBody", True, "true"),
    ("DelaySeconds", "5", 5),
    ("DelaySeconds", 5.0, 5),
    ("DelaySeconds", "12345678901234567890", 12345678901234567890),
])
def test_scalars_are_made_to_fit(member, given, taken):
    assert parameters(shape_of("sqs", "SendMessage"), {member: given}, SDK) == {member: taken}


@pytest.mark.parametrize("given", ["five", 5.5, True, [5], {"a": 5}, float("nan"), float("inf")])
def test_what_does_not_fit_is_named(given):
    with pytest.raises(Misfit) as caught:
        parameters(shape_of("sqs", "SendMessage"), {"DelaySeconds": given}, SDK)
    assert caught.value.problems == ["The value of the field 'DelaySeconds' has an invalid format"]


def test_a_place_inside_is_named():
    given = {"Entries": [{"Sourcce": "x"}]}
    with pytest.raises(Misfit) as caught:
        parameters(shape_of("events", "PutEvents"), given, SDK)
    assert caught.value.problems == ["The field 'Entries[0].Sourcce' is not supported by Step Functions"]


@pytest.mark.parametrize("given", [[], "text", None, 3])
def test_arguments_are_an_object(given):
    with pytest.raises(Misfit):
        parameters(shape_of("sqs", "SendMessage"), given, SDK)


@pytest.mark.parametrize("given", [
    "2026-01-02T03:04:05Z", "2026-01-02T04:04:05+01:00", "2026-01-02T03:04:05", 1767323045,
])
def test_times_are_iso_text_or_seconds(given):
    taken = parameters(shape_of("cloudwatch", "GetMetricStatistics"), {"StartTime": given}, SDK)
    assert taken["StartTime"] == dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)


@pytest.mark.parametrize(("micros", "text"), [(0, "05Z"), (120_000, "05.120Z"), (123_456, "05.123456Z")])
def test_times_are_printed_as_java_prints_an_instant(micros, text):
    moment = dt.datetime(2026, 1, 2, 4, 4, 5, micros, tzinfo=dt.timezone(dt.timedelta(hours=1)))
    assert iso_time(moment) == f"2026-01-02T03:04:{text}"


def test_both_dialects_name_one_response():
    output = service_model("sqs").operation_model("SendMessage").output_shape
    response = {"MD5OfMessageBody": "m", "MessageId": "i", "ResponseMetadata": {}, "SequenceNumber": None}
    assert result(output, response, SDK) == {"Md5OfMessageBody": "m", "MessageId": "i"}
    assert result(output, response, OPTIMISED["sqs"]) == {"MD5OfMessageBody": "m", "MessageId": "i"}


def test_the_apis_own_spelling_is_understood_too():
    assert parameters(shape_of("rds", "DescribeDBInstances"), {"DBInstanceIdentifier": "x"}, SDK) == {
        "DBInstanceIdentifier": "x"
    }


def test_half_a_surrogate_pair_comes_as_the_replacement_character():
    output = service_model("sqs").operation_model("GetQueueAttributes").output_shape
    assert result(output, {"Attributes": {"a\ud83d": "b\udc00ä"}}, SDK) == {"Attributes": {"a\ufffd": "b\ufffdä"}}


def test_numbers_that_json_does_not_have_come_as_text():
    output = service_model("cloudwatch").operation_model("GetMetricData").output_shape
    shown = result(output, {"MetricDataResults": [{"Values": [float("nan"), 1.5]}]}, SDK)
    assert shown == {"MetricDataResults": [{"Values": ["NaN", 1.5]}]}
