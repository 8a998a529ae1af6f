"""The command ``automate``: everything the product does, over one data folder or with --endpoint over a deployment.

Exit status: 0 done · 1 what was asked for is at fault (or the execution did not succeed) · 2 not a command of ours ·
74 the data folder or standard output did not serve · 75 the folder is held by another process · 130 interrupted.
"""

from __future__ import annotations

import errno
import gc
import json
import logging
import os
import signal
import sys
from collections.abc import Sequence
from typing import Any

import click

from engine.clock import SystemClock
from engine.errors import StorageError, StoreBusy, UserError
from functions.cli import streams
from functions.cli.groups import Commands
from functions.cli.index import SECTIONS
from functions.cli.screen import Screen
from functions.cli.session import Session
from functions.server.taken import FolderServed

_LOG = logging.getLogger(__name__)

USAGE, IO_ERROR, BUSY, INTERRUPTED = 2, 74, 75, 130
"""os.EX_USAGE is 64, but every command line of today answers 2; os.EX_IOERR and os.EX_TEMPFAIL are sysexits.h's."""

_OF_A_NAME = frozenset({errno.ENAMETOOLONG, errno.EACCES, errno.EPERM})
"""What Path.is_file() and the like raise of a file that somebody named: they take only what is not there for False."""
_MOST_OF_A_NAME = 200

YOUNG = 50_000
"""So many new objects make a collection of garbage. Python's own 2,000 is reached again and again by imports alone,
which leave none: a fiftieth of a command's instructions."""


def _say_version(context: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked and not context.resilient_parsing:
        from functions.app.release import release

        click.echo(f"automate {release()}")
        context.exit()


@click.group(
    cls=Commands, index=SECTIONS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="Every command works on the data folder, whether the server runs or not; with --endpoint it asks a server "
           "or a deployment instead.",
)
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for programs; also after the command.")
@click.option("--data-dir", metavar="FOLDER", help="The data folder (AUTOMATE_DATA_DIR; by default .automate).")
@click.option("--endpoint", metavar="URL", envvar="AUTOMATE_ENDPOINT",
              help="Ask the server or deployment there (AUTOMATE_ENDPOINT).")
@click.option("--token-file", metavar="FILE", envvar="AUTOMATE_TOKEN_FILE",
              help="Ask with the named token in FILE, instead of as the folder's owner (AUTOMATE_TOKEN_FILE).")
@click.option("--iam", is_flag=True,
              help="Sign requests to a stage with AWS credentials: as the IAM role that they are of.")
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_say_version,
              help="Say the release and its commit, and exit.")
@click.pass_context
def automate(context: click.Context, *, as_json: bool, data_dir: str | None, endpoint: str | None,
             token_file: str | None, iam: bool) -> None:
    """Durable workflows in the Amazon States Language."""
    context.obj = Session.begin(
        Screen(as_json, SystemClock()), data_dir=data_dir, endpoint=endpoint, token_file=token_file, iam=iam
    )


class Interrupts:
    """What Ctrl-C does: as always it raises KeyboardInterrupt. That it came is kept, for a library that is building
    something, as pydantic a model, makes an error of its own of it."""

    def __init__(self) -> None:
        self.came = False

    def __call__(self, _number: int, _frame: object) -> None:
        """Note it, and raise."""
        self.came = True
        raise KeyboardInterrupt


INTERRUPTS = Interrupts()


def main(arguments: Sequence[str] | None = None) -> None:
    """The entry point: run and exit."""
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # it would look for some in every installed package
    gc.set_threshold(YOUNG)
    streams.prepare()
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # a shell has jobs behind & ignore it
        signal.signal(signal.SIGINT, INTERRUPTS)
    status = run(sys.argv[1:] if arguments is None else list(arguments))
    gc.disable()  # it would look at all that there is, twice, before the process is gone
    sys.exit(status)


def run(arguments: Sequence[str]) -> int:
    """Run a command; its exit status. Errors go to standard error, in JSON where the answer would have been."""
    as_json = "--json" in (arguments[:arguments.index("--")] if "--" in arguments else arguments)
    INTERRUPTS.came = False
    try:
        streams.check_text(arguments)
        status = automate.main(list(arguments), prog_name="automate", standalone_mode=False)
        streams.flush()
    except click.ClickException as wrong:
        error = _told(wrong)
        if as_json:
            _tell({"code": "Usage", "message": _usage(error)}, as_json)
        else:
            error.show()
        return USAGE
    except (click.Abort, KeyboardInterrupt):
        _tell_of_interruption(as_json)
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001  never a traceback: the log has it
        if INTERRUPTS.came:
            _tell_of_interruption(as_json)
            return INTERRUPTED
        shape, status = _failure(error)
        _tell(shape, as_json)
        return status
    return status if isinstance(status, int) else 0


def _told(error: click.ClickException) -> click.ClickException:
    """The error; of an option of `automate` itself that was written behind a command, where it belongs."""
    if not isinstance(error, click.NoSuchOption) or error.ctx is None or error.ctx.command is automate:
        return error
    for option in automate.params:
        if error.option_name in option.opts and option.expose_value and isinstance(option, click.Option):
            given = error.option_name if option.is_flag else f"{error.option_name} {option.metavar}"
            command = error.ctx.command_path.removeprefix("automate ")
            return click.UsageError(
                f"{error.option_name} stands before the command: automate {given} {command}", error.ctx
            )
    return error


def _usage(error: click.ClickException) -> str:
    """What was wrong with the command line, without the help that people are shown."""
    message = error.format_message()
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is None or not isinstance(context.command, click.Group):
        return message
    if not isinstance(error, click.exceptions.NoArgsIsHelpError) and message != "Missing command.":
        return message
    names = ", ".join(context.command.list_commands(context))
    return f"{context.command_path!r} needs a command: one of {names}."


def _failure(error: Exception) -> tuple[dict[str, Any], int]:
    """What to tell of an error, and the exit status."""
    match error:
        case FolderServed():
            return error.as_dict(), BUSY
        case UserError():
            return error.as_dict(), 1
        case StorageError():
            status = BUSY if isinstance(error, StoreBusy) else IO_ERROR
            return {"code": type(error).__name__, "message": str(error)}, status
        case OSError() if streams.is_not_written(error):
            streams.abandon()
            return {
                "code": "NotWritten", "message": f"the answer cannot be written: {error.strerror}",
                "where": "standard output", "advice": "What was asked for may be done: look before it is repeated.",
            }, IO_ERROR
        case OSError() if error.errno in _OF_A_NAME and error.filename:
            name = str(error.filename)
            return {
                "code": "InvalidDocument", "message": f"{name[:_MOST_OF_A_NAME]} cannot be used: {error.strerror}",
                "where": name[:_MOST_OF_A_NAME], "advice": "Name another file or folder.",
            }, 1
        case _:
            _LOG.debug("the command failed", exc_info=error)
            return {
                "code": "InternalError", "message": f"a defect: {type(error).__name__}: {error}",
                "advice": "AUTOMATE_LOG_LEVEL=DEBUG shows where.",
            }, 1


def _tell_of_interruption(as_json: bool) -> None:
    if as_json:
        _tell({"code": "Interrupted", "message": "interrupted"}, as_json)
    else:
        click.echo("interrupted", err=True)


def _tell(error: dict[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"error": error}), err=True)
        return
    click.echo(f"automate: {error['message']}", err=True)
    if error.get("where"):
        click.echo(f"  where: {error['where']}", err=True)
    details = error.get("details")
    if isinstance(details, list) and len(details) > 1:
        for item in details:
            place = item.get("place") or item.get("location") or item.get("where")
            click.echo(f"  - {place}: {item.get('message')}", err=True)
    elif isinstance(details, dict) and details.get("diff"):
        click.echo(details["diff"], err=True)
    if error.get("advice"):
        click.echo(f"  what to do: {error['advice']}", err=True)


if __name__ == "__main__":
    main()
