"""What a stage hears, read and asked; and what is said of a trigger that listens to anything else."""

import pytest

from engine.catalog.document import parse_document
from engine.catalog.heard import Heard
from engine.catalog.trigger_checks import trigger_problems
from engine.errors import InvalidDocument

JOBS = "arn:aws:sqs:eu-central-1:111122223333:jobs"
DEFINITION = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
EVENT = {"type": "event", "pattern": {"source": ["x"]}}


def found(heard, *triggers):
    document = parse_document({"name": "w", "definition": DEFINITION, "triggers": list(triggers)})
    return list(trigger_problems(document.triggers, 0.0, kind="STANDARD", heard=heard))


def test_a_list_is_read_in_its_order_and_once():
    key = "arn:aws:kms:eu-central-1:111122223333:key/abc-1"
    heard = Heard.parse(f"bus:default, bus:my/orders,queue:{JOBS},bucket:up.loads,key:{key},bus:default,")
    assert heard == Heard(("default", "my/orders"), (JOBS,), ("up.loads",), (key,))
    assert heard
    assert not Heard.parse("")
    assert Heard.parse(" ends , bus:a") == Heard(("a",), ends=True)
    assert not Heard.parse("ends")  # nothing of the account arrives


@pytest.mark.parametrize(("text", "said"), [
    ("default", "it is of no kind"), ("topic:x", "it is of no kind"), ("queue:jobs", "queue takes the ARN of an SQS"),
    ("bucket:Up", "bucket takes the name"), ("bus:", "bus takes the name"), ("key:abc", "key takes the ARN"),
    (",".join(f"bus:{number}" for number in range(400)), "at most 2,000"),
])
def test_an_entry_that_will_not_do_is_refused(text, said):
    with pytest.raises(InvalidDocument, match=said) as refused:
        Heard.parse(text)
    assert refused.value.advice


def test_what_is_not_heard_is_refused_by_name_with_what_is():
    heard = Heard(buses=("default", "shop"))
    [problem] = found(heard, {**EVENT, "bus": "orders"})
    assert (problem.code, problem.location, problem.severity) == ("NOT_HEARD", "/triggers/0/bus", "ERROR")
    assert problem.message.startswith("the stage hears the buses default, shop: ")
    assert "bus:orders" in problem.message
    [problem] = found(heard, {"type": "queue", "queue": JOBS})
    assert (problem.location, problem.message.partition(":")[0]) == ("/triggers/0/queue", "the stage hears no queues")
    [problem] = found(heard, {"type": "workflow_end", "workflow": "other"})
    assert (problem.code, problem.location) == ("NOT_HEARD", "/triggers/0/workflow")
    assert found(Heard.parse("ends"), {"type": "workflow_end", "workflow": "other"}) == []
    [problem] = found(Heard(), {"type": "s3", "bucket": "uploads"})
    assert problem.location == "/triggers/0/bucket"


def test_what_is_heard_or_switched_off_or_asked_for_elsewhere_is_nothing_to_speak_of():
    heard = Heard(buses=("default",), queues=(JOBS,))
    assert found(heard, EVENT, {"type": "queue", "queue": JOBS}, {"type": "s3", "bucket": "any"}) == []
    assert found(Heard(buckets=("uploads",)), {"type": "s3", "bucket": "uploads"}) == []
    assert found(Heard(), {**EVENT, "enabled": False}, {"type": "schedule", "expression": "rate(1 day)"}) == []
    assert found(None, EVENT, {"type": "queue", "queue": "any"}) == []
