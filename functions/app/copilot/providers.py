"""The model that the settings name: by Amazon Bedrock, an OpenAI-compatible endpoint, or Anthropic's messages."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from engine.clock import Clock
from engine.errors import InvalidDocument, NotFound
from engine.governance.log_masking import KNOWN
from engine.ports.language_model import LanguageModel
from engine.ports.secrets import SecretBackend
from engine.settings import Settings

PROVIDERS = ("none", "bedrock", "openai", "anthropic")
OPENAI, ANTHROPIC = "https://api.openai.com/v1", "https://api.anthropic.com"


def model_of(settings: Settings, backends: Sequence[SecretBackend], clock: Clock) -> LanguageModel | None:
    """The model; None where the settings name none. Raises InvalidDocument or NotFound where the settings are at fault,
    naming the variable."""
    match settings.copilot_provider:
        case "none" | "offline":
            return None
        case "bedrock":
            return _bedrock(
                _needed(settings.copilot_model, "AUTOMATE_COPILOT_MODEL"), settings.aws_profile or None,
                settings.aws_region or None, settings.copilot_url or None,
            )
        case "openai":
            from engine.adapters.models.openai import OpenAIModel  # noqa: PLC0415 - only for those who use it

            base, model, key = _endpoint(settings, backends, OPENAI)
            return OpenAIModel(base, model, key, clock)
        case "anthropic":
            from engine.adapters.models.anthropic import AnthropicModel  # noqa: PLC0415 - likewise

            base, model, key = _endpoint(settings, backends, ANTHROPIC)
            return AnthropicModel(base, model, key, clock)
        case unknown:
            raise InvalidDocument(
                f"{unknown!r} is no provider: there are {', '.join(PROVIDERS)}", where="AUTOMATE_COPILOT_PROVIDER"
            )


def _endpoint(settings: Settings, backends: Sequence[SecretBackend], vendor: str) -> tuple[str, str, str | None]:
    """The address, the model and the key. The vendor's own address needs a key."""
    if not settings.copilot_url:
        _needed(settings.copilot_secret, "AUTOMATE_COPILOT_SECRET")
    model = _needed(settings.copilot_model, "AUTOMATE_COPILOT_MODEL")
    return settings.copilot_url or vendor, model, _key(settings, backends) if settings.copilot_secret else None


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
    """Read for each turn, so that a rotation counts at once."""
    for backend in backends:
        value = backend.get(settings.workspace, settings.copilot_secret)
        if value is not None:
            KNOWN.add([value])
            return value
    raise NotFound(
        f"there is no secret called {settings.copilot_secret!r}", where="AUTOMATE_COPILOT_SECRET",
        advice=f"Store the provider's key: automate secrets set {settings.copilot_secret}.",
    )
