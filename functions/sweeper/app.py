"""The sweeper Lambda: once a minute, wakes for whatever is due soon or overdue. See lifecycle.sweeper. Then it starts
the schedules that are due: what fails there has taken nothing from the wakes.

Then it goes on with erasures (functions.sweeper.erasure). The table's stream calls it too, with executions whose term
is over: see functions.sweeper.retention.
"""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from engine.adapters.aws.stores import THREADS, AwsStores
from engine.clock import SystemClock
from engine.durable.lifecycle.sweeper import Sweeper
from engine.durable.lifecycle.tallying import Tallying
from engine.durable.triggering.schedules import Schedules
from engine.errors import StorageError
from engine.settings import Settings
from functions.hearing import hearing_of_a_stage
from functions.sweeper.ends import Telling

if TYPE_CHECKING:
    from functions.sweeper.statuses import Statuses

logger = Logger(service="sweeper")
metrics = Metrics(namespace="Automate", service="sweeper")

HEARS_ENDS = "AUTOMATE_HEARS_ENDS"
"""The environment variable that is 1 where the stage hears how its executions end."""

STATUS_BUS, STATUS_QUEUE = "AUTOMATE_STATUS_BUS", "AUTOMATE_STATUS_QUEUE"
"""Those of the bus that changes of status are put on, and of the queue of those that it did not take."""

CONNECTOR = "AUTOMATE_CONNECTOR_FUNCTION"
"""That of the connector function's name, which calls webhooks of alerts."""

STUDIO_PARAMETER = "AUTOMATE_STUDIO_PARAMETER"
"""That of the parameter of Systems Manager that has the Studio's address, where no setting has it."""

TALLY_RESERVE_SECONDS = 20.0
"""Before the function's end no more hours are counted: erasures come after it."""

SCHEDULES_RESERVE_SECONDS = 15.0
"""Before the function's end no other schedule is begun: the next tick goes on."""


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Sweep once and start what schedules have due; answers ``{"wakes": how many were sent, "scheduled": how many
    were started}``. After an error the next tick tries again. A batch of the stream, and the event ``{"walk": {…}}``,
    are retention's."""
    _name_stage()
    if "Records" in event or "walk" in event:
        return taken(event, context)
    if "erased" in event:
        from functions.sweeper.erasure import again, parts  # noqa: PLC0415  the stream does not need it

        return again(parts().erasing, event["erased"])
    sent = sweeper().sweep()
    metrics.add_metric("WakesSent", MetricUnit.Count, sent)
    scheduled = _scheduled(context)
    _alerted()
    _put_again(context)
    _tallied(context)
    erase(context)  # last: it takes what time is left
    logger.info("swept", wakes=sent, scheduled=scheduled)
    return {"wakes": sent, "scheduled": scheduled}


def _scheduled(context: LambdaContext) -> int:
    """Start what is due; how many executions. A defect is the invocation's failure, which an alarm tells of; what is
    due stays due."""
    found, clock = schedules(), SystemClock()
    try:
        started = found.fire(clock.now() + context.get_remaining_time_in_millis() / 1000 - SCHEDULES_RESERVE_SECONDS)
    except StorageError as error:
        logger.warning("schedules are looked at again: %s", error)
        return 0
    if started:
        metrics.add_metric("ExecutionsScheduled", MetricUnit.Count, started)
    return started


def _alerted() -> int:
    """Tell what is late, and what alerts have counted, where the stage hears ends."""
    if os.environ.get(HEARS_ENDS) != "1":
        return 0
    try:
        return telling().look()
    except StorageError as error:
        logger.warning("alerts are looked at again: %s", error)
        return 0


def _tallied(context: LambdaContext) -> None:
    """Count executions for the dashboard. What is not done now is done by a later tick."""
    found = tallying()
    try:
        found.round(SystemClock().now() + context.get_remaining_time_in_millis() / 1000 - TALLY_RESERVE_SECONDS)
    except StorageError as error:
        logger.warning("counted later: %s", error)


def _put_again(context: LambdaContext) -> None:
    """Put the status events that were not taken, where the stage has a bus for them."""
    if STATUS_BUS in os.environ:
        statuses().again(lambda: context.get_remaining_time_in_millis() / 1000 > SCHEDULES_RESERVE_SECONDS)


def erase(context: LambdaContext) -> None:
    """Go on with erasures that are not over. What goes wrong is logged: the next tick tries again."""
    from functions.sweeper.erasure import parts  # noqa: PLC0415  what is over the stream does not need it
    from functions.sweeper.retention import RESERVE_SECONDS  # noqa: PLC0415

    found = parts()
    try:
        ended = found.tick(found.clock.now() + context.get_remaining_time_in_millis() / 1000 - RESERVE_SECONDS)
    except StorageError as error:
        logger.warning("erased later: %s", error)
        return
    if ended:
        logger.info("erased", erasures=ended)


def taken(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Delete executions whose term is over, tell of those that ended, and put changes of status on a bus; answers as
    the stream's mapping or the walk wants it."""
    from functions.sweeper.retention import RESERVE_SECONDS, retaining  # noqa: PLC0415  a tick does not need it

    found = retaining()
    deadline = found.clock.now() + context.get_remaining_time_in_millis() / 1000 - RESERVE_SECONDS
    before = found.taken
    try:
        if "walk" in event:
            return found.walk(event["walk"], deadline)
        ends, terms = _apart(event["Records"])
        told = [*_told(ends), *_put(event["Records"])]
        return {"batchItemFailures": [*told, *found.records(terms, deadline)["batchItemFailures"]]}
    finally:
        metrics.add_metric("ExecutionsTaken", MetricUnit.Count, found.taken - before)


def _apart(records: list[Any]) -> tuple[list[Any], list[Any]]:
    """The records that tell of ends, and those of terms that are over."""
    ends = [record for record in records if record["eventName"] == "MODIFY"]
    return ends, [record for record in records if record["eventName"] == "REMOVE"]


def _put(records: list[Any]) -> list[dict[str, str]]:
    """Put the changes of status on the stage's bus, where it has one; likewise."""
    again = statuses().records(records) if STATUS_BUS in os.environ else None
    return [] if again is None else [{"itemIdentifier": again}]


def _told(records: list[Any]) -> list[dict[str, str]]:
    """Tell them; where not all could be told, the record from which on they have to come again."""
    if not records or os.environ.get(HEARS_ENDS) != "1":
        return []
    found, before = telling(), telling().started
    again = found.records(records)
    metrics.add_metric("ExecutionsTriggered", MetricUnit.Count, found.started - before)
    return [] if again is None else [{"itemIdentifier": again}]


@cache
def _name_stage() -> None:
    """Metrics are one stage's: those of an account are counted each by itself."""
    metrics.set_default_dimensions(stage=Settings.from_environment(os.environ).stage)


@cache
def _stores() -> AwsStores:
    return AwsStores.from_settings(Settings.from_environment(os.environ), SystemClock(), threads=THREADS)


@cache
def tallying() -> Tallying:
    """What counts executions. It is kept: it knows up to when it has."""
    return Tallying(_stores().index, SystemClock(), Settings.from_environment(os.environ).workspace)


@cache
def sweeper() -> Sweeper:
    """The sweeper over the stores that the environment names, made at the first invocation."""
    stores = _stores()
    return Sweeper(stores.journal, stores.queue, SystemClock())


@cache
def schedules() -> Schedules:
    """What starts schedules. It is kept: what comes next is in its memory, and read again when something was
    published."""
    found = hearing_of_a_stage(_stores(), Settings.from_environment(os.environ), SystemClock())
    return found.schedules(os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "sweeper"))


@cache
def telling() -> Telling:
    """What tells ends. It is kept: who listens is in its memory, and read again every two seconds."""
    from engine.durable.triggering.alerting import AlertPlace  # noqa: PLC0415  a stage that hears no ends tells none
    from engine.durable.triggering.telling import Ways  # noqa: PLC0415
    from engine.triggers.alerts import default_alerts  # noqa: PLC0415
    from functions.sweeper.calls import StageCalls, studio_links  # noqa: PLC0415

    settings, stores = Settings.from_environment(os.environ), _stores()
    found = hearing_of_a_stage(stores, settings, SystemClock(), AlertPlace(
        default_alerts(settings),
        studio_links(stores.clients, settings.studio_url, os.environ.get(STUDIO_PARAMETER, "")),
        Ways(StageCalls(stores.clients, os.environ.get(CONNECTOR, "")), "connector:http:request"),
    ))
    return Telling(found.ended, found.watched)


@cache
def statuses() -> Statuses:
    """What puts changes of status on the stage's bus."""
    from functions.sweeper.statuses import Statuses  # noqa: PLC0415  few stages have one

    settings, stores = Settings.from_environment(os.environ), _stores()
    found = hearing_of_a_stage(stores, settings, SystemClock())
    return Statuses(
        stores.clients, found.ended.details, os.environ[STATUS_BUS], os.environ[STATUS_QUEUE]
    )
