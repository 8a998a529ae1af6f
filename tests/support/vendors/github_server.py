"""GitHub on loopback, as its documentation has the wire: issues, comments, labels, dispatches.

Sources: docs.github.com/rest/using-the-rest-api: rate-limits-for-the-rest-api (403 or 429; x-ratelimit-remaining is 0
at the primary limit; a secondary limit says so in its message, with or without retry-after), using-pagination (Link
with prev, next, last), troubleshooting (401 Bad credentials, 404 of what one may not see, 422 with errors);
docs.github.com/rest/issues and /actions/workflows. Names of members are those of GitHub's OpenAPI document
(@octokit/openapi 23.0.2, MIT).
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, unquote

from tests.support.vendors.loopback import Answer, Arrived, Loopback, given

TOKEN = "ghp_16C7e42F292c6912E7710c838347Ae178B4a"  # the documentation's own
USER, REPO = "octocat", "Hello-World"
WORKFLOW = "deploy.yml"

_NEW = {"title", "body", "labels", "assignees", "milestone"}
_CHANGES = {*_NEW, "state", "state_reason"}
_DOCS = "https://docs.github.com/rest"


class GitHubServer(Loopback):
    """`issues` by number, with their comments; `runs` and `events` are what was dispatched."""

    def __init__(self) -> None:
        self.issues: dict[int, dict[str, Any]] = {}
        self.comments: dict[int, list[dict[str, Any]]] = {}
        self.runs: list[dict[str, Any]] = []
        self.events: list[dict[str, Any]] = []
        super().__init__()

    def answer(self, arrived: Arrived) -> Answer:
        """One request, behind authentication."""
        if not arrived.headers.get("user-agent"):
            return 403, {"Content-Type": "text/html"}, b"Request forbidden by administrative rules."
        if arrived.bearer != TOKEN:
            return _error(401, "Bad credentials")
        if arrived.headers.get("accept") != "application/vnd.github+json":
            return _error(415, "Unsupported 'Accept' header")
        parts = [unquote(part) for part in arrived.path.split("/")[1:]]
        if parts[:3] != ["repos", USER, REPO]:
            return _error(404, "Not Found")
        try:
            value = json.loads(arrived.body) if arrived.body else {}
        except ValueError:
            return _error(400, "Problems parsing JSON")
        return self._repository(arrived, parts[3:], value)

    def _repository(self, arrived: Arrived, parts: list[str], value: dict[str, Any]) -> Answer:  # noqa: PLR0911
        match arrived.method, parts:
            case "POST", ["issues"]:
                return self._open(value)
            case "GET", ["issues"]:
                return self._listed(arrived, list(self.issues.values()))
            case _, ["issues", number, *rest] if number.isdecimal() and int(number) in self.issues:
                return self._issue(arrived, self.issues[int(number)], rest, value)
            case "POST", ["actions", "workflows", name, "dispatches"] if name == WORKFLOW:
                if value.get("ref") != "main":
                    return _error(422, f"No ref found for: {value.get('ref')}")
                self.runs.append(value)
                return 204, {}, b""
            case "POST", ["dispatches"]:
                if len(value.get("client_payload", {})) > 10:
                    return _invalid("client_payload", "invalid")
                self.events.append(value)
                return 204, {}, b""
        return _error(404, "Not Found")

    def _open(self, value: dict[str, Any]) -> Answer:
        if value.keys() - _NEW:
            return _error(422, f"Invalid request.\n\nUnknown: {value.keys() - _NEW}")
        if not value.get("title"):
            return _invalid("title", "missing_field")
        number = len(self.issues) + 1
        labels = [{"name": name} for name in value.get("labels", [])]
        self.issues[number] = made = {
            **value, "number": number, "state": "open", "labels": labels,
            "html_url": f"https://github.com/{USER}/{REPO}/issues/{number}",
        }
        self.comments[number] = []
        return given(made, 201, Location=f"/repos/{USER}/{REPO}/issues/{number}")

    def _issue(  # noqa: PLR0911 - one an operation
        self, arrived: Arrived, issue: dict[str, Any], rest: list[str], value: dict[str, Any]
    ) -> Answer:
        match arrived.method, rest:
            case "GET", []:
                return given(issue)
            case "PATCH", []:
                if value.keys() - _CHANGES or value.get("state", "open") not in ("open", "closed"):
                    return _invalid("state", "invalid")
                issue |= value
                return given(issue)
            case "POST", ["comments"]:
                if len(value["body"]) > 65536:
                    return _invalid("body", "too_long")
                made = {"id": len(self.comments[issue["number"]]) + 1, "body": value["body"]}
                self.comments[issue["number"]].append(made)
                return given(made, 201)
            case "GET", ["comments"]:
                return self._listed(arrived, self.comments[issue["number"]])
            case "POST", ["labels"]:
                names = {label["name"] for label in issue["labels"]} | set(value["labels"])
                issue["labels"] = [{"name": name} for name in sorted(names)]
                return given(issue["labels"])
        return _error(404, "Not Found")

    def _listed(self, arrived: Arrived, things: list[dict[str, Any]]) -> Answer:
        query = dict(arrived.pairs)
        if "labels" in query:
            wanted = set(query["labels"].split(","))
            things = [one for one in things if wanted <= {label["name"] for label in one["labels"]}]
        size, page = min(int(query.get("per_page", "30")), 100), int(query.get("page", "1"))
        last = max(1, -(-len(things) // size))

        def link(number: int, rel: str) -> str:
            pairs = "&".join(f"{quote(name)}={quote(text)}" for name, text in {**query, "page": str(number)}.items())
            return f'<http://{self.address}{arrived.path}?{pairs}>; rel="{rel}"'

        links = [link(page - 1, "prev")] if page > 1 else []
        links += [link(page + 1, "next"), link(last, "last")] if page < last else []
        return given(things[(page - 1) * size:page * size], Link=", ".join(links))


def primary_limit() -> Answer:
    """The answer when an hour's requests are used up."""
    return _error(403, "API rate limit exceeded for user ID 1.", X_RateLimit_Limit="5000", X_RateLimit_Remaining="0",
                  X_RateLimit_Reset="1691591363")


def secondary_limit(status: int = 403, **headers: str) -> Answer:
    """The answer to too many requests in a short time."""
    return _error(status, "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
                  X_RateLimit_Remaining="4987", **headers)


def forbidden() -> Answer:
    """The answer to a token without the right."""
    return _error(403, "Resource not accessible by personal access token", X_RateLimit_Remaining="4987")


def _invalid(field: str, code: str) -> Answer:
    return _error(422, "Validation Failed", [{"resource": "Issue", "field": field, "code": code}])


def _error(status: int, message: str, errors: list[dict[str, str]] | None = None, **headers: str) -> Answer:
    more = {} if errors is None else {"errors": errors}
    return given({"message": message, **more, "documentation_url": _DOCS, "status": str(status)}, status, **headers)
