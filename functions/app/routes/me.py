"""The route that tells a page who asks and what answers."""

from __future__ import annotations

from engine.settings import Settings
from functions.app.release import release
from functions.app.routing import Anyone, Call, RouteTable
from functions.app.shapes import base
from functions.app.shapes import me as shapes

table = RouteTable("About you")

_LINKS = {"api": "/docs", "openapi": "/openapi.json", "audit": "/audit"}


@table.route("GET", "/me", right=Anyone.SIGNED_IN)
def get_me(call: Call[base.Nothing]) -> shapes.Me:
    """Who asks, in which workspace, what they may do, and which release answers."""
    place, answering = call.services.place, release()
    return shapes.Me(
        actor=call.actor.name, actor_kind=call.actor.kind, rights=list(call.caller.rights_in(call.workspace)),
        roles=list(call.caller.roles_in(call.workspace)), ignored_groups=list(call.caller.ignored),
        granting=call.caller.granting,
        workspace=call.workspace, stage=place.stage, product_version=answering.version, commit=answering.commit,
        region=place.region,
        links={**_LINKS, **place.links},
        copilot=_copilot(call.services.settings),
        workers=None if call.services.workers is None else call.services.workers(),
    )


def _copilot(settings: Settings) -> shapes.Copilot:
    """The copilot's model, as the settings name it."""
    for provider in ("bedrock", "openai", "anthropic"):
        if settings.copilot_provider == provider:
            return shapes.Copilot(configured=True, provider=provider, model=settings.copilot_model or None)
    return shapes.Copilot(configured=False, provider="none", model=None)
