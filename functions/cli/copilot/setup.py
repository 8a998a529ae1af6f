"""Setting the copilot's model up for a data folder: the settings are put together, tried, and kept."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, cast

import click

from engine.errors import NotFound, Refused
from engine.settings import Settings
from functions.app.copilot.providers import model_of
from functions.cli.copilot import model_servers
from functions.cli.copilot.model_servers import ModelServer, Trial, find_servers, server_at, try_model
from functions.cli.screen import Screen
from functions.server.folder_model import PROVIDER, variables, with_model, write_folder_model

if TYPE_CHECKING:
    from engine.ports.language_model import LanguageModel
    from functions.server.product import Product


def set_up(screen: Screen, product: Product, chosen: dict[str, str]) -> int:
    """Try the model that `chosen` names, by the names of Settings, and keep it in the data folder.

    Without a provider the servers of this machine are looked for; without a model the server's first is taken. Raises
    NotFound where no server answers, Refused where the model gives no answer: nothing is kept then."""
    servers: list[ModelServer] = []
    if chosen.setdefault("copilot_provider", "openai") == "openai" and "copilot_secret" not in chosen:
        servers = _servers(chosen.get("copilot_url"))
        model = chosen.get("copilot_model")
        server = next((each for each in servers if model in each.models), servers[0])
        chosen |= {"copilot_url": server.url, "copilot_model": _model(model, server)}
    kept = {variables()[name]: value for name, value in chosen.items()}
    asked = model_of(with_model(product.settings, kept), product.services.secret_backends, screen.clock)
    screen.notice(f"Trying {chosen['copilot_model']} of {chosen.get('copilot_url') or chosen['copilot_provider']} …")
    trial = try_model(cast("LanguageModel", asked), screen.clock)  # None has no provider that --provider takes
    if trial.problem is not None:
        raise Refused(f"the model does not answer, and nothing was changed: {trial.problem}", where="--model",
                      advice="Look at the server or the key, then ask again. docs/copilot.md has the providers.")
    if not trial.calls_tools:
        kept[variables()["copilot_tools"]] = "0"
    write_folder_model(product.settings.data_dir, kept)
    _tell(screen, product.settings, kept, trial, servers)
    return 0


def remove(screen: Screen, settings: Settings) -> int:
    """Forget the model of the data folder."""
    write_folder_model(settings.data_dir, {})
    screen.show({"removed": True}, lambda: click.echo(f"{settings.data_dir} names no model for the copilot."))
    return 0


def _servers(url: str | None) -> list[ModelServer]:
    """The server at `url`, or those of this machine. Raises NotFound where none answers."""
    found = find_servers() if url is None else [each for each in (server_at(url),) if each is not None]
    if not found:
        looked = url or ", ".join(f"127.0.0.1:{port} ({program})" for program, port in model_servers.USUAL.items())
        raise NotFound(
            f"no model server answers at {looked}", where="--url",
            advice="Start one, or name another with --url, or a vendor with --provider, --model and --secret.",
        )
    return found


def _model(wanted: str | None, server: ModelServer) -> str:
    """The model to take of a server. Raises NotFound for one that it does not list, and where it lists none."""
    if not server.models:
        raise NotFound(f"{server.program} at {server.url} has no model", where="--model",
                       advice="Load one there, then ask again.")
    if wanted is not None and wanted not in server.models:
        raise NotFound(f"{server.program} at {server.url} has no model {wanted}", where="--model",
                       advice=f"It has {', '.join(server.models[:10])}.")
    return wanted or server.models[0]


def _tell(
    screen: Screen, settings: Settings, kept: dict[str, str], trial: Trial, servers: list[ModelServer]
) -> None:
    def for_people() -> None:
        for name, value in kept.items():
            click.echo(f"{name}={value}")

    how = "calls tools" if trial.calls_tools else "called no tool: its answers are held by a JSON schema"
    screen.notice(f"It answers after {trial.seconds:.1f} s and {how}.")
    if os.environ.get(PROVIDER):
        screen.notice(f"{PROVIDER} is set in this environment and comes before the folder's model.")
    screen.notice(f"Kept in {settings.data_dir}; a server that runs takes it when it is started again:")
    screen.show({
        "settings": kept, "calls_tools": trial.calls_tools, "seconds": trial.seconds,
        "servers": [{"program": each.program, "url": each.url, "models": each.models} for each in servers],
    }, for_people)
