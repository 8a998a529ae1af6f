"""What we use of the library `jsonschema`, without its checks of formats, which we do not use.

The library looks for packages that check formats as it is imported. Tools for bills of materials bring some: one builds
its grammar then, for 1.5 s of CPU. So they are hidden while the library is imported. Nobody else imports the library
(`make lint`), and this module is imported when the first schema is used.
"""

from __future__ import annotations

import sys
from typing import Any

_FORMATS = (
    "fqdn", "idna", "isoduration", "jsonpointer", "rfc3339_validator", "rfc3986_validator", "rfc3987", "rfc3987_syntax",
    "uri_template", "webcolors",
)


def _imported() -> tuple[Any, Any]:
    kept = {name: sys.modules.get(name) for name in _FORMATS}
    hidden: dict[str, Any] = dict.fromkeys(_FORMATS)  # None is what Python takes for "there is no such package"
    sys.modules.update(hidden)
    try:
        from jsonschema import exceptions, validators  # noqa: PLC0415
    finally:
        for name, module in kept.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module
    return exceptions, validators


exceptions, validators = _imported()
