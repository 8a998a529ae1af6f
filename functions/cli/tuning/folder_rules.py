"""How the tunables of one machine are chosen from what a data folder shows. Pure.

A worker process owns as many executions at once as the larger of EXECUTION_BATCH_SIZE and AUTOMATE_TASK_THREADS
(engine/durable/worker/serving.py), and makes as many calls as it has threads.
"""

from __future__ import annotations

from dataclasses import fields

from engine.settings import Settings
from functions.app.shapes.operations import Figures
from functions.cli.screen import counted
from functions.cli.tuning.figures import Note, Number, Proposal, Tuning

LEAST_EXECUTIONS = 20
DELAY_SECONDS = 1.0
"""Half of the executions wait longer for their first step: that is no burst and no restart."""

FULL = 0.9
SHORT_SECONDS = 1.0
LARGEST_BATCH = 50
MOST_WORKERS = 64
"""What `automate up --workers` takes."""

WORKERS, THREADS, BATCH = "workers", "task_threads", "batch_size"


def tune(folder: Figures) -> Tuning:
    """What the figures say. Without enough executions: nothing, and a note that says so.

    One change of three at a time: threads where calls wait for them, else a process where there is a CPU for it, else a
    larger claim for short executions.
    """
    if folder.executions < LEAST_EXECUTIONS:
        said = "Too little" if folder.executions else "No"
        return Tuning(enough=False, notes=(Note(
            f"{said} data: {folder.executions} executions began in {folder.hours:g} h, and fewer than "
            f"{LEAST_EXECUTIONS} say nothing. Nothing is proposed.", {"executions": folder.executions},
        ),))
    figures: dict[str, Number] = {
        "executions": folder.executions, "median_delay_seconds": folder.delay, "median_seconds": folder.took,
        "most_calls_at_once": folder.calls, "most_open_at_once": folder.open, "workers": folder.workers,
        "cpus": folder.cpus,
    }
    if not folder.workers:
        return Tuning(enough=True, notes=(Note("No worker runs now: automate up, or automate worker.", figures),))
    found = _threads(folder, figures) or _when_waiting(folder, figures)
    return Tuning(
        enough=True, proposals=(found,) if isinstance(found, Proposal) else (),
        notes=(found,) if isinstance(found, Note) else (),
    )


def _threads(folder: Figures, figures: dict[str, Number]) -> Proposal | None:
    most = _most(THREADS)
    if folder.calls < FULL * folder.task_threads * folder.workers or folder.task_threads >= most:
        return None
    return Proposal(
        "threads", {THREADS: min(folder.task_threads * 2, most)},
        f"Up to {folder.calls} calls went on at once, about as many as {counted(folder.workers, 'worker')} with "
        f"{folder.task_threads} threads can make: others waited. More of them call the systems behind your "
        "connectors more at once.",
        figures,
    )


def _when_waiting(folder: Figures, figures: dict[str, Number]) -> Proposal | Note | None:
    if folder.delay < DELAY_SECONDS:
        return None
    if folder.workers < min(folder.cpus, MOST_WORKERS):
        return Proposal(
            "workers", {WORKERS: folder.workers + 1},
            f"Half of the executions waited {folder.delay:.1f} s or more for their first step, and there are "
            f"{folder.cpus} CPUs: another worker process uses another.", figures,
        )
    if folder.took < SHORT_SECONDS and folder.batch_size < LARGEST_BATCH:
        return Proposal(
            "batch", {BATCH: min(folder.batch_size * 2, LARGEST_BATCH)},
            "Many short executions wait: a worker that claims more at once writes less for each.", figures,
        )
    return Note(
        f"Half of the executions waited {folder.delay:.1f} s or more for their first step with a worker on each CPU: "
        "this machine is full, or the worker was away, or workflows were paused.", figures,
    )


def _most(name: str) -> int:
    return int(next(item.metadata["most"] for item in fields(Settings) if item.name == name))
