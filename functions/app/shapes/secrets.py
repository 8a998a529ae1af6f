"""What the routes of secrets take and give."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from functions.app.shapes.base import Given, Taken, Time


class SecretRequest(Taken):
    """A secret's value. It is never shown again."""

    value: str = Field(min_length=1, repr=False)
    allow_short: bool = Field(
        False, description="Take a value of fewer than 8 characters, which masking cannot tell from ordinary text."
    )


class RotateRequest(Taken):
    """Another value, or which of those that are kept is to be the current one."""

    value: str = Field("", repr=False, description="Of `whole` and `pending`: the new value.")
    step: Literal["whole", "pending", "current", "back"] = Field(
        "whole", description="whole: the value is the current one at once; pending: it is kept, and nobody gets it; "
        "current: the pending one becomes the current one; back: the one of before does."
    )
    test_url: str = Field("", description="An address that a GET with the new value must reach, or nothing changes.")
    test_as: str = Field(
        "bearer", pattern=r"^(bearer|(basic|header|query):.+)$",
        description="How the test sends it: bearer, basic:USER, header:NAME or query:NAME.",
    )
    allow_short: bool = Field(
        False, description="Take a value of fewer than 8 characters, which masking cannot tell from ordinary text."
    )


class DeleteSecretQuery(Taken):
    """Whether it is deleted although it is used."""

    force: bool = Field(False, description="Delete it although workflows name it.")


class SecretGrant(Given):
    """That a workflow may hand the secret to a connector, for calls to a host; * is any of them."""

    workflow: str
    connector: str
    host: str


class GrantRequest(Taken):
    """Who may use a secret. * is any workflow, connector or host."""

    workflow: str = Field(min_length=1, max_length=80, description="The workflow's name.")
    connector: str = Field(
        "*", min_length=1, max_length=200,
        description="The connector's code; aws:SERVICE for an AWS service; trigger:webhook for the auth of a webhook.",
    )
    host: str = Field("*", min_length=1, max_length=255, description="The host; *.example.org is every name below it.")


class RevokeQuery(Taken):
    """Which grant is taken: the one with these words, or with `all` each of them."""

    workflow: str = ""
    connector: str = "*"
    host: str = "*"
    all: bool = Field(False, description="Take every grant; nobody may use the secret then.")


class Secret(Given):
    """What may be shown of a secret: never its value."""

    key: str
    backend: str
    updated_at: Time
    updated_by: str | None
    grants: list[SecretGrant] | None = Field(
        description="Who may use it; null for one of before grants were kept, which everybody may use."
    )
    previous_until: Time = Field(
        None, description="Until then the value of before is kept; null on AWS, where it is until another follows."
    )
    shadowed_by: str | None = Field(
        description="The backend that is asked before this one and has the key as well: its value is what runs."
    )
    setting: str | None = Field(description="The setting that names it: the product itself uses it.")


class SecretUse(Given):
    """A workflow that names the secret: its active version, or its draft."""

    workflow: str
    version: int | Literal["draft"]
    states: list[str]
    webhooks: list[str] = Field(description="The paths of its webhooks that it proves the senders of.")
    alerts: list[str] = Field(description="Its alerts that are sent with it.")


class SecretWithUse(Secret):
    """A secret and who uses it. `writable` says whether it can be rotated and deleted here."""

    writable: bool
    used_by: list[SecretUse]


class SecretNeeded(Given):
    """A secret that workflows name and no backend has."""

    key: str
    used_by: list[SecretUse]


class SecretList(Given):
    """All secrets, by backend in the order in which they are asked."""

    secrets: list[SecretWithUse]
    missing: list[SecretNeeded] = Field(description="Those that workflows name and that are nowhere.")


class SecretUsed(Given):
    """A place that names the secret: a state, a webhook (by its path) or an alert, of an active version or a draft."""

    workflow: str
    version: int | Literal["draft"]
    kind: Literal["state", "trigger", "alert"]
    name: str
    connector: str
    host: str = Field(description="The host that is written out there; * where an expression makes it.")
    granted: bool


class SecretUsage(Given):
    """Who names a secret, and who may use it."""

    key: str
    backend: str | None = Field(description="The backend that answers for it; null where none has it.")
    grants: list[SecretGrant] | None
    uses: list[SecretUsed]


class GrantNeeded(Given):
    """A grant that publishing waits for. `backend` has the secret: one of the environment is granted in a setting."""

    key: str
    backend: str
    workflow: str
    connector: str
    host: str


class ConnectionRequest(Taken):
    """A connection as a whole: what is left out is not taken over from one of before. Secrets are never shown again."""

    kind: Literal["api_key", "bearer", "basic", "oauth2_client_credentials", "oauth2_authorization_code"]
    secret: str = Field("", repr=False, description="api_key, bearer, basic: the key, the token, the password.")
    user: str = Field("", description="basic: the user.")
    header: str = Field("", description="api_key: the header that `http` sends it in.")
    query: str = Field("", description="api_key: the parameter that `http` sends it in.")
    token_url: str = Field("", description="OAuth2: the token endpoint.")
    client_id: str = Field("", description="OAuth2: how the service calls this client.")
    client_secret: str = Field("", repr=False, description="OAuth2: the client's secret.")
    client_auth: Literal["basic", "body"] = Field(
        "basic", description="OAuth2: whether the client's secret is sent in the header Authorization or in the form."
    )
    scopes: list[str] = Field(default_factory=list, max_length=100, description="OAuth2: what is asked for.")
    parameters: dict[str, str] = Field(
        default_factory=dict, description="OAuth2: more that the token endpoint wants, such as audience."
    )
    issuer: str = Field(
        "", description="OAuth2: whose metadata (RFC 8414) says the addresses; only its answers count."
    )
    authorize_url: str = Field("", description="oauth2_authorization_code: the page where a person says yes.")
    authorize_parameters: dict[str, str] = Field(
        default_factory=dict, description="oauth2_authorization_code: what that page wants besides, as access_type."
    )
    test_url: str = Field("", description="An address that a GET with the connection must reach.")
    untested: bool = Field(False, description="Keep it although nothing says how it could be tested.")
    allow_short: bool = Field(
        False, description="Take a secret of fewer than 8 characters, which masking cannot tell from ordinary text."
    )


class Connection(Given):
    """What may be shown of a connection: no secret, and no token."""

    name: str
    key: str = Field(description="The key of its secret: what a step names, and what is granted.")
    kind: str
    user: str
    token_url: str
    client_id: str
    scopes: list[str]
    issuer: str
    authorize_url: str
    connected: bool = Field(description="Whether it can be used: a person has said yes, where one has to.")
    test_url: str
    tested_at: Time = Field(description="When it was tested before it was saved; null where it was not.")
    expires_at: Time = Field(description="OAuth2: when the access token that is kept ends; a new one is got before.")
    updated_at: Time
    updated_by: str | None
    grants: list[SecretGrant] | None
    used_by: list[SecretUse]


class ConnectionList(Given):
    """The connections of a workspace, by name."""

    connections: list[Connection]


class TestedConnection(Given):
    """A connection that works."""

    name: str
    asked: list[str] = Field(description="The addresses that were asked.")


class ConnectRequest(Taken):
    """Where the service's page leads back to: the Studio's page /studio/connections/connected."""

    redirect_uri: str = Field(description="As the service knows it. A service refuses one that it does not know.")


class ConnectPage(Given):
    """The service's page where a person says yes."""

    url: str
    ends_at: Time = Field(description="Until when the answer counts.")


class ConnectAnswer(Taken):
    """What the service's page left in the address that it led to."""

    state: str = Field(min_length=1, max_length=1000, repr=False)
    code: str = Field("", max_length=10_000, repr=False)
    iss: str = Field("", max_length=2000, description="RFC 9207: who answered.")
    error: str = Field("", max_length=1000)
    error_description: str = Field("", max_length=5000)
