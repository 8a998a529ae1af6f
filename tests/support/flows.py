"""Small workflows of one connector, and a process that dies in a call."""

from __future__ import annotations

from engine.durable import codec

WORK = "connector:demo:work"


def task(**more):
    return {"Type": "Task", "Resource": WORK, **more}


def flow(states, start=None, **more):
    return {"StartAt": start or next(iter(states)), "States": states, **more}


ONE_TASK = flow({"Work": task(End=True)})
THREE_TASKS = flow({"A": task(Next="B"), "B": task(Next="C"), "C": task(End=True)})
WAIT = flow({"Pause": {"Type": "Wait", "Seconds": 90, "Next": "Done"}, "Done": {"Type": "Succeed"}})
CALLBACK = flow({"Ask": {"Type": "Task", "Resource": WORK + ".waitForTaskToken",
                         "Parameters": {"token.$": "$$.Task.Token"}, "End": True}})


def snapshot(product, key):
    return codec.decode_snapshot(s.body for s in product.stores.journal.load(key).segments)


class Died(BaseException):
    """The process is gone."""


def die(_call):
    raise Died
