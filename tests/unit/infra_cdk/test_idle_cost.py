"""What docs/costs.md counts of an idle stage is what its templates have."""

from collections import Counter

import pytest

from tools.cost import idle


@pytest.mark.full
def test_the_idle_count_is_that_of_the_templates(templates):
    found = [resource for template in templates.values() for resource in template.to_json()["Resources"].values()]
    kinds = Counter(  # a stream is polled for nothing
        resource["Type"] for resource in found if "StartingPosition" not in resource.get("Properties", {})
    )
    table = idle.table()
    assert {name: table[name] for name in idle.COUNTED.values()} == {
        name: kinds[kind] for kind, name in idle.COUNTED.items()
    }, "run: python -m tools.cost.idle, then python -m tools.cost.pages"


@pytest.mark.full
def test_each_alarm_watches_one_metric(templates):
    """One that reckons with several is billed for each."""
    alarms = templates["observability"].find_resources("AWS::CloudWatch::Alarm").values()
    assert [alarm for alarm in alarms if "Metrics" in alarm["Properties"]] == []


@pytest.mark.full
def test_the_gateway_sends_no_metrics_of_single_methods(templates):
    """They are billed as custom metrics, for each of 73 methods. Those of the API and of its stage, which the alarm,
    the dashboard and `tune` read, come without ("Amazon API Gateway dimensions and metrics")."""
    [stage] = templates["api"].find_resources("AWS::ApiGateway::Stage").values()
    assert {each["MetricsEnabled"] for each in stage["Properties"]["MethodSettings"]} == {False}
