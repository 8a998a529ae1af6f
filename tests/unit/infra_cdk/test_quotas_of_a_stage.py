"""What docs/quotas.md says of a stage's API stands in its templates."""

import pytest


@pytest.mark.full
def test_the_api_is_throttled_and_ends_in_time(templates):
    (stage,) = templates["api"].find_resources("AWS::ApiGateway::Stage").values()
    settings = [item for item in stage["Properties"]["MethodSettings"] if "ThrottlingRateLimit" in item]
    throttles = {item["ResourcePath"]: (item["ThrottlingRateLimit"], item["ThrottlingBurstLimit"]) for item in settings}
    assert throttles.pop("/*") == (50, 100)
    assert set(throttles.values()) == {(20, 40)}, "webhooks and forms, which need no sign-in"
    (function,) = templates["api"].find_resources("AWS::Lambda::Function").values()
    assert function["Properties"]["Timeout"] == 29
