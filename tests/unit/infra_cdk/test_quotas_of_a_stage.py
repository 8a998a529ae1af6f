"""What docs/quotas.md says of a stage's API stands in its templates."""

import pytest


@pytest.mark.full
def test_the_api_is_throttled_and_ends_in_time(templates):
    (stage,) = templates["api"].find_resources("AWS::ApiGateway::Stage").values()
    settings = [item for item in stage["Properties"]["MethodSettings"] if "ThrottlingRateLimit" in item]
    assert [(item["ThrottlingRateLimit"], item["ThrottlingBurstLimit"]) for item in settings] == [(50, 100)]
    (function,) = templates["api"].find_resources("AWS::Lambda::Function").values()
    assert function["Properties"]["Timeout"] == 29
