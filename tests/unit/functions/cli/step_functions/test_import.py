"""State machines become workflows: versions in order, aliases, names, what cannot be published, and never twice."""

from __future__ import annotations

import json
import os
from dataclasses import replace

import pytest
from botocore.exceptions import ClientError, NoCredentialsError
from moto import mock_aws

from engine.catalog.document import parse_document
from engine.settings import Settings
from functions.cli.step_functions.into import Into
from functions.cli.step_functions.names import workflow_names
from functions.cli.tuning import account
from functions.server.product import Product
from tests.support.connector_function import ARN
from tests.support.machines_of_moto import ACCOUNT, REGION, MotoMachines

FROM = ("import", "--from", "step-functions")
STARTS = {"StartAt": "Go", "States": {"Go": {
    "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2",
    "Parameters": {"StateMachineArn": f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:orders"}, "End": True,
}}}


def passing(number):
    return {"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": number, "End": True}}}


def calling(resource, **more):
    return {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": resource, "End": True, **more}}}


@pytest.fixture
def machines(monkeypatch):
    with mock_aws():
        made = MotoMachines()
        monkeypatch.setattr(account.Account, "client", lambda self, service: made)
        yield made


@pytest.fixture
def orders(machines):
    """Three versions and a current definition beyond them."""
    arn = machines.create("orders", passing(1), publish=True)
    machines.update(arn, passing(2), description="the second")
    machines.update(arn, passing(3))
    machines.update(arn, passing(4), publish=False)
    return arn


def state_of(automate):
    """Everything that a run could have changed: versions, active ones, drafts, audit log."""
    _, listed = automate.json("workflows")
    rows = [{k: row[k] for k in ("name", "active_version", "latest_version")} for row in listed["workflows"]]
    drafts = [automate("export", row["name"])[1] for row in rows]
    return rows, drafts, automate.json("audit", "list")[1]


def definition_of(automate, name, *version):
    return json.loads(automate("export", name, *version)[1])["definition"]


def test_versions_come_in_their_order_and_the_current_definition_last(automate, orders):
    status, done = automate.json(*FROM, "--name", "orders")
    [machine] = done["machines"]
    assert (status, machine["draft"], machine["active"]) == (0, "created", 4)
    assert [(item["there"], item["here"]) for item in machine["versions"]] == [(1, 1), (2, 2), (3, 3)]
    assert machine["current"] == {"there": None, "here": 4, "published": True, "findings": []}
    for number in (1, 2, 3, 4):
        assert definition_of(automate, "orders", "--version", str(number)) == passing(number)
    notes = [item["note"] for item in automate.json("versions", "orders")[1]["versions"]]
    assert notes[2] == "Step Functions: version 2 of orders. the second"


def test_a_second_run_changes_nothing(automate, machines, orders):
    machines.create("other", passing(7), kind="EXPRESS")
    machines.alias(orders, "live", (2, 100))
    assert automate(*FROM, "--all")[0] == 0
    before = state_of(automate)
    status, done = automate.json(*FROM, "--all")
    assert (status, state_of(automate)) == (0, before)
    assert [item["draft"] for item in done["machines"]] == ["unchanged", "unchanged"]
    assert not any(item["published"] for machine in done["machines"] for item in machine["versions"])


def test_a_dry_run_writes_nothing(automate, orders):
    status, said, _ = automate(*FROM, "--all", "--dry-run")
    assert status == 0
    assert "version 3: would be published" in said
    assert automate.json("workflows")[1]["workflows"] == []


def test_what_is_new_comes_after_what_is_here(automate, machines, orders):
    automate(*FROM, "--all")
    machines.update(orders, passing(5))
    _, done = automate.json(*FROM, "--all")
    [machine] = done["machines"]
    assert [(item["there"], item["here"], item["published"]) for item in machine["versions"]] == [
        (1, 1, False), (2, 2, False), (3, 3, False), (4, 5, True)
    ]
    assert machine["active"] == 5
    assert definition_of(automate, "orders") == passing(5)


def test_a_definition_that_comes_back_is_a_version_of_its_own(automate, machines):
    arn = machines.create("orders", passing(1), publish=True)
    machines.update(arn, passing(2))
    machines.update(arn, passing(1))
    for _ in range(2):
        [machine] = automate.json(*FROM, "--all")[1]["machines"]
        assert [item["here"] for item in machine["versions"]] == [1, 2, 3]
        assert machine["current"]["here"] == 3


class TestAliases:
    def test_the_version_of_the_one_alias_is_active_and_the_current_definition_the_draft(
        self, automate, machines, orders
    ):
        machines.alias(orders, "live", (2, 100))
        status, said, _ = automate(*FROM, "--all")
        assert status == 0
        assert "alias live: 100 % version 2 (here 2); it counts for the active version" in said
        assert "version 2 is active" in said
        assert automate.json("workflows")[1]["workflows"][0]["active_version"] == 2
        assert definition_of(automate, "orders") == passing(4)

    def test_of_two_versions_the_heavier_counts(self, automate, machines, orders):
        machines.alias(orders, "live", (3, 10), (2, 90))
        _, said, _ = automate(*FROM, "--all")
        assert "alias live: 90 % version 2 (here 2), 10 % version 3 (here 3)" in said
        assert "no start is shared out here" in said
        assert "version 2 is active" in said

    def test_of_several_aliases_the_one_that_is_named_counts(self, automate, machines, orders):
        machines.alias(orders, "live", (1, 100))
        machines.alias(orders, "next", (3, 100))
        [machine] = automate.json(*FROM, "--all")[1]["machines"]
        assert (machine["active"], [alias["counts"] for alias in machine["aliases"]]) == (4, [False, False])
        [machine] = automate.json(*FROM, "--all", "--alias", "live")[1]["machines"]
        assert (machine["active"], machine["aliases"][0]["counts"]) == (1, True)

    def test_an_alias_that_moved_is_told_and_not_followed_unasked(self, automate, machines, orders):
        machines.alias(orders, "live", (2, 100))
        automate(*FROM, "--all")
        machines.update_state_machine_alias(
            stateMachineAliasArn=f"{orders}:live",
            routingConfiguration=[{"stateMachineVersionArn": f"{orders}:3", "weight": 100}],
        )
        assert "automate rollback orders 3" in automate(*FROM, "--all")[1]
        assert automate.json(*FROM, "--all", "--alias", "live")[1]["machines"][0]["active"] == 3

    def test_an_alias_that_is_not_there_is_refused_with_those_that_are(self, automate, machines, orders):
        machines.alias(orders, "live", (1, 100))
        status, _, said = automate(*FROM, "--all", "--alias", "prod")
        assert (status, "There are: live." in said) == (1, True)

    def test_a_machine_without_the_named_alias_is_refused_and_nothing_unreleased_becomes_active(
        self, automate, machines, orders
    ):
        machines.alias(orders, "live", (2, 100))
        other = machines.create("pay", passing(1), publish=True)
        machines.alias(other, "prod", (1, 100))
        machines.update(other, passing(2), publish=False)
        status, done = automate.json(*FROM, "--all", "--alias", "prod")
        refused, pay = done["machines"]
        assert (status, refused["draft"], refused["error"]["where"]) == (1, "refused", "--alias")
        assert "It has live: give --name orders --alias NAME" in refused["error"]["advice"]
        assert pay["active"] == 1
        assert [row["name"] for row in automate.json("workflows")[1]["workflows"]] == ["pay"]

    def test_a_machine_without_any_alias_comes_in_as_if_none_was_named(self, automate, machines, orders):
        other = machines.create("pay", passing(1), publish=True)
        machines.alias(other, "prod", (1, 100))
        automate(*FROM, "--all")
        automate("rollback", "orders", "2")
        status, done = automate.json(*FROM, "--all", "--alias", "prod")
        asked_of_none = done["machines"][0]
        assert (status, asked_of_none["active"], asked_of_none["moves_to"]) == (0, 2, 4)


class TestWhatCannotBePublished:
    def test_it_stays_a_draft_with_its_findings(self, automate, machines):
        machines.create("unknown", calling("arn:aws:states:::nowhere:do"))
        machines.create("sound", passing(1))
        status, said, _ = automate(*FROM, "--all")
        assert status == 1
        assert "only the draft, as it cannot be published" in said
        assert "/States/A/Resource" in said
        rows = {row["name"]: row["active_version"] for row in automate.json("workflows")[1]["workflows"]}
        assert rows == {"sound": 1, "unknown": None}

    def test_a_version_that_cannot_be_published_does_not_keep_the_others_out(self, automate, machines):
        arn = machines.create("orders", calling("arn:aws:states:::nowhere:do"), publish=True)
        machines.update(arn, passing(2))
        status, done = automate.json(*FROM, "--all")
        [machine] = done["machines"]
        assert status == 1
        assert [(item["there"], item["here"], bool(item["findings"])) for item in machine["versions"]] == [
            (1, None, True), (2, 1, False)
        ]
        assert machine["active"] == 1

    def test_calls_of_aws_need_a_profile_and_say_so(self, automate, machines, monkeypatch):
        machines.create("pay", calling("arn:aws:lambda:eu-central-1:123456789012:function:pay"))
        status, said, _ = automate(*FROM, "--all")
        assert status == 1
        assert "Set AUTOMATE_AWS_PROFILE" in said.rpartition("\n\n")[2]
        monkeypatch.setenv("AUTOMATE_AWS_PROFILE", "sandbox")
        status, said, _ = automate(*FROM, "--all")
        assert status == 0
        assert "the current definition: published as version 1" in said
        assert "Workflows here call AWS with 'sandbox'" in said

    def test_an_activity_is_remarked_upon(self, automate, machines):
        machines.create("ask", calling(f"arn:aws:states:{REGION}:{ACCOUNT}:activity:people"))
        status, said, _ = automate(*FROM, "--all")
        assert status == 0
        assert "/States/A/Resource: its workers poll AWS" in said


class TestNames:
    def test_unfit_characters_are_replaced_and_told(self, automate, machines):
        machines.create("größe.v2", passing(1))
        status, said, _ = automate(*FROM, "--name", "größe.v2")
        assert status == 0
        assert said.startswith("gr_e_v2 (there 'größe.v2': not a workflow's name): STANDARD")
        assert [row["name"] for row in automate.json("workflows")[1]["workflows"]] == ["gr_e_v2"]

    def test_two_never_become_one(self):
        names = workflow_names(["a.b", "a_b", "a+b", "fine"])
        assert names["a_b"] == "a_b"
        assert names["fine"] == "fine"
        assert len(set(names.values())) == 4
        assert names == workflow_names(["fine", "a+b", "a_b", "a.b"])

    def test_one_that_is_not_there_names_the_nearest(self, automate, orders):
        status, _, said = automate(*FROM, "--name", "order")
        assert (status, "Did you mean orders?" in said) == (1, True)


class TestWhatIsHere:
    def test_the_kind_comes_along(self, automate, machines):
        machines.create("quick", passing(1), kind="EXPRESS")
        automate(*FROM, "--all")
        assert json.loads(automate("export", "quick")[1])["kind"] == "EXPRESS"

    def test_what_a_document_has_besides_stays(self, automate, machines, tmp_path, orders):
        file = tmp_path / "orders.json"
        ours = {"name": "orders", "description": "Ours", "input_schema": {"type": "object"}}
        document = {**ours, "definition": passing(9)}
        file.write_text(json.dumps(document))
        automate("import", "--file", str(file))
        assert automate(*FROM, "--all")[0] == 0
        assert json.loads(automate("export", "orders")[1]) == {**document, "definition": passing(4)}

    def test_edits_are_not_overwritten_and_nothing_is_half_done(self, automate, machines, orders):
        automate(*FROM, "--all")
        edited = {"name": "orders", "definition": passing("edited")}
        edit(automate, edited)
        machines.update(orders, passing(5))
        machines.create("zoo", passing(1))
        before = state_of(automate)[0]
        status, planned = automate.json(*FROM, "--all", "--dry-run")
        assert (status, planned["machines"][0]["error"]["code"]) == (1, "Conflict")
        assert planned["machines"][0]["draft"] == "refused"
        status, forced = automate.json(*FROM, "--all", "--dry-run", "--force")
        assert (status, forced["machines"][0]["draft"]) == (0, "changed")
        status, done = automate.json(*FROM, "--all")
        assert status == 1
        assert done["machines"][0]["error"] == planned["machines"][0]["error"]
        refused, other = done["machines"]
        assert (refused["draft"], refused["error"]["code"]) == ("refused", "Conflict")
        assert (other["draft"], other["active"]) == ("created", 1)
        assert [row for row in state_of(automate)[0] if row["name"] == "orders"] == before
        assert definition_of(automate, "orders") == passing("edited")
        assert automate(*FROM, "--all", "--force")[0] == 0
        assert definition_of(automate, "orders") == passing(5)

    def test_one_that_was_cut_off_is_finished_by_the_next(self, automate, orders, monkeypatch):
        publish, done = Into.publish, []

        def dies(self, name, note):
            if len(done) == 2:
                raise KeyboardInterrupt
            done.append(name)
            return publish(self, name, note)

        with monkeypatch.context() as patched:
            patched.setattr(Into, "publish", dies)
            assert automate(*FROM, "--all")[0] == 130
        [machine] = automate.json(*FROM, "--all")[1]["machines"]
        assert [(item["there"], item["here"], item["published"]) for item in machine["versions"]] == [
            (1, 1, False), (2, 2, False), (3, 3, True)
        ]
        assert (machine["current"]["here"], machine["active"]) == (4, 4)
        assert definition_of(automate, "orders") == passing(4)

    def test_a_machine_that_comes_along_is_started_here(self, automate, machines, orders):
        machines.create("caller", STARTS)
        status, said, _ = automate(*FROM, "--all")
        assert status == 0
        assert "it starts the workflow orders" in said
        assert definition_of(automate, "caller")["States"]["Go"]["Parameters"] == {"StateMachineArn": "orders"}

    def test_a_machine_that_stays_there_is_started_there(self, automate, machines, orders):
        machines.create("caller", STARTS)
        _, said, _ = automate(*FROM, "--name", "caller")
        assert "in AWS, as before" in said
        assert definition_of(automate, "caller") == STARTS


class TestAsking:
    def test_there_may_be_none(self, automate, machines):
        assert automate(*FROM, "--all")[:2] == (0, "There are no state machines in this account and region.\n")

    @pytest.mark.parametrize(("error", "says"), [
        (NoCredentialsError(), "Unable to locate credentials"),
        (ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "List"), "AccessDenied"),
    ])
    def test_aws_saying_no_is_told_in_plain_words(self, automate, machines, error, says):
        def refuse(**_):
            raise error

        machines.list_state_machines = refuse
        status, _, said = automate(*FROM, "--all")
        assert (status, says in said) == (1, True)
        assert "--profile" in said

    @pytest.mark.parametrize(("arguments", "says"), [
        (("import",), "Give --file FILE, or --from step-functions"),
        ((*FROM, "--all", "--file", "x.json"), "Give --file FILE, or --from step-functions"),
        (FROM, "give --name MACHINE, or --all"),
        ((*FROM, "--all", "--name", "x"), "give --name MACHINE, or --all"),
        ((*FROM, "--all", "--publish"), "--publish is for --file"),
        (("import", "--file", "x.json", "--all"), "--all is for --from"),
        (("import", "--file", "x.json", "--dry-run"), "--dry-run is for --from"),
        (("import", "--file", "x.json", "--region", "x"), "--region is for --from"),
    ])
    def test_options_that_do_not_go_together(self, automate, arguments, says):
        status, _, said = automate(*arguments)
        assert (status, says in said) == (2, True)


def edit(automate, document):
    """Save the draft as the Studio does: no import."""
    product = Product.open(replace(Settings(), data_dir=str(automate.folder)), command="test", environment=os.environ)
    try:
        catalog = product.services.catalog
        etag = catalog.draft("default", document["name"]).etag
        catalog.save_draft("default", parse_document(document), actor=product.actor, expect_etag=etag)
    finally:
        product.close()


def test_a_connector_task_comes_back_as_one(automate, machines, tmp_path):
    """Out as JSON, made in moto, in again under another name's draft: the same definition."""
    source = {"name": "ship", "definition": {"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": {
        "Type": "Task", "Resource": "connector:http:request", "TimeoutSeconds": 20,
        "Arguments": {"url": "https://erp.example.com", "bearer_token": {"$secret": "ERP_KEY"}},
        "Output": "{% $states.result.body %}", "End": True,
    }}}}
    file = tmp_path / "ship.json"
    file.write_text(json.dumps(source))
    automate("import", "--file", str(file), "--publish")
    exported = json.loads(automate("export", "ship", "--to", "step-functions", "--connector-function", ARN)[1])
    assert exported["States"]["A"]["Resource"] == ARN
    machines.create("ship", exported)
    status, done = automate.json(*FROM, "--all")
    [machine] = done["machines"]
    assert (status, machine["draft"], machine["current"]["here"], machine["calls_aws"]) == (0, "unchanged", 1, False)
    machines.create("ship2", exported)
    automate(*FROM, "--name", "ship2")
    assert definition_of(automate, "ship2") == source["definition"]
