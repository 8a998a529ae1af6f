"""Classes of drafts that were wrong and said nothing: what a draft lacks is a to-do in the person's words."""

from __future__ import annotations

import pytest

from connectors.registry import Registry
from engine.catalog.states import states_of
from engine.copilot.accounting.account import account
from functions.app.copilot.catalogue import catalogue_of
from tests.copilot.evaluate import COPILOT


def drafted(sentence):
    """The to-dos in the person's words, and the tasks."""
    proposal = COPILOT.draft(sentence)
    states = [item.state for item in states_of(proposal.document["definition"])]
    return (" | ".join(word.text for word in proposal.words if word.pointer is None),
            [state for state in states if state["Type"] == "Task"])


@pytest.mark.parametrize(("sentence", "lost"), [
    ("Post to #deploys on Slack with the text 'Release is out'.", "Release is out"),
    ("Invoke the thumbnails function with the size large.", "large"),
    ("Open a GitHub issue called Nightly build broken in our infra repo.", "Nightly build broken"),
    ("Email it to Marta with the subject Weekly figures.", "Marta"),
    ("Email it to Marta with the subject Weekly figures.", "Weekly figures"),
    ("Save the score in the results table as final and email the teacher.", "final"),
    ("Upgrade the account to gold in the accounts table, then tell Omar on Slack.", "gold"),
    ("Put the parcel on the returns queue with priority high.", "high"),
    ("Start the onboarding workflow with the type contractor.", "contractor"),
    ("Pay the supplier through Wise and save the payment in the payments table.", "Wise"),
    ("The ticket gets the label blocked and then goes to the billing queue.", "blocked"),
    ("Give the user the role admin and save it in the users table.", "admin"),
    ("Update the shipment in the shipments table: its carrier becomes DHL.", "DHL"),
])
def test_a_name_or_a_value_that_no_argument_has_is_a_to_do(sentence, lost):
    assert lost in drafted(sentence)[0]


def test_what_each_one_is_of_is_a_to_do_where_nothing_says_so():
    assert "each one" in drafted("Run the sow function; for each one with fewer than 4 left, log it.")[0]
    assert "each" not in drafted("Go through the seeds; for each one with fewer than 4 left, log it.")[0]
    assert "each" in drafted(  # it reads a list of the input, and not the one that was fetched
        "Get the list of seeds from https://x.io/seeds; for each one with fewer than 4 left, log it."
    )[0]


@pytest.mark.parametrize(("sentence", "arguments"), [
    ("Put an InvoiceSettled event on the event bus.", "InvoiceSettled"),
    ("Emit a ShipmentDelayed event for the parcel.", "ShipmentDelayed"),
    ("Mark the booking as cancelled in the bookings table.", "{'#s': 'status'}"),
    ("Mark the booking as cancelled in the bookings table.", "{'S': 'cancelled'}"),
    ("Set the parcel's carrier to Northline in the parcels table.", "{'#s': 'carrier'}"),
    ("Set the parcel's carrier to Northline in the parcels table.", "{'S': 'Northline'}"),
    ("The member's plan is changed to premium in the members table.", "{'#s': 'plan'}"),
    ("Save the lead in the leads table, then tell Omar on Slack.", "#omar"),
])
def test_one_that_an_argument_has_is_used(sentence, arguments):
    to_dos, tasks = drafted(sentence)
    assert to_dos == ""
    assert arguments in str([task["Arguments"] for task in tasks])


@pytest.mark.parametrize("asked", [
    "create a page in Notion", "add a card to the Trello board", "create a Google Doc with the minutes",
    "create a spreadsheet in Google Sheets", "create a channel in Slack for the incident",
    "invite the new colleague to Slack", "verify the email address of the lead", "archive the customer's mail",
    "delete the old messages from the retries queue", "clear the dead-letters queue", "deploy the resize function",
    "create a pull request on GitHub", "delete the customer in Stripe", "capture the visitor's signature",
    "unsubscribe the user from the alerts topic", "log the refund in HubSpot", "delete the OrderPaid event bus",
    "count the rows of the orders table", "flip the valve in the valves table",
    "add the urgent tag to the GitHub issue",
    "rename the orders table", "delete the nightly export table",
])
def test_what_no_action_fits_is_a_placeholder(asked):
    to_dos, tasks = drafted(f"{asked[0].upper()}{asked[1:]} and then call https://a.example.com.")
    assert asked.lower() in to_dos.lower()
    assert [task["Resource"] for task in tasks] == ["connector:http:request"]


@pytest.mark.parametrize(("sentence", "lost"), [
    ("Charge the customer in Chargebee and email them.", "Chargebee"),
    ("Save the row in the Airtable table.", "Airtable"),
    ("Put the order on the RabbitMQ queue.", "RabbitMQ"),
    ("Ask the boss in Microsoft Teams before the card is charged.", "Microsoft Teams"),
    ("When a deal is won in HubSpot, email the owner.", "HubSpot"),
])
def test_a_product_that_no_connector_is_for_is_a_to_do(sentence, lost):
    assert lost in drafted(sentence)[0]


@pytest.mark.parametrize(("sentence", "resource"), [
    ("Log the order in the Google Sheet.", "connector:google_sheets:append_rows"),
    ("Update the message on Slack.", "connector:slack:update_message"),
    ("Insert the lead into Postgres.", "connector:postgres:execute"),
    ("Classify the ticket with the language model.", "connector:llm:chat"),
    ("Capture the payment.", "connector:stripe:create_payment_intent"),
])
def test_an_action_that_fits_is_chosen(sentence, resource):
    assert [task["Resource"] for task in drafted(sentence)[1]] == [resource]


@pytest.mark.parametrize(("sentence", "lost"), [
    ("Process the returns four at a time: charge each supplier and email them.", "Process the returns"),
    ("Go through the orders two at a time: email each customer.", "two at a time"),
    ("Handle the claims five at a time: email every adjuster.", "Handle the claims"),
    ("Work through the bookings one by one: email each guest.", "Work through the bookings"),
    ("Take the tickets ten at a time: post to #support on Slack for each customer.", "Take the tickets"),
    ("Process the shipments two at a time: for each parcel, call https://a.example.com.", "Process the shipments"),
    ("Handle the applications in batches of 10: email each applicant.", "Handle the applications"),
    ("Check the invoices three at a time: email each supplier.", "Check the invoices"),
    ("Deal with the alerts in groups of 5: post to #ops on Slack for each host.", "with the alerts"),
    ("Visit the stores one after another: call https://a.example.com for each register.", "Visit the stores"),
    ("Walk through the leases one by one: email every tenant.", "through the leases"),
    ("Go through the suppliers: for each invoice, charge the card.", "Go through the suppliers"),
])
def test_items_of_another_noun_are_a_to_do(sentence, lost):
    assert lost in drafted(sentence)[0]


@pytest.mark.parametrize(("sentence", "lost"), [
    ("Charge the card; if that fails retry it 4 times and after that write it to the log.", "after that"),
    ("Run the backup workflow; if it fails try again five times, after which email admin@lab.org.", "after which"),
    ("Run the import function, on failure try again 3 times, and after that tell #data on Slack.", "after that"),
    ("Call https://a.io/x; if it fails retry twice; after that email ops@x.io.", "after that"),
    ("Charge the card, retry it twice if it fails, and then email the customer.", "then"),
])
def test_what_comes_after_a_retry_is_a_to_do_where_it_may_mean_either(sentence, lost):
    assert lost in drafted(sentence)[0]


@pytest.mark.parametrize(("sentence", "lost"), [
    ("Ignore errors of the cleanup function: run it and then email the team.", "Ignore errors"),
    ("Run the purge function, ignoring any failure, and post to #ops on Slack.", "ignoring any failure"),
    ("Call https://a.example.com, tolerating failures, and post to #x on Slack.", "tolerating failures"),
    ("Call https://a.example.io/warm but don't care about errors, then charge the card.", "don't care about errors"),
    ("Invoke the resize function and carry on even if it fails, then email the author.", "if it fails"),
    ("If the pricing service is unavailable, call https://backup.prices.io instead.", "pricing service is unavailable"),
])
def test_failures_that_are_ignored_or_gone_around_are_a_to_do_where_no_catch_does_it(sentence, lost):
    assert lost in drafted(sentence)[0]


def test_what_is_used_instead_of_what_failed_is_behind_its_catch_and_goes_on():
    to_dos, tasks = drafted("Call https://a.one.io; if it is down, use https://a.two.io instead. Then log it.")
    assert to_dos == ""
    one, other = (next(task for task in tasks if task["Arguments"].get("url") == f"https://a.{name}.io")
                  for name in ("one", "two"))
    assert one["Catch"][0]["Next"] == "Use Instead"
    assert other["Next"] == one["Next"]


def test_names_in_a_title_are_no_names():
    assert drafted("Call The Billing Service And Then Email The Customer")[0] == ""


@pytest.mark.parametrize(("sentence", "drafted_from", "lost"), [
    ("If the error count is over 10, log it.", "If the error is over 10, log it.", "count"),
    ("If the queue length is above 40, log it.", "If the queue is above 40, log it.", "length"),
    ("Put the booking on the queue housekeeping, then log it.", "Put the booking on the queue, then log it.",
     "the queue housekeeping"),
    ("Save it to the table meters.", "Save it to the orders table.", "the table meters"),
    ("In parallel run the a function and the b function, and afterwards run the c function.",
     "In parallel run the a function, run the b function and run the c function.", "afterwards"),
    ("At the same time email a@b.io and log it, then run the c function.",
     "At the same time email a@b.io, log it and run the c function.", "then"),
    ("For each order, charge the card; finally post to #sales on Slack.",
     "For each order, charge the card and post to #sales on Slack.", "finally"),
    ("Refund each guest. Lastly log it.", "For each guest, refund the guest and log it.", "Lastly"),
    ("Call https://a.io/b. If the answer is late.", "Call https://a.io/b. If the answer is late, do nothing.", "If"),
    ("If the pump is hot, stop. If it is not, run the cool function.", "If the pump is hot, stop.", "it is not"),
])
def test_what_a_draft_has_elsewhere_or_in_half_is_a_to_do(sentence, drafted_from, lost):
    catalogue = catalogue_of(Registry(installed=list))
    found = account(sentence, COPILOT.draft(drafted_from).document, catalogue)
    assert lost.lower() in " | ".join(word.text for word in found.to_dos).lower()


@pytest.mark.parametrize(("sentence", "lost"), [
    ("Get the rate from https://fx.io/eur, multiply the total and charge the card.", "multiply"),
    ("Email a@b.io, polish the lens and then log it.", "polish"),
])
def test_a_verb_that_nobody_here_knows_is_a_to_do(sentence, lost):
    assert lost in drafted(sentence)[0]


@pytest.mark.parametrize("down", ["is down", "is unreachable", "does not answer", "fails"])
def test_what_is_down_starts_nothing(down):
    proposal = COPILOT.draft(f"When the webhook {down}, post to #ops on Slack.")
    assert "triggers" not in proposal.document
    assert any(word.pointer is None for word in proposal.words)


@pytest.mark.parametrize(("sentence", "lost"), [
    ("Email ops@a.io unless it came from the demo tenant.", "unless it came from the demo tenant"),
    ("Email everyone except the interns.", "except the interns"),
    ("Charge the card 30 euros if the rental took 3 days.", "3 days"),
])
def test_a_condition_that_decides_nothing_has_used_no_word(sentence, lost):
    assert lost in drafted(sentence)[0]


@pytest.mark.parametrize(("sentence", "lost"), [
    ("After running the export function, but before emailing cfo@a.io, wait 2 hours.", "before"),
    ("Run the export function, but email cfo@a.io beforehand.", "beforehand"),
    ("Ask ann@a.io and then bob@a.io to approve; only if both agree run the pay function.", "then"),
    ("Ask ann@a.io first and bob@a.io second to approve the loan.", "first | second"),
    ("Ask ann@a.io, and after her bob@a.io, to approve the loan.", "after her"),
    ("For each order, charge the card; email ops@a.io at the end.", "at the end"),
    ("If the order is not paid and over 100, email ops@a.io.", "paid and over"),
    ("If none of the orders is over 100, log it.", "none"),
    ("Email ann@a.io or, if the order is over 300, bob@a.io.", "or"),
    ("Email the owner and all watchers of the ticket.", "the owner"),
    ("Email the landlord and all tenants of the house.", "the landlord"),
    ("Ask boss@a.io to approve it. After 2 days email her again.", "again"),
    ("Retry https://a.io/x 5 times, wait 3 hours and email ops@a.io.", "wait 3 hours"),
    ("Call https://a.io/x; if it is not there, email ops@a.io.", "not there"),
    ("Run the a-one function only if the b-two function succeeded.", "the b-two function succeeded"),
    ("Retry the a-one function 3 times, but not if the error is a timeout.", "but not if"),
    ("For each order over 100, charge the card; log the others.", "the others"),
    ("Every day at 9 except on Sundays and holidays run the report function.", "holidays"),
    ("Charge the customer 20 euros less than the total.", "less than the total"),
    ("If it rains or the wind is over 50, email ops@a.io.", "it rains"),
])
def test_what_the_shape_of_the_draft_contradicts_is_a_to_do(sentence, lost):
    assert lost in drafted(sentence)[0]


@pytest.mark.parametrize(("sentence", "drafted_from", "lost"), [
    ("For each lamp call https://a.io/l, five at once, then post to #done on Slack.",
     "For each lamp, call https://a.io/l and post to #done on Slack, five at once.", "then"),
    ("Email the plan to a@b.io and call https://a.io/s every 5 minutes until the state is done.",
     "Repeat every 5 minutes: email the plan to a@b.io and call https://a.io/s until the state is done.",
     "Email"),
    ("Run the a-one function, then log it.", "Log it, then run the a-one function.", "then"),
    ("Run the a-one function, then run the b-two function.",
     "At the same time run the a-one function and run the b-two function.", "then"),
    ("If the pump is hot, email a@b.io. Otherwise log it.",
     "If the pump is hot, log it. Otherwise email a@b.io.", "If"),
    ("If the pump is hot, email a@b.io.", "If the pump is not hot, email a@b.io.", "If"),
    ("Ask boss@a.io to approve it and run the pay function.",
     "Ask boss@a.io to approve it. If she refuses, run the pay function.", "run"),
    ("If the pump is hot, email a@b.io and log it.", "If the pump is hot, email a@b.io. Log it.", "log"),
    ("Log it for the pump.", "Log it for each pump.", "pump"),
])
def test_what_stands_elsewhere_than_the_markers_say_is_a_to_do(sentence, drafted_from, lost):
    found = account(sentence, COPILOT.draft(drafted_from).document, catalogue_of(Registry(installed=list)))
    assert any(lost in word.text.split() for word in found.to_dos)


@pytest.mark.parametrize(("sentence", "drafted_from", "lost"), [
    ("Run the a-one function. If a-one conks out, log it.",
     "Run the a-one function. If the a-one is strange, log it.", "a-one"),
    ("Ask ann@a.io how it went.", "Ask ann@a.io to approve it.", "how"),
    ("Do two things at the same time: log it and email a@b.io.",
     "At the same time log it, email a@b.io and run the c function.", "two"),
    ("Email a@b.io if the pump is hot. In this case log it.", "Email a@b.io if the pump is hot. Log it.", "case"),
])
def test_what_no_such_draft_can_mean_is_a_to_do(sentence, drafted_from, lost):
    found = account(sentence, COPILOT.draft(drafted_from).document, catalogue_of(Registry(installed=list)))
    assert any(lost in word.text.split() for word in found.to_dos)


@pytest.mark.parametrize(("sentence", "structure"), [
    ("For each lamp call https://a.io/l, five at once, then post to #done on Slack.",
     [["Map", "http:request", 5], ["Task", "slack:post_message"]]),
    ("Go through the shops and email each one of them, three at a time, then log it.",
     [["Map", "email:send", 3], ["Task", "log:write"]]),
    ("For each order charge the card, and once all are done email ops@a.io.",
     [["Map", "create_payment_intent"], ["Task", "email:send"]]),
    ("Do two things at the same time: log it and email a@b.io.", [["Parallel"]]),
    ("Run the a-one function. If a-one blows up, log it.",
     [["Task", "lambda:invoke", "Log It"], ["Task", "log:write"]]),
    ("Read the sensors from MySQL and post them to #a on Slack. If there are none, do nothing.",
     [["Task", "mysql:query"], ["Choice"], ["Task", "slack:post_message"]]),
    ("Do not call https://a.io/x if the pump is hot. In this case log it.",
     [["Choice"], ["Task", "http:request"], ["Task", "log:write"]]),
    ("Before charging the card, log it.", [["Task", "log:write"], ["Task", "create_payment_intent"]]),
])
def test_what_the_flow_of_a_sentence_is(sentence, structure):
    proposal = COPILOT.draft(sentence)
    assert not [word.text for word in proposal.words if word.pointer is None and word.kind == "place"]
    states = proposal.document["definition"]["States"].values()
    states = [state for state in states if state["Type"] not in ("Succeed", "Fail")]
    assert [state["Type"] for state in states] == [one[0] for one in structure]
    for state, wanted in zip(states, structure, strict=True):
        assert all(str(part) in str(state) for part in wanted)


@pytest.mark.parametrize("sentence", [
    "Run the a-one function, then log it.", "If the pump is hot, email a@b.io. Otherwise log it.",
    "Unless the pump is hot, email a@b.io.", "If the total does not exceed 100, email a@b.io.",
    "Ask boss@a.io to approve it and run the pay function. If she refuses, log it.", "Log it for each pump.",
    "Call https://a.io/s every 5 minutes until the state is done, then log it.",
    "Email ann@a.io but only after the a-one function has run.", "Log it, but before that run the a-one function.",
])
def test_what_stands_where_the_markers_say_is_none(sentence):
    assert not [word for word in COPILOT.draft(sentence).words if word.pointer is None and word.kind == "place"]


@pytest.mark.parametrize(("sentence", "drafted_from", "lost"), [
    ("If the order is over 100 charge the card, or else log it.",
     "If the order is over 100, charge the card and log it.", "or else"),
    ("Ask boss@a.io to approve the trip; if she says nothing, email sales@a.io.",
     "Ask boss@a.io to approve the trip; if the status is nothing, email sales@a.io.", "nothing"),
    ("Look it up; if it is not there, log it.", "Log it.", "if it is not there"),
])
def test_what_another_draft_contradicts_is_a_to_do(sentence, drafted_from, lost):
    found = account(sentence, COPILOT.draft(drafted_from).document, catalogue_of(Registry(installed=list)))
    assert lost in " | ".join(word.text for word in found.to_dos)


@pytest.mark.parametrize("sentence", [
    "Run the export function, but before that email cfo@a.io.",
    "Email ann@a.io, wait 2 days and email her again.",
    "If the terms and conditions are accepted, email ops@a.io.",
    "If the temperature or the humidity is over 50, email ops@a.io.",
    "Run the b-two function; once the b-two function has finished, email ops@a.io.",
    "Call https://a.io/x, retry it 5 times with 3 hours between, and email ops@a.io.",
    "Post to #a on Slack and email each member, then log it.",
])
def test_what_the_shape_fits_is_none(sentence):
    to_dos = drafted(sentence)[0]
    assert not any(word in to_dos for word in ("again", "hours", "conditions", "#a", "humidity", "b-two"))


def test_that_the_input_is_there_decides_nothing():
    document = COPILOT.draft("If it is missing, email ops@a.io.").document
    assert "$exists($states.input.value)" in str(document)
    choice = next(state for state in document["definition"]["States"].values() if state["Type"] == "Choice")
    choice["Choices"][0]["Condition"] = "{% $not($exists($states.input)) %}"
    found = account("If it is missing, email ops@a.io.", document, catalogue_of(Registry(installed=list)))
    assert "missing" in " | ".join(word.text for word in found.to_dos)


LOOK_UP = "Look up the reader in the members table, then "


@pytest.mark.parametrize(("does", "has"), [
    ("charge the card the fee found there.", "$number($member.Item.fee.*)"),
    ("email the address we got back.", "'to': '{% $member.Item.address.* %}'"),
    ("post the balance found there in #desk.", "$string($member.Item.balance.*)"),
])
def test_what_an_earlier_step_found_is_read_there(does, has):
    to_dos, tasks = drafted(LOOK_UP + does)
    assert to_dos == ""
    assert has in str([task["Arguments"] for task in tasks])


@pytest.mark.parametrize(("sentence", "lost"), [
    ("Charge the card the fee found there.", "the fee found there"),
    ("Run the sum-up function, and put the total from that report on the queue totals.", "the total from that report"),
    (LOOK_UP + "charge the card 20 euros plus the fee found there.", "the fee found there"),
    ("For each reader look up the fee in the fees table. Then charge the card the fee found there.",
     "the fee found there"),
])
def test_one_that_no_argument_reads_is_a_to_do(sentence, lost):
    assert lost in drafted(sentence)[0]


@pytest.mark.parametrize("sentence", [
    ("Read the pumps that said nothing for a day from MySQL. If there are any, email ops@a.io; if there are none, do "
     "nothing."),
    "When a pass has exactly one ride left, email her an offer. When it has none left, charge the card for a new pass.",
])
def test_what_hangs_on_nothing_being_there_is_none(sentence):
    assert not {"if", "when"} & {word.lower() for word in drafted(sentence)[0].split(" | ")}


@pytest.mark.parametrize(("sentence", "resources"), [
    ("Consult the members table for the reader, and email desk@a.io.", ["dynamodb:getItem", "email:send"]),
    ("Strike the reader off the members table.", ["dynamodb:deleteItem"]),
    ("Get rid of the entry in the sessions table, then run the tidy-up function.",
     ["dynamodb:deleteItem", "lambda:invoke"]),
    ("Bump the team's points in the standings table.", ["dynamodb:updateItem"]),
    ("Jot the weight down in the harvest table.", ["dynamodb:putItem"]),
    ("Log the visit in the register sheet and email desk@a.io.", ["google_sheets:append_rows", "email:send"]),
    ("Pull the numbers from the sales sheet.", ["google_sheets:read_rows"]),
    ("Store what comes back from https://a.io/route in the routes table.", ["http:request", "dynamodb:putItem"]),
    ("The boss has to give the nod; then charge the card 80 euros.", ["approval:ask", "stripe:create_payment_intent"]),
    ("Collect 45 euros from the guest's card.", ["stripe:create_payment_intent"]),
    ("We need the warden's OK before anything is paid; then charge the card 50 euros.",
     ["approval:ask", "stripe:create_payment_intent"]),
    ("Check the balance in the readers table; where it is above 20, charge the card 5 euros.",
     ["dynamodb:getItem", "stripe:create_payment_intent"]),
    ("Raise an issue on GitHub, and shout about it in #dev.", ["github:create_issue", "slack:post_message"]),
])
def test_an_action_is_known_by_more_than_its_usual_verb(sentence, resources):
    tasks = drafted(sentence)[1]
    assert len(tasks) == len(resources)
    assert all(resource in task["Resource"] for resource, task in zip(resources, tasks, strict=True))


@pytest.mark.parametrize(("sentence", "lost"), [
    ("Message #kitchen that the order is in, and have the printer print the slip.", "have the printer print the slip"),
    ("Email ann@a.io that the bread is ready, and defrost the freezer.", "defrost the freezer"),
    ("Tell #yard on Slack that the truck is here, then weigh the truck and hose it down.", "hose it down"),
])
def test_work_that_no_action_is_for_has_a_step_of_its_own(sentence, lost):
    found = COPILOT.draft(sentence)
    marked = [item.state["Comment"] for item in states_of(found.document["definition"]) if "Comment" in item.state]
    assert any(lost in comment for comment in marked)


@pytest.mark.parametrize(("sentence", "steps"), [
    ("When a lamb is born, the farmer tags it, the vet vaccinates it, and the birth is entered in the births table.",
     ["farmer tags", "vet vaccinates", "births"]),
    ("Drop the ledger into the bucket ledgers, and open a ticket on GitHub.", ["ledgers", "github"]),
    ("Kick off rebuild-index, then convert the file with convert-file.", ["rebuild-index", "convert-file"]),
])
def test_each_of_several_who_act_has_a_step_of_its_own(sentence, steps):
    found = [item.state for item in states_of(COPILOT.draft(sentence).document["definition"])]
    done = [state for state in found if state["Type"] in ("Task", "Pass")]
    assert len(done) == len(steps)
    assert all(step in str(state) for step, state in zip(steps, done, strict=True))


@pytest.mark.parametrize(("sentence", "lost"), [
    ("If a bill is over 900, ask the boss for approval. Once approved, pay it. If it gets declined, email ada@x.org.",
     "gets declined"),
    ("Ask ops@x.org for approval. If it was refused, post to #ops, otherwise email ada@x.org.", "was refused"),
    ("Ask ops@x.org for approval. If approved, charge the card. When it is rejected, email ada@x.org.", None),
    ("If the claim is approved, ask ops@x.org for approval, then email ada@x.org.", None),
])
def test_what_whoever_was_asked_says_is_in_no_field_of_the_input(sentence, lost):
    assert drafted(sentence)[0] == (lost or "")


@pytest.mark.parametrize(("sentence", "lost"), [
    ("Every Monday at 8 am email each member a note. If the fee is over 50, put the member in the late table.",
     "the member"),
    ("Email each guest a menu. Then post the guest to #front.", "the guest"),
    ("For each order, email the customer. Then post to #orders.", ""),
    ("For each order, email the customer and post the order to #orders.", ""),
])
def test_what_is_done_with_the_one_is_done_in_the_map(sentence, lost):
    assert drafted(sentence)[0] == lost
