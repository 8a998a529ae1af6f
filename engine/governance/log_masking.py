"""Log records without secrets: every value that this process has resolved is masked before a record is formatted.

A connector, or a library below it (urllib3 logs URLs), may log what it was given. `mask_logs` wraps the process's
log-record factory, so every logger and handler is covered, those of libraries and of later too; the handlers' filter
catches what a caller adds by ``extra``, which is not there yet when the factory runs. Composition roots call it once.
"""

from __future__ import annotations

import logging
import threading
import traceback
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

from engine.governance.masking import Scrubber
from engine.records import dataclass

LIMIT = 1000
"""So many values are remembered, the latest used."""


class KnownSecrets:
    """The values that this process has resolved. Safe to share between threads; never prints what it knows."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: OrderedDict[str, None] = OrderedDict()
        self.scrubber = Scrubber(())

    def __repr__(self) -> str:
        return f"KnownSecrets({len(self._values)})"

    def add(self, values: Iterable[str]) -> None:
        """Remember `values`; cheap when they are known."""
        with self._lock:
            news = False
            for value in values:
                news = news or value not in self._values
                self._values[value] = None
                self._values.move_to_end(value)
            while len(self._values) > LIMIT:
                self._values.popitem(last=False)
            if news:
                self.scrubber = Scrubber(self._values)


KNOWN = KnownSecrets()
"""This process's; SecretResolving adds to it."""


@dataclass(frozen=True, slots=True)
class _Masking:
    """A log-record factory over `make`."""

    make: Callable[..., logging.LogRecord]
    known: KnownSecrets

    def __call__(self, *args: Any, **kwargs: Any) -> logging.LogRecord:
        return mask_record(self.make(*args, **kwargs), self.known.scrubber)


class _MaskExtras(logging.Filter):
    """Masks what ``extra`` added to a record."""

    def __init__(self, known: KnownSecrets) -> None:
        super().__init__()
        self._known = known

    def filter(self, record: logging.LogRecord) -> bool:
        scrubber = self._known.scrubber
        for name, value in list(record.__dict__.items()) if scrubber else ():
            if name not in _STANDARD:
                record.__dict__[name] = _masked(scrubber, value)
        return True


_STANDARD = frozenset(logging.makeLogRecord({}).__dict__)


def mask_logs(known: KnownSecrets = KNOWN, *, handlers: Iterable[logging.Handler] | None = None) -> None:
    """Mask `known` in every record made from now on, and in the extras that pass `handlers` (the root logger's).

    Calling it again, for handlers that came later, is harmless.
    """
    make = logging.getLogRecordFactory()
    if not (isinstance(make, _Masking) and make.known is known):
        logging.setLogRecordFactory(_Masking(make, known))
    for handler in logging.getLogger().handlers if handlers is None else handlers:
        if not any(isinstance(present, _MaskExtras) for present in handler.filters):
            handler.addFilter(_MaskExtras(known))


def mask_record(record: logging.LogRecord, scrubber: Scrubber) -> logging.LogRecord:
    """`record`, its message, arguments and traceback masked. A record without a secret is left as it is."""
    if not scrubber:
        return record
    try:
        message = record.getMessage()
    except Exception:  # noqa: BLE001 - a wrong format string is logging's to report, when a handler formats it
        message = str(record.msg)
    clean = scrubber.text(message)
    # An argument may hold more than it prints, and a handler may look into it.
    args = list(record.args) if isinstance(record.args, tuple) else record.args
    if clean != message or _masked(scrubber, args) != args:
        record.msg, record.args = clean, ()
    if record.exc_info and record.exc_info[0] is not None:
        trace = "".join(traceback.format_exception(*record.exc_info)).rstrip("\n")
        clean = scrubber.text(trace)
        if clean != trace:
            # Formatters print exc_text where there is no exc_info; the exception itself still holds the value.
            record.exc_info, record.exc_text = None, clean
    elif record.exc_text:  # another masking was before this one
        record.exc_text = scrubber.text(record.exc_text)
    if record.stack_info:
        record.stack_info = scrubber.text(record.stack_info)
    return record


def _masked(scrubber: Scrubber, value: Any) -> Any:
    """An extra without secrets; one that is no JSON is masked, as text, only if its text holds one."""
    if isinstance(value, str | dict | list | int | float | None):
        return scrubber.json(value)
    text = repr(value)
    clean = scrubber.text(text)
    return value if clean == text else clean
