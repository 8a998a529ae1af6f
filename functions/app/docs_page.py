"""The documentation page: one HTML text without scripts, made from the table of routes. Light and dark."""

from __future__ import annotations

import html
import json
import shlex
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from engine.governance.roles import Right
from functions.app.routing import Anyone, Route

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)

_STYLE = """
:root { color-scheme: light dark; --back: #fff; --soft: #f4f5f7; --line: #d9dce1; --text: #1b1f24; --dim: #57606a;
  --accent: #0a5fb4; --get: #0a6b45; --post: #8a4b00; --put: #6b3fa0; }
@media (prefers-color-scheme: dark) { :root { --back: #15181c; --soft: #1e2227; --line: #343a42; --text: #e6e8eb;
  --dim: #a3abb5; --accent: #7db7f5; --get: #6fd3a3; --post: #f0b072; --put: #c9a6f2; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text); font: 16px/1.55 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem 5rem; }
h1 { font-size: 1.8rem; margin: 0 0 .5rem; } h2 { font-size: 1.25rem; margin: 2.5rem 0 .5rem; }
p { margin: .4rem 0; } a { color: var(--accent); }
code, pre { font: .875rem/1.5 ui-monospace, monospace; }
pre { background: var(--soft); border: 1px solid var(--line); border-radius: 6px; padding: .75rem; overflow-x: auto; }
details { border: 1px solid var(--line); border-radius: 8px; margin: .5rem 0; }
summary { padding: .6rem .8rem; cursor: pointer; display: flex; gap: .75rem; align-items: baseline; flex-wrap: wrap; }
summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; border-radius: 8px; }
details > div { padding: 0 .9rem .9rem; border-top: 1px solid var(--line); }
.method { font-weight: 700; min-width: 3.2rem; } .GET { color: var(--get); } .POST { color: var(--post); }
.PUT { color: var(--put); } .what { color: var(--dim); }
table { border-collapse: collapse; width: 100%; font-size: .9375rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); }
th { color: var(--dim); font-weight: 600; }
"""

_OPENING = """
<h1>Automate API</h1>
<p>Workflows in the Amazon States Language: import, publish, run, look. For programs, the same as
<a href="/openapi.json">OpenAPI 3.1</a>.</p>
<p>Send <code>Authorization: Bearer TOKEN</code>. On one machine the token is in <code>.automate/token</code>; the
examples below read it from there. Bodies are JSON. Every error has one shape:</p>
<pre>{"error": {"code": "…", "message": "what is wrong", "where": "the place", "advice": "what to do", "details": …
}}</pre>
<p>Every answer to a GET has an <code>ETag</code>; sent back in <code>If-None-Match</code>, nothing new is answered 304.
Where a route takes <code>If-Match</code>, a change over someone else's is answered 412 and overwrites nothing.</p>
"""


def render(routes: Sequence[Route]) -> str:
    """The page of `routes`, grouped by tag."""
    parts = [_OPENING]
    for tag, group in groupby(routes, key=lambda route: route.tag):
        parts.append(f"<h2>{html.escape(tag)}</h2>")
        parts += [_section(route) for route in group]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Automate API</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        f"<style>{_STYLE}</style></head><body><main>{''.join(parts)}</main></body></html>"
    )


def example(route: Route, base: str = "http://127.0.0.1:8400") -> str:
    """A command that calls the route."""
    path = route.path.replace("{id}", "order_flow%3Aorder-1").replace("{name}", "order_flow")
    path = path.replace("{number}", "1").replace("{key}", "STRIPE_KEY").replace("{token}", "ci")
    lines = ["curl -X PUT" if route.method == "PUT" else "curl"]
    if route.right is not Anyone.AT_ALL:
        lines[0] += ' -H "Authorization: Bearer $(cat .automate/token)"'
    if route.has_body:
        body = json.dumps(route.example if route.example is not None else {}, ensure_ascii=False)
        lines += ['  -H "Content-Type: application/json"', f"  -d {shlex.quote(body)}"]
    elif route.example:
        path += f"?{route.example}"
    lines.append(f"  {shlex.quote(base + path)}" if "?" in path else f"  {base + path}")
    return " \\\n".join(lines)


def fields_of(route: Route) -> list[tuple[str, str, str]]:
    """Name, type and meaning of what the route takes."""
    schema = route.takes.model_json_schema(by_alias=True)
    required = schema.get("required", ())
    rows = []
    for name, item in schema.get("properties", {}).items():
        kind = _kind(item) + (", required" if name in required else "")
        rows.append((name, kind, str(item.get("description", ""))))
    return rows


def needs(route: Route) -> str:
    """Who may call it, in a sentence."""
    if not isinstance(route.right, Right):
        return f"Needs no right: for whoever is {route.right.value}." if route.right is Anyone.SIGNED_IN else (
            "Needs no sign-in."
        )
    more = "".join(f", {also.when} `{also.right}`" for also in route.also)
    return f"Needs the right `{route.right}`{more}."


def _kind(item: dict[str, Any]) -> str:
    if "anyOf" in item:
        return " or ".join(_kind(part) for part in item["anyOf"] if part.get("type") != "null")
    return str(item.get("type", "any JSON"))


def _section(route: Route) -> str:
    first, _, rest = route.description.partition("\n")
    rows = "".join(
        f"<tr><td><code>{html.escape(name)}</code></td><td>{html.escape(kind)}</td><td>{html.escape(text)}</td></tr>"
        for name, kind, text in fields_of(route)
    )
    taken = "Body" if route.has_body else "Query"
    table = f"<table><thead><tr><th>{taken}</th><th>Type</th><th>Meaning</th></tr></thead><tbody>{rows}</tbody></table>"
    right = f"<p>{html.escape(needs(route).replace('`', ''))}</p>"
    more = f"<p>{html.escape(rest.strip())}</p>" if rest.strip() else ""
    conditional = "<p>Takes <code>If-Match</code>.</p>" if route.conditional else ""
    return (
        f'<details id="{html.escape(route.handler.__name__)}"><summary><span class="method {route.method}">'
        f"{route.method}</span><code>{html.escape(route.path)}</code>"
        f'<span class="what">{html.escape(first)}</span></summary>'
        f"<div>{more}{right}{conditional}{table if rows else ''}"
        f"<pre>{html.escape(example(route))}</pre></div></details>"
    )
