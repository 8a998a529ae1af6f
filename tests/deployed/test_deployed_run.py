"""`cdk deploy`, then one workflow through the deployed API, queue, worker and table."""

from functions.cli.client.client import Client
from functions.cli.client.over_http import OverHttp

DOCUMENT = {
    "name": "deployed",
    "definition": {
        "QueryLanguage": "JSONata",
        "StartAt": "Log",
        "States": {
            "Log": {
                "Type": "Task", "Resource": "connector:log:write", "Arguments": {"message": "on AWS"}, "Next": "Rest",
            },
            "Rest": {"Type": "Wait", "Seconds": 1, "Next": "Done"},
            "Done": {"Type": "Pass", "Output": {"doubled": "{% $states.context.Execution.Input.n * 2 %}"}, "End": True},
        },
    },
}


def test_only_who_signed_in_gets_to_the_api(stage):
    assert stage.ask("GET", "/health", signed_in=False) == (200, {"product": "automate", "status": "ok"})
    status, _ = stage.ask("GET", "/workflows", signed_in=False)
    assert status == 401


def test_a_published_workflow_runs(stage):
    imported = stage.answer("POST", "/workflows/import", {"document": DOCUMENT, "publish": True})
    assert imported["version"]["published_by"] == "ana@example.com"
    ended = stage.ended(stage.start("deployed", {"n": 21}))
    assert (ended["status"], ended["output"]) == ("SUCCEEDED", {"doubled": 42})


def test_an_input_and_an_answer_of_seven_megabytes_go_by_addresses_of_the_bucket(stage):
    """Lambda carries 6 MB. The emulator does not say so; the addresses and what they lead to are the real ones."""
    stage.answer("POST", "/workflows/import", {"document": DOCUMENT, "publish": True})
    client = Client(OverHttp(stage.api_url, lambda: stage.token))
    given = {"n": 4, "text": "x" * 7_000_000}
    client.post("/workflows/deployed/executions", {"input": given, "name": "large"})
    assert stage.ended("/executions/deployed%3Alarge")["output"] == {"doubled": 8}
    assert client.get("/executions/deployed%3Alarge/payload", part="input") == given
    status, place = stage.ask("GET", "/executions/deployed%3Alarge/payload?part=input")
    assert (status, place["$too_large"]["expires_in"]) == (200, 300)


def test_every_route_of_the_api_is_deployed(stage):
    """What API Gateway lets through is the app's own table of routes, and its doors for IAM roles and named tokens."""
    from functions.app.table import every_route  # noqa: PLC0415

    gateway = stage.emulator.client("apigateway")
    rest_api = stage.output("api", "ApiUrl").split("//")[1].split(".")[0]
    pages = gateway.get_paginator("get_resources").paginate(restApiId=rest_api)
    deployed = {
        (method, resource["path"]) for page in pages for resource in page["items"]
        for method in resource.get("resourceMethods", {})
    }
    by_iam = {(route.method, f"/iam{route.path}") for route in every_route() if route.by_iam}
    assert deployed == {(route.method, route.path) for route in every_route()} | by_iam | {("ANY", "/token/{proxy+}")}
