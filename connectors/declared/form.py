"""The form of a connector file, as pydantic models: the one place that says what may stand in one.

``python -m connectors.declared.schema`` writes it as docs/connector.schema.json.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from connectors.sdk import Field as SdkField
from connectors.sdk import Meaning, RateLimit

Method = Literal["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]
Place = Literal["path", "query", "header", "cookie", "field", "body"]
Style = Literal["form", "simple", "label", "matrix", "spaceDelimited", "pipeDelimited", "deepObject"]

NAME = r"^[A-Za-z][A-Za-z0-9_-]{0,63}$"
VARIABLE = re.compile(r"\{([^{}]*)\}")
WORD = re.compile(r"[A-Za-z0-9._-]+")
"""What a variable of an address may be that has no enum."""

READING = frozenset({"GET", "HEAD", "OPTIONS"})
TOKEN = r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"  # RFC 9110: a field name  # noqa: S105
OURS = frozenset({"host", "content-length", "transfer-encoding", "connection"})
"""Headers that follow from the address and the body."""


def _header(name: str) -> str:
    if name.lower() in OURS:
        raise ValueError(f"the header {name} follows from the address and the body; it cannot be given")
    return name


def _pointer(text: str) -> str:
    if text and not text.startswith("/"):
        raise ValueError(f"{text!r} is no JSON pointer; write /{text.replace('.', '/')}")
    return text


def _address(text: str) -> str:
    if text and not re.match(r"https?://|\{", text):
        raise ValueError(f"{text!r} is no address: write https:// and the host")
    if re.search(r"[\s?#@]", text):
        raise ValueError(
            f"{text!r}: an address has no space, user, query or fragment, for paths are put behind it; auth says how "
            "the service knows you, an input in query what is sent with each call"
        )
    return text


Address = Annotated[str, AfterValidator(_address)]
HeaderName = Annotated[str, Field(pattern=TOKEN), AfterValidator(_header)]
HeaderText = Annotated[str, Field(pattern=r"^[\x20-\x7e]*$")]
Pointer = Annotated[str, AfterValidator(_pointer)]
Status = Annotated[int, Field(ge=100, le=599)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Auth(_Part):
    """How the service knows who calls. Each kind adds secret inputs to every action."""

    kind: Literal["bearer", "basic", "header", "query"] = Field(
        description="bearer: `Authorization: Bearer …`; basic: user and password; header and query: a key by a name."
    )
    name: str = Field("", description="header, query: the name of the header or the parameter.")
    prefix: HeaderText = Field("", description="header: what stands before the key, with its space.")
    input: str = Field(
        "", pattern=r"^\w*$",
        description="The input that takes the secret: by default token (bearer), password (basic), api_key.",
    )
    user_input: str = Field("username", pattern=r"^\w+$", description="basic: the input that takes the user.")
    optional: bool = Field(default=False, description="Whether a call may do without.")
    description: str = Field("", description="Where people get the secret.")

    @model_validator(mode="after")
    def _has_its_name(self) -> Auth:
        if self.kind in ("header", "query") and not self.name:
            raise ValueError(f"auth of the kind {self.kind} needs a name: that of the {self.kind}")
        if self.kind == "header" and not re.match(TOKEN, self.name):
            raise ValueError(f"{self.name!r} is no name of a header")
        if self.kind == "header":
            _header(self.name)
        return self

    @property
    def header(self) -> str | None:
        """The header that it is sent in, in lower case; None for none, and for Cookie, which holds several."""
        name = {"header": self.name.lower(), "query": ""}.get(self.kind, "authorization")
        return name if name not in ("", "cookie") else None

    @property
    def secret(self) -> str:
        """The input that takes the secret."""
        return self.input or {"bearer": "token", "basic": "password"}.get(self.kind, "api_key")


class Variable(_Part):
    """A part of the address that the step gives, such as a region or an account: an input of every action."""

    default: str | None = Field(None, description="Without one, the input is required.")
    enum: tuple[str, ...] | None = Field(
        None, description="The values it may have. Without them: letters, digits, dots, dashes and underscores."
    )
    description: str = ""


class Input(SdkField):
    """One input: an ActionSpec's field, and where it stands in the request."""

    place: Place = Field(
        alias="in",
        description="path, query, header, cookie; field: a member of the body; body: the whole of it.",
    )
    name: str = Field("", description="What the service calls it; by default as the input.")
    style: Style | None = Field(None, description="How lists and objects are written, in OpenAPI's words.")
    explode: bool | None = Field(None, description="Whether each item is written by itself, as OpenAPI means it.")
    allow_reserved: bool = Field(default=False, description="query: whether :/?@!$'()*,; stay as they are.")
    as_json: bool = Field(default=False, description="Whether the value is written as JSON.")
    base64: bool = Field(default=False, description="field, body: the text is base64, and its bytes are sent.")
    content_type: HeaderText = Field("", description="field of a multipart body: the Content-Type of its part.")


class Idempotency(_Part):
    """Where the key stands by which the service knows a repetition."""

    place: Literal["header", "query", "field"] = Field("header", alias="in")
    name: str = Field("Idempotency-Key", min_length=1)
    format: Literal["text", "uuid"] = Field("text", description="uuid, where the service takes nothing else.")


class Limited(_Part):
    """How a 403 says that there were too many calls. One of them is enough."""

    headers: dict[HeaderName, str] = Field(
        default_factory=dict, description="Headers by their value; an empty text stands for any."
    )
    messages: tuple[Annotated[str, Field(min_length=1)], ...] = Field(
        (), description="Parts of the message, in any case."
    )


class Errors(_Part):
    """What an answer says of a call that failed."""

    retryable: tuple[Status, ...] | None = Field(
        None, description="Statuses that a retry may mend; by default 408, 425, 429 and all of 500 and above."
    )
    nothing_done: tuple[Status, ...] = Field(
        (503,), description="Statuses of 500 and above after which nothing was done; below 500 it never was."
    )
    code: Pointer | tuple[Pointer, ...] = Field(
        "", description="Where the service's error name stands in the body, a JSON pointer; of several the first that "
        "leads to one."
    )
    message: Pointer = Field("", description="Where its message stands.")
    retryable_codes: tuple[str, ...] = Field((), description="Error names that a retry may mend.")
    unknown_codes: tuple[str, ...] = Field((), description="Error names that leave open whether it was done.")
    authentication_codes: tuple[str, ...] = Field((), description="Error names of credentials that are not accepted.")
    limited: Limited | None = Field(None, description="What makes a 403 a limit that passes: Retriers work.")
    failed: Pointer = Field(
        "", description="Where an answer of 200 says that it failed: the member that is there and not empty."
    )
    succeeded: Pointer = Field("", description="Where an answer of 200 says that it worked: the member that is true.")


class Paging(_Part):
    """How an answer goes on. The action's output becomes {"items", "pages", "next"}."""

    kind: Literal["cursor", "page", "offset", "link"] = Field(
        description="cursor: the answer names the next; page and offset: counted; link: the header Link, rel=next."
    )
    items: Pointer = Field("", description="Where the items stand; by default the whole body.")
    input: str = Field("", description="The input that takes the cursor, the page's number or the offset.")
    next: Pointer = Field("", description="cursor: where the next one stands. Without one there are no more.")
    last: Pointer = Field("", description="cursor: where it stands in the last item, such as /id, instead of next.")
    more: Pointer = Field("", description="Where the answer says that there is more, true or false.")
    first: int = Field(1, ge=0, description="page: the number of the first; offset: 0 is written here.")
    most: int = Field(1000, ge=1, le=10_000, description="The most pages that one call may ask for.")

    @model_validator(mode="after")
    def _has_its_parts(self) -> Paging:
        if self.kind != "link" and not self.input:
            raise ValueError(f"paging by {self.kind} needs input: the input that takes the {self.kind}")
        if self.kind == "cursor" and bool(self.next) == bool(self.last):
            raise ValueError("paging by cursor needs next, where the next cursor stands in the answer, or last")
        return self


class Tool(_Part):
    """A tool of a remote MCP server, as its owner accepted it; `automate connectors import mcp` writes it."""

    definition: dict[str, Any] = Field(description="What the server said of it: name, description, schemas.")
    digest: str = Field(
        pattern=r"^sha256:[0-9a-f]{64}$", description="Of the definition. A call is refused where the server's differs."
    )


class Mcp(_Part):
    """That the address is a remote MCP server's (Streamable HTTP): each action calls one of its tools."""

    protocol: Literal["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"] = Field(
        description="The revision of the protocol that is spoken."
    )


class Action(_Part):
    """One action: a request, and what is known of it."""

    method: Method
    tool: Tool | None = Field(None, description="With the file's mcp: the tool that is called; its method is POST.")
    path: str = Field(pattern=r"^(/[^?#\s]*)?$", description="After the base URL; {name} is an input `in: path`.")
    title: str = Field("", max_length=120, description="What the Studio calls it.")
    description: str = ""
    kind: Literal["read", "write"] | None = Field(
        None, description="Whether it changes the world: by default GET, HEAD and OPTIONS read, others write."
    )
    means: Meaning | None = Field(
        None, description="What people mean by it: the copilot and imports take it for a word such as charge."
    )
    idempotency: Idempotency | None = Field(
        None, description="Where its key goes. A write without one, and not idempotent, is made at most once."
    )
    idempotent: bool = Field(
        default=False, description="Whether a second call does no more than the first: one that sets a value."
    )
    inputs: dict[str, Input] = Field(default_factory=dict)
    one_of: tuple[tuple[str, ...], ...] = Field(
        (), description="Groups of inputs: of each group a call gives one or more."
    )
    outputs: dict[str, SdkField] = Field(default_factory=dict, description="For the reader and the Studio.")
    body: Literal["json", "form", "multipart", "text", "bytes"] = Field("json", description="How the body is written.")
    body_required: bool = Field(default=False, description="Whether a body without members is sent as an empty one.")
    content_type: HeaderText = Field("", description="Of the body, where it is another than its kind's.")
    accept: HeaderText = Field("", description="The header Accept; by default application/json.")
    headers: dict[HeaderName, HeaderText] = Field(default_factory=dict, description="Sent with each call.")
    success: tuple[Status, ...] = Field((), description="Statuses outside 200 to 299 that are no failure.")
    answers: Literal["json", "any"] = Field(
        "any", description="json: an answer that is no JSON is a failure; any: it is given as text."
    )
    base_url: Address = Field("", description="Where this action is, if not at the connector's address.")
    auth: tuple[Auth, ...] | None = Field(None, description="Instead of the connector's; [] for none.")
    errors: Errors | None = Field(None, description="Instead of the connector's.")
    paging: Paging | None = None
    rate_limit: RateLimit | None = Field(None, description="Instead of the connector's.")
    timeout_seconds: float | None = Field(None, gt=0, le=840, description="The longest that a call may take.")
    id_field: str | None = Field(
        None, pattern=r"^[^.]+(\.[^.]+)*$",
        description="Where in the output the service's own id of what was done stands, such as body.id.",
    )

    @property
    def reads(self) -> bool:
        """Whether it changes nothing."""
        return self.kind == "read" or (self.kind is None and self.method in READING)

    @property
    def at_most_once(self) -> bool:
        """Whether a call whose outcome is unknown may not be repeated."""
        return not (self.reads or self.idempotent or self.idempotency)


class Imported(_Part):
    """What the file was imported from; `automate connectors import` writes it."""

    source: str = ""
    version: str = Field("", description="The document's own version.")
    digest: str = Field("", description="The document's SHA-256.")
    tags: tuple[str, ...] = ()


class ConnectorFile(_Part):
    """A connector. `code` is the file's name without its ending."""

    schema_ref: str | None = Field(None, alias="$schema", description="For editors: where this schema is found.")
    connector: Literal[1] = Field(description="The form's version.")
    code: str = Field(pattern=NAME, description="How a definition names it: connector:CODE:ACTION.")
    name: str = Field(min_length=1, max_length=120, description="What people call it.")
    description: str = ""
    version: str = Field("", description="The connector's own version.")
    icon: str = Field(
        "", pattern=r"^[MmZzLlHhVvCcSsQqTtAa0-9eE ,.+-]*$", max_length=4000,
        description="For the Studio: the path of an SVG of 24 by 24, drawn as lines.",
    )
    base_url: Address = Field(
        pattern=r"^(https?://|\{)", description="What paths follow; {name} is one of the variables."
    )
    variables: dict[str, Variable] = Field(default_factory=dict)
    auth: tuple[Auth, ...] = Field((), description="All of them are sent.")
    headers: dict[HeaderName, HeaderText] = Field(default_factory=dict, description="Sent with each call.")
    errors: Errors | None = None
    rate_limit: RateLimit | None = None
    mcp: Mcp | None = None
    imported: Imported | None = None
    actions: dict[Annotated[str, Field(pattern=NAME)], Action] = Field(min_length=1)

    def errors_of(self, action: Action) -> Errors:
        """What answers to `action` say of failures."""
        return action.errors or self.errors or Errors.model_validate({})

    def auth_of(self, action: Action) -> tuple[Auth, ...]:
        """How `action` is authenticated."""
        return self.auth if action.auth is None else action.auth

    def address_of(self, action: Action) -> str:
        """Where `action` is, with its variables."""
        return action.base_url or self.base_url
