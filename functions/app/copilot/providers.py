"""The copilot as the settings want it: offline, by Amazon Bedrock, or by an OpenAI-compatible endpoint."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from connectors.registry import Registry
from engine.clock import Clock
from engine.copilot.copilot import Copilot
from engine.copilot.modelled import ModelDrafter
from engine.errors import InvalidDocument, NotFound
from engine.governance.log_masking import KNOWN
from engine.governance.masking import Scrubber
from engine.ports.language_model import LanguageModel
from engine.ports.secrets import SecretBackend
from engine.settings import Settings
from functions.app.copilot.catalogue import catalogue_of

PROVIDERS = ("offline", "bedrock", "openai")


def copilot_of(settings: Settings, registry: Registry, backends: Sequence[SecretBackend], clock: Clock) -> Copilot:
    """Raises InvalidDocument or NotFound where the settings are at fault, naming the variable."""
    catalogue = catalogue_of(registry)
    model = _model(settings, backends, clock)
    if model is None:
        return Copilot(catalogue)
    drafter = ModelDrafter(model, catalogue, clock, seconds=settings.copilot_seconds)
    return Copilot(catalogue, drafter, lambda: Scrubber(_values(settings.workspace, backends)))


def _model(settings: Settings, backends: Sequence[SecretBackend], clock: Clock) -> LanguageModel | None:
    match settings.copilot_provider:
        case "offline":
            return None
        case "bedrock":
            return _bedrock(
                _needed(settings.copilot_model, "AUTOMATE_COPILOT_MODEL"), settings.aws_profile or None,
                settings.aws_region or None, settings.copilot_url or None,
            )
        case "openai":
            return _openai(settings, backends, clock)
        case unknown:
            raise InvalidDocument(
                f"{unknown!r} is no provider: there are {', '.join(PROVIDERS)}", where="AUTOMATE_COPILOT_PROVIDER"
            )


def _openai(settings: Settings, backends: Sequence[SecretBackend], clock: Clock) -> LanguageModel:
    from engine.adapters.models.openai import OpenAIModel  # noqa: PLC0415 - only for those who use it

    base = _needed(settings.copilot_url, "AUTOMATE_COPILOT_URL")
    model = _needed(settings.copilot_model, "AUTOMATE_COPILOT_MODEL")
    key = _key(settings, backends) if settings.copilot_secret else None
    return OpenAIModel(base, model, key, clock)


@lru_cache(maxsize=1)
def _bedrock(model: str, profile: str | None, region: str | None, endpoint: str | None) -> LanguageModel:
    """Kept: its clients load botocore's model of the service."""
    from engine.adapters.models.bedrock import BedrockModel  # noqa: PLC0415 - only for those who use it

    return BedrockModel(model, profile=profile, region=region, endpoint=endpoint)


def _needed(value: str, variable: str) -> str:
    if not value:
        raise InvalidDocument("the copilot's provider needs this set", where=variable, advice="See docs/copilot.md.")
    return value


def _key(settings: Settings, backends: Sequence[SecretBackend]) -> str:
    """Read for each request, so that a rotation counts at once."""
    for backend in backends:
        value = backend.get(settings.workspace, settings.copilot_secret)
        if value is not None:
            KNOWN.add([value])
            return value
    raise NotFound(
        f"there is no secret called {settings.copilot_secret!r}", where="AUTOMATE_COPILOT_SECRET",
        advice=f"Store the provider's key: automate secrets set {settings.copilot_secret}.",
    )


def _values(workspace: str, backends: Sequence[SecretBackend]) -> list[str]:
    """Every secret's value, for the one purpose of keeping it out of what is sent."""
    found = [backend.get(workspace, info.key) for backend in backends for info in backend.list(workspace)]
    return [value for value in found if value is not None]
