"""The route that tells a page who asks and what answers."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from functions.api import models
from functions.api import models_authoring as shapes
from functions.api.routing import Answer, Call, RouteTable

table = RouteTable("About you")
route = table.add

_LINKS = {"api": "/docs", "openapi": "/openapi.json", "audit": "/audit"}


@route("GET", "/me", models.Nothing, answers=shapes.Me)
def get_me(call: Call[models.Nothing]) -> Answer:
    """Who asks, in which workspace, and which release answers."""
    place = call.services.place
    return Answer(shapes.Me(
        actor=call.actor.name, workspace=call.workspace, stage=place.stage, product_version=_product_version(),
        region=place.region, links={**_LINKS, **place.links},
        copilot=shapes.Copilot(configured=False, provider="offline", model=None),
    ))


def _product_version() -> str:
    try:
        return version("automate")
    except PackageNotFoundError:  # run from its folder without having been installed
        return "unknown"
