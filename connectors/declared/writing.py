"""A connector file's value as text: YAML that reads back as it was, or JSON; what no eye sees is an escape."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from connectors.mcp.tools import hides

Json = Any

_OTHERWISE = re.compile(
    r"~|null|Null|NULL|true|True|TRUE|false|False|FALSE|[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+"
    r"|[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)|"
)
"""Text that YAML 1.2 reads as something else; PyYAML writes by 1.1 and leaves some of it plain."""

_BEYOND = re.compile(r"[^\n\x20-\x7e]")
"""What has to be looked at: nothing else hides."""

_LARGE = 300_000
"""Characters past which JSON is written, not YAML: it is written and read in a fraction of the time."""


def as_yaml(value: Json) -> str:
    """`value` as YAML, members in their order."""
    import yaml  # noqa: PLC0415 - only where files are written

    class Dumper(yaml.SafeDumper):
        """Quotes what would be read as no text, and writes no aliases."""

        def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - PyYAML's shape
            """Each value is written where it stands."""
            return True

    def quoted(dumper: Any, data: str) -> Any:
        style = '"' if _OTHERWISE.fullmatch(data) or any(map(hides, _BEYOND.findall(data))) else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", data, style=style)

    Dumper.add_representer(str, quoted)
    text = str(yaml.dump(value, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=120))
    return _escaped(text, lambda one: f"\\U{ord(one):08X}")  # each stands in double quotes


def as_json(value: Json) -> str:
    """`value` as JSON."""
    return _escaped(json.dumps(value, indent=1, ensure_ascii=False), lambda one: json.dumps(one)[1:-1]) + "\n"


def file_of(code: str, value: Json) -> tuple[str, str]:
    """The name and the text of a new file of the connector `code`: YAML, or JSON: large, or without PyYAML."""
    text = as_json(value)
    if len(text) > _LARGE or find_spec("yaml") is None:
        return f"{code}.json", text
    return f"{code}.yaml", as_yaml(value)


def _escaped(text: str, escape: Callable[[str], str]) -> str:
    """`text`, of which `escape` writes what hides."""
    return _BEYOND.sub(lambda found: escape(found[0]) if hides(found[0]) else found[0], text)
