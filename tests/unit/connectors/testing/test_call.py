import pytest

from connectors import ActionSpec, ConnectorAdapter, ConnectorError
from connectors.testing import CallFailed, call


class Echo(ConnectorAdapter):
    code = "echo"
    name = "Echo"
    actions = {"say": ActionSpec(inputs={"what": {"required": True}})}  # noqa: RUF012

    def execute(self, action, params, context):
        if params["what"] == "fail":
            raise ConnectorError(f"no: {context['secrets']['KEY']}", retryable=True)
        secrets = sorted(context["secrets"])
        return {"said": params["what"], "secrets": secrets, "token": context.get("task_token")}


def test_references_in_params_resolve_and_the_output_is_scrubbed():
    output = call(Echo, "say", {"what": [{"x": {"$secret": "KEY"}}]}, secrets={"KEY": "hush-hush", "MORE": "m-value"})
    assert output == {"said": [{"x": "********"}], "secrets": ["KEY", "MORE"], "token": None}


def test_a_failure_is_raised_as_a_retrier_would_see_it():
    with pytest.raises(CallFailed) as caught:
        call(Echo, "say", {"what": "fail"}, secrets={"KEY": "hush-hush"})
    failure = caught.value
    assert (failure.error, failure.definite, failure.retryable) == ("echo.ConnectorError", True, True)
    assert "no: ********" in failure.cause
    assert "hush" not in str(failure)


def test_the_same_checks_as_in_production():
    with pytest.raises(CallFailed, match=r"echo\.InvalidInput: .*/what: is required"):
        call(Echo, "say", {})
    with pytest.raises(CallFailed, match="must be an object"):
        call(Echo, "say", [1])
    with pytest.raises(CallFailed, match="has no action shout"):
        call(Echo, "shout", {})
    with pytest.raises(CallFailed, match="SecretNotFound"):
        call(Echo, "say", {"what": {"$secret": "ABSENT"}})


def test_a_task_token_is_handed_over():
    assert call(Echo, "say", {"what": 1}, task_token="t")["token"] == "t"
