"""The canary: a secret whose value, in any of its usual forms, must be found nowhere.

    canary = Canary()
    … use canary.value as a secret …
    canary.assert_absent("the history", history)          anything that has a repr or is JSON
    canary.assert_absent_in(folder)                        every file below it, names too
"""

import base64
import html
import json
import quopri
import urllib.parse
from pathlib import Path


class Canary:
    """One secret, with characters that every encoding writes differently."""

    def __init__(self, value='cAnArY/4711 "ö" + s3cr3t\\&<'):
        self.value = value
        raw = value.encode()
        self.forms = {
            "as it is": value,
            "its heart": "s3cr3t",
            "JSON": json.dumps(value)[1:-1],
            "JSON, not ASCII": json.dumps(value, ensure_ascii=False)[1:-1],
            "Go's JSON": json.dumps(value)[1:-1].replace("&", "\\u0026").replace("<", "\\u003c"),
            "JavaScript": "".join(char if char.isalnum() else f"\\x{ord(char):02x}" for char in value),
            "PHP's HTML": html.escape(value, quote=False).replace('"', "&quot;").replace("'", "&#039;"),
            "HTML, hexadecimal": "".join(char if char.isalnum() else f"&#x{ord(char):x};" for char in value),
            "URL": urllib.parse.quote(value, safe=""),
            "URL, twice": urllib.parse.quote(urllib.parse.quote(value, safe=""), safe=""),
            "base64 of UTF-16": base64.b64encode(value.encode("utf-16-le")).decode().rstrip("="),
            "quoted-printable": quopri.encodestring(raw).decode(),
            "form": urllib.parse.quote_plus(value),
            "repr": repr(value)[1:-1],
            "bytes": repr(raw)[2:-1],
            "hex": raw.hex(),
            "base64": base64.b64encode(raw).decode().rstrip("="),
            "base64url": base64.urlsafe_b64encode(raw).decode().rstrip("="),
            "base64, shifted by one": base64.b64encode(b"\0" + raw).decode()[2:-4],
            "base64, shifted by two": base64.b64encode(b"\0\0" + raw).decode()[3:-4],
        }

    def found_in(self, text):
        """The names of the forms in which the value stands in `text`."""
        return [name for name, form in self.forms.items() if form in text]

    def assert_absent(self, where, *things):
        """Fail, naming the forms found but not the surroundings, when the value is in the repr, str or JSON of one."""
        for thing in things:
            shown = [json.dumps(thing, default=repr, ensure_ascii=ascii_only) for ascii_only in (True, False)]
            texts = [repr(thing), str(thing), *shown]
            found = {name for text in texts for name in self.found_in(text)}
            assert not found, f"the secret is in {where}: {sorted(found)}"

    def assert_absent_in(self, folder):
        """Fail when a file below `folder` holds the value in any form, or is named by it."""
        for path in sorted(Path(folder).rglob("*")):
            assert not self.found_in(str(path)), f"the secret names {path.name!r}"
            if path.is_file():
                data = path.read_bytes()
                found = [name for name, form in self.forms.items() if form.encode() in data]
                assert not found, f"the secret is in {path}: {found}"
