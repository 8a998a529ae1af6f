"""The page of a form: HTML without scripts, light and dark, that asks for nothing else."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

from engine.triggers.forms import Field

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)

HEADERS = {
    "Content-Security-Policy": POLICY, "Cache-Control": "no-store", "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex",
}

PREFIX = "f:"
"""Before a field's name: what a property is called cannot be one of ours."""

SUBMISSION = "submission"
"""The hidden field that makes two submits one."""

_STYLE = """
:root { color-scheme: light dark; font: 16px/1.55 system-ui, sans-serif; }
* { box-sizing: border-box; }
body { margin: 0; background: light-dark(#f6f7f9, #161d26); color: light-dark(#0f141a, #ebebf0); }
main { max-width: 42rem; margin: 2.5rem auto; padding: 2rem 2.25rem; border: 1px solid light-dark(#d5d9e0, #36414e);
  border-radius: 16px; background: light-dark(#fff, #1e2731); overflow-wrap: anywhere; }
@media (max-width: 40rem) { main { margin: 0; min-height: 100vh; border: 0; border-radius: 0; padding: 1.25rem; } }
h1 { margin: 0 0 .5rem; font-size: 1.5rem; line-height: 1.25; } p { margin: .4rem 0; }
.dim { color: light-dark(#57606a, #a3abb5); font-size: .9375rem; }
.field { margin: 1.35rem 0 0; } label { display: block; font-weight: 600; margin: 0 0 .25rem; }
.field .dim { margin: 0 0 .35rem; }
input, select, textarea, button { font: inherit; width: 100%; padding: .5rem .7rem; border-radius: 8px; color: inherit;
  border: 1px solid light-dark(#8c95a2, #6b7785); background: light-dark(#fff, #131920); }
textarea { min-height: 6.5rem; resize: vertical; } textarea.json { font: .9rem/1.5 ui-monospace, monospace; }
button { width: auto; margin: 1.75rem 0 0; padding: .55rem 1.5rem; cursor: pointer; font-weight: 600; border: 0;
  background: light-dark(#0a5fb4, #7db7f5); color: light-dark(#fff, #0f141a); }
:is(input, select, textarea, button):focus-visible { outline: 2px solid light-dark(#0a5fb4, #7db7f5);
  outline-offset: 2px; }
.fault { color: light-dark(#b3261e, #ffb4ab); margin: .3rem 0 0; font-size: .9375rem; }
[aria-invalid] { border-color: light-dark(#b3261e, #ffb4ab); }
.box { border: 1px solid light-dark(#b3261e, #ffb4ab); border-radius: 8px; padding: .6rem .9rem; margin: 1.25rem 0 0; }
"""


def form(
    title: str, description: str, fields: Sequence[Field], typed: Mapping[str, str] | None, faults: Mapping[str, str],
    *, submission: str,
) -> str:
    """The form; `typed` is None where nothing was typed yet."""
    shown = "".join(
        _field(number, field, field.default if typed is None else typed.get(field.name, ""), faults.get(field.name))
        for number, field in enumerate(fields)
    )
    summary = ""
    if faults:
        count = f"{len(faults)} answers" if len(faults) > 1 else "One answer"
        said = faults.get("") if not any(not field.name for field in fields) else None
        text = said or f"{count} will not do yet. Nothing was sent, and nothing that you typed is lost."
        summary = f'<p class="box fault" role="alert">{html.escape(text)}</p>'
    described = "".join(f'<p class="dim">{html.escape(line)}</p>' for line in description.split("\n") if line.strip())
    return _page(
        title, f'<h1>{html.escape(title)}</h1>{described}{summary}<form method="post" novalidate>'
        f'<input type="hidden" name="{SUBMISSION}" value="{html.escape(submission)}">{shown}'
        "<button>Submit</button></form>"
    )


def says(title: str, text: str) -> str:
    """A page of one sentence."""
    return _page(title, f'<h1>{html.escape(title)}</h1><p role="status">{html.escape(text)}</p>')


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{html.escape(title)}</title>"
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        f"<style>{_STYLE}</style></head><body><main>{body}</main></body></html>"
    )


def _field(number: int, field: Field, value: str, fault: str | None) -> str:
    name, mark = html.escape(f"{PREFIX}{field.name}"), f"f{number}"
    about = [f"{mark}d"] * bool(_hint(field)) + [f"{mark}e"] * (fault is not None)
    attributes = f'id="{mark}" name="{name}"'
    attributes += f' aria-describedby="{" ".join(about)}"' if about else ""
    attributes += ' aria-invalid="true"' if fault is not None else ""
    attributes += ' aria-required="true"' if field.required else ""
    needed = "" if field.required else ' <span class="dim">(optional)</span>'
    hint = f'<p class="dim" id="{mark}d">{html.escape(_hint(field))}</p>' if _hint(field) else ""
    wrong = f'<p class="fault" id="{mark}e">{html.escape(fault)}</p>' if fault is not None else ""
    return (
        f'<div class="field"><label for="{mark}">{html.escape(field.title)}{needed}</label>{hint}'
        f"{_control(field, attributes, value)}{wrong}</div>"
    )


def _control(field: Field, attributes: str, value: str) -> str:
    if field.kind == "choice":
        options = "".join(
            f'<option{" selected" if said == value else ""} value="{html.escape(said)}">{html.escape(said)}</option>'
            for said, _ in field.choices
        )
        return f'<select {attributes}><option value=""></option>{options}</select>'
    if field.kind in ("lines", "list", "json"):
        look = ' class="json" spellcheck="false"' if field.kind == "json" else ""
        return f"<textarea {attributes}{look}>\n{html.escape(value)}</textarea>"
    mode = ' inputmode="decimal"' if field.of in ("number", "integer") else ""
    return f'<input {attributes} type="{field.look}"{mode} value="{html.escape(value)}" autocomplete="off">'


def _hint(field: Field) -> str:
    more = {"list": "One a line.", "json": "As JSON."}.get(field.kind, "")
    return field.description if more in field.description else f"{field.description} {more}".strip()
