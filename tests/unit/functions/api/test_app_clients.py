"""Whose ID tokens a stage takes: those of its own app clients, whatever else signs in with the same user pool."""

from __future__ import annotations

import dataclasses

import pytest
from botocore.exceptions import ClientError

from engine.adapters.aws.access.parameter import StageParameter
from engine.errors import StoreUnavailable
from functions.api.app_clients import AppClients
from functions.api.callers import Callers
from functions.app.acts import Recorder
from functions.app.table import every_route

OWN, STUDIO, OTHER = "4cli", "5studio", "6other"


class Parameters:
    """Systems Manager with the Studio's client, or what it fails with."""

    def __init__(self, found=STUDIO):
        self.found, self.asked = found, 0

    def get_parameter(self, **asked):
        self.asked += 1
        assert asked["Name"] == "/automate-prod/studio-client"
        if self.found in ("ParameterNotFound", "ThrottlingException", "AccessDeniedException"):
            raise ClientError({"Error": {"Code": self.found, "Message": ""}}, "GetParameter")
        return {"Parameter": {"Value": self.found}}


class Stage:
    def __init__(self, api, found=STUDIO):
        self.api, self.parameters = api, Parameters(found)
        studio = StageParameter(lambda: self.parameters, "/automate-prod/studio-client", api.clock)
        clients = AppClients(OWN, studio.get, Recorder(api.services.audit, api.clock), api.clock, "default")
        callers = Callers(
            "prod", "default", proof="", without_group=None, tokens=None, roles=None, clients=clients
        )
        self.of_request, self.usual = callers.of_request, api.services

    def ask(self, client, method="GET", path="/me", body=None):
        claims = {"sub": "sub-1", "email": "ada@example.com", "email_verified": "true", "token_use": "id",
                  "cognito:groups": "automate-prod-admin"} | ({} if client is None else {"aud": client})
        context = {"authorizer": {"claims": claims}, "identity": {"sourceIp": "192.0.2.1"}}
        self.api.services = dataclasses.replace(
            self.usual, caller_of=lambda _context, headers: self.of_request(context, headers)
        )
        reply = self.api(method, path, body)
        self.api.services = self.usual
        return reply

    def entries(self):
        return self.api("GET", "/audit?act=request.refused&limit=100").json["entries"]


def test_the_stages_own_clients_are_taken_and_the_command_lines_costs_no_call(api):
    stage = Stage(api)
    assert stage.ask(OWN).json["roles"] == ["admin"]
    assert stage.parameters.asked == 0
    assert [stage.ask(STUDIO).status for _ in range(3)] == [200] * 3
    assert stage.parameters.asked == 1


@pytest.mark.parametrize("client", [OTHER, "", None, f"{OWN},{STUDIO}", OWN.upper(), f"{OWN} "])
def test_another_applications_is_refused_at_every_route_and_recorded_sparingly(api, client):
    stage = Stage(api)
    for route in every_route():
        path = route.path.replace("{", "").replace("}", "")
        reply = stage.ask(client, route.method, path, None if route.method == "GET" else {"nothing": 1})
        assert (reply.status, reply.error["code"]) == (403, "ForeignClient"), route.name
    entries = stage.entries()
    assert len(entries) == 20
    assert (entries[0]["actor"], entries[0]["details"]["code"]) == ("ada@example.com", "ForeignClient")
    assert f"the app client {client or 'unknown'}" in entries[0]["reason"]


@pytest.mark.parametrize("found", ["ParameterNotFound", ""])
def test_before_the_studio_has_a_client_the_command_lines_alone_counts(api, found):
    stage = Stage(api, found)
    assert [stage.ask(client).status for client in (OWN, STUDIO, "")] == [200, 403, 403]


def test_a_new_client_of_the_studio_counts_within_a_minute(api):
    stage = Stage(api, "ParameterNotFound")
    assert stage.ask(STUDIO).status == 403
    stage.parameters.found = STUDIO
    assert stage.ask(STUDIO).status == 403
    api.clock.sleep(60)
    assert stage.ask(STUDIO).status == 200


@pytest.mark.parametrize("code", ["ThrottlingException", "AccessDeniedException"])
def test_where_it_cannot_be_told_nobody_is_let_in_and_nothing_is_remembered(api, code):
    stage = Stage(api, code)
    assert stage.ask(STUDIO).status == 503
    assert stage.entries() == []
    stage.parameters.found = STUDIO
    assert stage.ask(STUDIO).status == 200


def test_a_request_without_a_sign_in_is_not_asked_for_a_client(api):
    clients = AppClients(OWN, str, Recorder(api.services.audit, api.clock), api.clock, "default")
    callers = Callers("prod", "default", proof="", without_group=None, tokens=None, roles=None, clients=clients)
    assert callers.of_request({"identity": {"sourceIp": "192.0.2.1"}}, {}).actor.name == "anonymous"


def test_a_parameter_that_cannot_be_read_is_a_storage_error(api):
    with pytest.raises(StoreUnavailable, match="AccessDeniedException"):
        StageParameter(
            lambda: Parameters("AccessDeniedException"), "/automate-prod/studio-client", api.clock
        ).get()
