"""Kinds of what people say, each in two sentences or more that no set of the evaluation has."""

from __future__ import annotations

import pytest

from tests.copilot.evaluate import COPILOT
from tests.copilot.scoring import faults
from tests.copilot.verdict import SILENT, verdict

ASK = "Ask ona@firm.lt to approve the rebate. "
SYNC, SYNC_2 = "arn:aws:states:::glue:startJobRun.sync", "arn:aws:states:::states:startExecution.sync:2"
CONVERSE = "arn:aws:states:::aws-sdk:bedrockruntime:converse"
GET_OBJECT, DELETE_OBJECT = (f"arn:aws:states:::aws-sdk:s3:{name}" for name in ("getObject", "deleteObject"))
HOOK = {"type": "webhook"}

KINDS = {
    "a name behind the kind of thing": (
        ("Put the parcel on the queue lockers-eu.",
         {"tasks": ["sqs"], "arguments": [{"task": "sqs", "has": "lockers-eu"}]}),
        ("Save the visit to the DynamoDB table visits and run the function stamp-card.",
         {"tasks": ["ddb.put", "lambda"], "arguments": [{"task": "ddb.put", "has": "visits"},
                                                        {"task": "lambda", "has": "stamp-card"}]}),
        ("Publish to the SNS topic late-trains, then start the state machine replan.",
         {"tasks": ["sns", "workflow"], "arguments": [{"task": "sns", "has": "late-trains"}]}),
    ),
    "what a subject says": (
        ("The badge is printed by the print-badge function, and a note goes to #lobby on Slack.",
         {"tasks": ["lambda", "slack.post"], "before": [["lambda", "slack.post"]]}),
        ("If the tank is empty, the refill function has to run.",
         {"tasks": ["lambda"], "choices": [{"when": "empty|exist", "then": ["lambda"]}]}),
        ("The lead doctor must approve the transfer; then the book-bed function runs.",
         {"tasks": ["approval", "lambda"], "approved": {"task": "approval", "then": ["lambda"]}}),
    ),
    "two lists that belong together": (
        ("Send the map and the menu to ona@firm.lt and boss@firm.lt, respectively.",
         {"tasks": ["email", "email"], "arguments": [{"task": "email", "has": "ona@firm.lt"},
                                                     {"task": "email", "has": "boss@firm.lt"}]}),
        ("If the mood is good, fair or bad, put the ticket on the queues sunny, cloudy and rainy respectively.",
         {"tasks": ["sqs"] * 3, "choices": [{"when": "good", "then": ["sqs"]}, {"when": "bad", "then": ["sqs"]}],
          "arguments": [{"task": "sqs", "has": name} for name in ("sunny", "cloudy", "rainy")]}),
    ),
    "a question that is asked again": (
        (ASK + "If she rejects it, run the mend function and ask her again. Then run the pay function.",
         {"tasks": ["approval", "lambda", "lambda"], "loop": {"tasks": ["approval", "lambda"]}}),
        ("Ask #deals on Slack for approval. As long as they say no, email the seller, wait 2 days and ask again.",
         {"tasks": ["slack.ask", "email"], "loop": {"tasks": ["slack.ask", "email"], "wait": 172800}}),
        ("Ask ona@firm.lt to approve the rebate until she agrees, then run the pay function.",
         {"tasks": ["approval", "lambda"], "loop": {"tasks": ["approval"], "when": "approved = true"}}),
    ),
    "an approval before something is done": (
        ("Rebates above 90 euros have to be approved by ona@firm.lt before they are put on the queue rebates.",
         {"tasks": ["approval", "sqs"], "choices": [{"when": "> ?90", "then": ["approval"]}],
          "approved": {"task": "approval", "then": ["sqs"]}}),
        ("A new tariff needs the consent of ona@firm.lt before we call https://firm.lt/tariff.",
         {"tasks": ["approval", "http"], "approved": {"task": "approval", "then": ["http"]}}),
    ),
    "what is sorted": (
        ("Sort parcels by zone: north goes to the queue lorry-n, south to depot@firm.lt, the rest to #odd on Slack.",
         {"tasks": ["sqs", "email", "slack.post"], "choices": [{"when": "(?i)north", "then": ["sqs"]}, {
             "when": "(?i)south", "then": ["email"], "otherwise": ["slack.post"]}]}),
        ("Route leaks by severity: critical ones to #flood on Slack, minor ones to the plumber queue.",
         {"tasks": ["slack.post", "sqs"], "choices": [{"when": "(?i)critical", "then": ["slack.post"]}]}),
    ),
    "what runs together": (
        ("Run wash-car, wax-car and bill-car side by side, then email the driver.",
         {"tasks": ["lambda"] * 3 + ["email"], "parallel": [["lambda"]] * 3}),
        ("The wash function and the wax function run simultaneously; after that email the driver.",
         {"tasks": ["lambda", "lambda", "email"], "parallel": [["lambda"], ["lambda"]]}),
    ),
    "a name for each value": (
        ("Depending on the tide, run the high-lock function for high, low-lock for low and mid-lock for anyone else.",
         {"tasks": ["lambda"] * 3, "choices": [{"when": "(?i)high", "then": ["lambda"]}, {
             "when": "(?i)low", "then": ["lambda"], "otherwise": ["lambda"]}],
          "arguments": [{"task": "lambda", "has": f"{name}-lock"} for name in ("high", "low", "mid")]}),
        ("By language, put the note on the queue notes-lt for Lithuanian, notes-lv for Latvian, notes-x for others.",
         {"tasks": ["sqs"] * 3, "choices": [{"when": "(?i)lithuanian", "then": ["sqs"]}]}),
    ),
    "what is done with each batch": (
        ("Divide the crates into groups of 60 and call https://firm.lt/crates for each group.",
         {"tasks": ["http"], "map": {"items": "crates", "tasks": ["http"]}, "batch": 60}),
        ("Chunk the crates into batches of 40 and run the count-crates function on every batch.",
         {"tasks": ["lambda"], "map": {"items": "crates", "tasks": ["lambda"]}, "batch": 40}),
    ),
    "two things done for each": (
        ("Email every tenant in the list the bill and save each bill in the bills table, 20 at a time.",
         {"tasks": ["email", "ddb.put"], "map": {
             "items": "tenants", "tasks": ["email", "ddb.put"], "concurrency": 20}}),
        ("Send each tenant the bill by email, and record each sending in the mails table.",
         {"tasks": ["email", "ddb.put"], "map": {"items": "tenants", "tasks": ["email", "ddb.put"]}}),
    ),
    "what is put there": (
        ("Get the boat from the boats table, run the paint function and store the result there.",
         {"tasks": ["ddb.get", "lambda", "ddb.put"], "arguments": [{"task": "ddb.put", "has": "boats"}]}),
        ("Look up the boat in the boats table; if there is one, do nothing, otherwise save the boat there.",
         {"tasks": ["ddb.get", "ddb.put"], "arguments": [{"task": "ddb.put", "has": "boats"}]}),
    ),
    "waiting for what was started": (
        ("Start the audit workflow and wait until it is done, then email cfo@firm.lt.",
         {"tasks": [SYNC_2, "email"], "before": [[SYNC_2, "email"]]}),
        ("Have the workflow audit-trail run and, once it is through, email cfo@firm.lt.",
         {"tasks": [SYNC_2, "email"], "before": [[SYNC_2, "email"]]}),
        ("Run the Glue job merge-logs, wait for it to finish and publish to the SNS topic merged.",
         {"tasks": [SYNC, "sns"], "before": [[SYNC, "sns"]]}),
    ),
    "a condition that something means": (
        (ASK + "Approved means run the pay function, rejected means email the seller.",
         {"tasks": ["approval", "lambda", "email"],
          "approved": {"task": "approval", "then": ["lambda"], "otherwise": ["email"]}}),
        ("Query Postgres for the late trains; no rows means do nothing, otherwise post to #trains on Slack.",
         {"tasks": ["connector:postgres:query", "slack.post"],
          "choices": [{"when": "= 0", "otherwise": ["slack.post"]}]}),
    ),
    "a limit that passes": (
        ("Give ona@firm.lt two days to approve the rebate; if she lets the time run out, email boss@firm.lt.",
         {"tasks": ["approval", "email"], "timeout": {"task": "approval", "seconds": 172800, "then": ["email"]}}),
        ("The tenant has five days to answer the offer; if we hear nothing from him by then, run the relet function.",
         {"tasks": ["approval", "lambda"], "timeout": {"task": "approval", "seconds": 432000, "then": ["lambda"]}}),
    ),
    "what is said briefly": (
        ("Ask ona@firm.lt to approve it. If she approves, run the pay function, otherwise only post to #x on Slack.",
         {"tasks": ["approval", "lambda", "slack.post"],
          "approved": {"task": "approval", "then": ["lambda"], "otherwise": ["slack.post"]}}),
        ("Have the leave approved by boss@firm.lt. After a yes run the book function, after a no only email him.",
         {"tasks": ["approval", "lambda", "email"],
          "approved": {"task": "approval", "then": ["lambda"], "otherwise": ["email"]}}),
        ("Call https://rooms.firm.lt/free; if there are none simply quit, otherwise run the book function.",
         {"tasks": ["http", "lambda"], "choices": [{"when": "= 0", "otherwise": ["lambda"]}]}),
        ("Ask an LLM for a rating; 80 or more goes to #stars on Slack and anything less into the DynamoDB table later.",
         {"tasks": ["connector:llm:chat", "ddb.put", "slack.post"],
          "choices": [{"when": ">= ?80", "then": ["slack.post"], "otherwise": ["ddb.put"]}]}),
    ),
    "a limit that was named": (
        ("ona@firm.lt has three days to approve the bill; once the time is up without an answer, run the nag function.",
         {"tasks": ["approval", "lambda"],
          "timeout": {"task": "approval", "seconds": 259200, "then": ["lambda"]}}),
        ("Ask o@firm.lt to approve it within 4 hours. Approved: charge the card. Rejected: log it. No reply: email me.",
         {"tasks": ["approval", "charge", "email", "log"],
          "timeout": {"task": "approval", "seconds": 14400, "then": ["email"]}}),
    ),
    "time that passes": (
        ("Let 20 minutes go by after the check-in, then email the guest.",
         {"tasks": ["email"], "waits": [{"seconds": 1200}]}),
        ("Run the warm-up function, wait another hour and run the start function.",
         {"tasks": ["lambda", "lambda"], "waits": [{"seconds": 3600}]}),
    ),
    "with so many": (
        ("With 3 or more failed logins within 10 minutes, run the block-user function; fewer than that is only logged.",
         {"tasks": ["lambda", "log"], "window": {"count": 3, "when": ">= ?3", "seconds": 600},
          "choices": [{"when": ">= ?3", "then": ["lambda"], "otherwise": ["log"]}]}),
        ("After 4 errors in a row email ops@firm.lt, and after 6 in a row publish to the SNS topic oncall.",
         {"tasks": ["email", "sns"], "choices": [{"when": ">= ?4", "then": ["email"]},
                                                 {"when": ">= ?6", "then": ["sns"]}]}),
        ("After three timeouts in a row run the restart function.",
         {"tasks": ["lambda"], "choices": [{"when": ">= ?3", "then": ["lambda"]}]}),
    ),
    "the thing that was named": (
        ("Save the visit to the DynamoDB table visits, wait 2 days and delete it from the same table.",
         {"tasks": ["ddb.delete", "ddb.put"], "waits": [{"seconds": 172800}],
          "arguments": [{"task": "ddb.delete", "has": "visits"}]}),
        ("Get the booking from the bookings table, wait 1 hour and get it from that table again.",
         {"tasks": ["ddb.get", "ddb.get"], "waits": [{"seconds": 3600}]}),
    ),
    "what is not found": (
        ("Get the booking from the bookings table; if it is not there, email ops@firm.lt.",
         {"tasks": ["ddb.get", "email"], "choices": [{"when": "= 0", "then": ["email"]}]}),
        ("Query Postgres for the invoice; if it isn't there yet, email the seller.",
         {"tasks": ["connector:postgres:query", "email"], "choices": [{"when": "= 0", "then": ["email"]}]}),
    ),
    "objects of a bucket": (
        ("Remove the file draft.pdf from the S3 bucket inbox and email ops@firm.lt.",
         {"tasks": [DELETE_OBJECT, "email"], "arguments": [{"task": DELETE_OBJECT, "has": "draft.pdf"},
                                                           {"task": DELETE_OBJECT, "has": "inbox"}]}),
        ("Read the object rates.csv from the S3 bucket fx-rates, then run the convert function.",
         {"tasks": [GET_OBJECT, "lambda"], "arguments": [{"task": GET_OBJECT, "has": "rates.csv"}]}),
    ),
    "one of a kind, and any other": (
        ("Ask an LLM whether the mail is spam; a spam one goes to #junk on Slack, any other is only logged.",
         {"tasks": ["connector:llm:chat", "log", "slack.post"],
          "choices": [{"when": "spam", "then": ["slack.post"], "otherwise": ["log"]}]}),
        ("Ask an LLM whether the photo is blurred. A blurred one goes to the queue retake, any other is simply logged.",
         {"tasks": ["connector:llm:chat", "log", "sqs"],
          "choices": [{"when": "blurred", "then": ["sqs"], "otherwise": ["log"]}]}),
    ),
    "why it is asked": (
        ("The supplier's server is slow, so: call https://a.firm.lt/stock with up to 3 retries, 20 seconds apart.",
         {"tasks": ["http"], "retry": {"task": "http", "max_attempts": 3, "interval": 20}}),
        ("Our guests forget it, so: email the guest a reminder.", {"tasks": ["email"]}),
    ),
    "how many agree": (
        ("Ask ann@firm.lt and bo@firm.lt to approve the loan; both of them must agree before the payout function runs.",
         {"tasks": ["approval", "lambda"], "arguments": [{"task": "approval", "has": '"needed": "all"'}]}),
        ("Ask ann@firm.lt, bo@firm.lt and cy@firm.lt to approve it; two of them have to agree. Then charge the card.",
         {"tasks": ["approval", "charge"], "arguments": [{"task": "approval", "has": '"needed": 2'}]}),
    ),
    "retries": (
        ("POST the claim to https://x.io/claims - on an error retry 4 times, 20 seconds apart.",
         {"tasks": ["http"], "retry": {"task": "http", "max_attempts": 4, "interval": 20}}),
        ("Try the payment up to three times with a pause of one hour between attempts. Should all fail, email a@b.io.",
         {"tasks": ["charge", "email"], "retry": {"task": "charge", "max_attempts": 2, "interval": 3600},
          "caught": [{"of": "charge", "then": ["email"]}]}),
        ("Run the sync function and retry four times if it fails.",
         {"tasks": ["lambda"], "retry": {"task": "lambda", "max_attempts": 4}}),
    ),
    "several ifs of one thing": (
        ("If the size is small put it on the queue vans-s, if it is medium on the queue vans-m, if it is big log it.",
         {"tasks": ["sqs", "sqs", "log"], "choices": [{"when": '"medium"', "then": ["sqs"]}]}),
        ("By urgency: red goes to #red on Slack, amber by email to duty@firm.lt, and everything else is only logged.",
         {"tasks": ["slack.post", "email", "log"], "choices": [{"when": '"amber"', "then": ["email"]}]}),
    ),
    "what a circle came to": (
        ("Call https://x.io/job every 20 seconds until it says done; after 30 attempts give up and email a@b.io.",
         {"tasks": ["http", "email"], "loop": {"tasks": ["http"], "wait": 20, "times": 30, "when": "done"}}),
        ("Poll https://x.io/job each minute until it says ready; after twenty minutes give up and log it.",
         {"tasks": ["http", "log"], "loop": {"tasks": ["http"], "wait": 60, "times": 20, "when": "ready"}}),
        ("As long as https://x.io/job answers busy, wait 5 minutes and look again, 12 times at the most.",
         {"tasks": ["http"], "loop": {"tasks": ["http"], "wait": 300, "times": 12, "when": "busy"}}),
    ),
    "what is done again": (
        ("Post the alarm to #yard on Slack, wait 10 minutes and post it again.",
         {"tasks": ["slack.post", "slack.post"], "waits": [{"seconds": 600}]}),
        ("Read the bid in the DynamoDB table bids; another 3 days later look again, and if it is open, log it.",
         {"tasks": ["ddb.get", "ddb.get", "log"], "waits": [{"seconds": 259200}]}),
    ),
    "what is quoted": (
        ('Post "the oven is on: if you smell gas, leave" to #kitchen on Slack.',
         {"tasks": ["slack.post"], "arguments": [{"task": "slack.post", "has": "if you smell gas, leave"}]}),
        ('Open a GitHub issue titled "Deploy is down and out" in acme/site, then email a@b.io.',
         {"tasks": ["connector:github:create_issue", "email"],
          "arguments": [{"task": "connector:github:create_issue", "has": "acme"}]}),
    ),
    "what a model does": (
        ("Have a Bedrock model shorten the review, then post it to #reviews on Slack.",
         {"tasks": [CONVERSE, "slack.post"]}),
        ("Read the letters from MySQL, an LLM sums them up and the summary goes out by email to a@b.io.",
         {"tasks": ["connector:mysql:query", "connector:llm:chat", "email"]}),
    ),
    "what is told before": (
        ("We run a small zoo. Every day at 7:00 UTC run the feed function.",
         {"tasks": ["lambda"], "trigger": {"type": "schedule", "expression": "cron(0 7 * * ? *)"}}),
        ("Our scales report to /weight by webhook. If the weight is over 40, post to #dock on Slack.",
         {"tasks": ["slack.post"], "trigger": HOOK, "choices": [{"when": "> 40", "then": ["slack.post"]}]}),
        ("Decide on the toll: if the truck is heavier than 12 tons, run the toll function, else run the pass function.",
         {"tasks": ["lambda", "lambda"], "choices": [{"when": "> 12", "then": ["lambda"], "otherwise": ["lambda"]}]}),
    ),
    "before something is done": (
        ("Before the offer is emailed to the buyer, ona@firm.lt must approve it.",
         {"tasks": ["approval", "email"], "approved": {"task": "approval", "then": ["email"]}}),
        ("Before the card is charged, the desk has to confirm it; if they refuse, log it.",
         {"tasks": ["approval", "charge", "log"],
          "approved": {"task": "approval", "then": ["charge"], "otherwise": ["log"]}}),
    ),
    "whatever came before": (
        ("Call https://x.io/a; if that fails, call https://x.io/b instead, and in the end log it.",
         {"tasks": ["http", "http", "log"], "caught": [{"of": "/x.io.a/", "then": ["http", "log"]}]}),
        ("Insert the bid into Postgres; on error email a@b.io, and in either case run the close function.",
         {"tasks": ["connector:postgres:execute", "email", "lambda"],
          "caught": [{"of": "connector:postgres:execute", "then": ["email", "lambda"]}]}),
    ),
    "otherwise": (
        ("If the lamp is broken, run the swap function. If it was not, log it.",
         {"tasks": ["lambda", "log"], "choices": [{"when": "broken", "then": ["lambda"], "otherwise": ["log"]}]}),
        ("If the parcel is insured, refund the sender. If it isn't, email the sender.",
         {"tasks": ["refund", "email"], "choices": [{"when": "insured", "then": ["refund"], "otherwise": ["email"]}]}),
    ),
    "where something starts": (
        ("A new file in the bucket x-rays should start the read-xray function.",
         {"tasks": ["lambda"], "trigger": {"type": "s3", "bucket": "x-rays"}}),
        ("A new file in the S3 bucket maps should trigger the tile function, and then email a@b.io.",
         {"tasks": ["lambda", "email"], "trigger": {"type": "s3", "bucket": "maps"}}),
    ),
    "each of many": (
        ("Go through the boats, strictly one at a time, and email each of them.",
         {"tasks": ["email"], "map": {"items": "boats", "tasks": ["email"], "concurrency": 1}}),
        ("For each ticket, charge the card; finally post to #sales on Slack.",
         {"tasks": ["charge", "slack.post"], "map": {"items": "tickets", "tasks": ["charge"]}}),
    ),
    "what starts it, and a condition": (
        ("When a claim comes in over the webhook /claims and its total is above 900, ask ona@firm.lt for approval.",
         {"tasks": ["approval"], "trigger": HOOK, "choices": [{"when": "> 900", "then": ["approval"]}]}),
        ("Whenever a crate arrives in the crates queue and the crate is damaged, email a@b.io.",
         {"tasks": ["email"], "trigger": {"type": "queue", "queue": "crates"},
          "choices": [{"when": "damaged", "then": ["email"]}]}),
    ),
    "what fails that nobody spoke of": (
        ("If charging the card fails, wait an hour and try once more; if that also fails, email a@b.io.",
         {"tasks": ["charge", "email"], "retry": {"task": "charge", "max_attempts": 1, "interval": 3600},
          "caught": [{"of": "charge", "then": ["email"]}]}),
        ("If calling https://x.io/a fails, log it.",
         {"tasks": ["http", "log"], "caught": [{"of": "http", "then": ["log"]}]}),
    ),
    "a failure that is said as a thing": (
        ("Charge the card and run the pack function; a declined card is reported in #till on Slack.",
         {"tasks": ["charge", "lambda", "slack.post"], "caught": [{"of": "charge", "then": ["slack.post"]}]}),
        ("For each bike call https://x.io/tag; bikes for which that fails go to the odd-bikes queue, the rest go on.",
         {"tasks": ["http", "sqs"], "map": {"items": "bikes", "tasks": ["http", "sqs"]},
          "caught": [{"of": "http", "then": ["sqs"]}]}),
        ("Run the sow function, then the water function. Only a failure in sow is to be emailed to ona@firm.lt.",
         {"tasks": ["lambda", "lambda", "email"], "caught": [{"of": "/sow/", "then": ["email"]}]}),
        ("Run the sow function and call https://x.io/tag. Whichever fails, email ona@firm.lt.",
         {"tasks": ["lambda", "http", "email"],
          "caught": [{"of": "lambda", "then": ["email"]}, {"of": "http", "then": ["email"]}]}),
        ("Run the near function; if it takes longer than 5 minutes run the far function instead, and in any case log.",
         {"tasks": ["lambda", "lambda", "log"],
          "timeout": {"task": "/near/", "seconds": 300, "then": ["lambda", "log"]}}),
        ("Send the list to https://port.io/lists. If the port does not accept it, email ona@firm.lt.",
         {"tasks": ["http", "email"], "caught": [{"of": "http", "then": ["email"]}]}),
    ),
    "a source that a clause of its own names": (
        ("A key is lost, which people report by form, so run the new-key function.",
         {"tasks": ["lambda"], "trigger": {"type": "form"}}),
        ("A spill is reported by webhook. Email ona@firm.lt and run the mop function.",
         {"tasks": ["email", "lambda"], "trigger": HOOK}),
        ("When a boat is moored, which calls our webhook, charge the card.", {"tasks": ["charge"], "trigger": HOOK}),
        ("Boats come either through our form or through a webhook. Run the moor function.",
         {"tasks": ["lambda"], "triggers": [{"type": "form"}, {"type": "webhook"}]}),
        ("Whatever lands on the keys queue gets logged, and ona@firm.lt is emailed.",
         {"tasks": ["log", "email"], "trigger": {"type": "queue", "queue": "keys"}}),
        ("When a .scn file turns up in the bucket scans, run the crop function.",
         {"tasks": ["lambda"], "trigger": {"type": "s3", "bucket": "scans", "suffix": ".scn"}}),
        ("When a run of the workflow night-load fails, email ona@firm.lt.",
         {"tasks": ["email"], "trigger": {"type": "workflow_end", "workflow": "night-load"}}),
    ),
    "what else happens to the same thing": (
        ("The form is saved in the boats table and emailed to ona@firm.lt.",
         {"tasks": ["ddb.put", "email"], "before": [["ddb.put", "email"]]}),
        ("I want keys, which are reported by form, put on the keys queue and mailed to ona@firm.lt.",
         {"tasks": ["sqs", "email"], "trigger": {"type": "form"}}),
    ),
    "in that case": (
        ("A refund is issued unless the boat is late; in that case email ona@firm.lt.",
         {"tasks": ["refund", "email"], "choices": [{"when": "late", "then": ["refund"], "otherwise": ["email"],
                                                     "negated": True}]}),
        ("If the tank is empty, run the fill function. In that case also email ona@firm.lt. Then log it.",
         {"tasks": ["lambda", "email", "log"], "choices": [{"when": "empty|exist", "then": ["lambda", "email"]}]}),
        ("Ask ona@firm.lt whether to charge the card, and do so if she agrees.",
         {"tasks": ["approval", "charge"], "approved": {"task": "approval", "then": ["charge"]}}),
        ("Get the list from https://x.io/list and email it to ona@firm.lt; if there are none, send nothing.",
         {"tasks": ["http", "email"], "choices": [{"when": "= 0", "then": ["email"], "negated": True}]}),
    ),
    "an approval as the main verb": (
        ("The deal is approved by ann@firm.lt first and by bo@firm.lt second. Then run the sign function.",
         {"tasks": ["approval", "approval", "lambda"], "approved": {"task": "approval", "then": ["lambda"]}}),
        ("First ann@firm.lt approves the deal, then bo@firm.lt. If both agree, run the sign function. Otherwise log.",
         {"tasks": ["approval", "approval", "lambda", "log"], "approved": {"task": "approval", "then": ["lambda"]}}),
        ("When a deal is approved by ann@firm.lt, run the sign function; if it is not approved, log it.",
         {"tasks": ["approval", "lambda", "log"],
          "approved": {"task": "approval", "then": ["lambda"], "otherwise": ["log"]}}),
        ("The deal goes ahead only when both ann@firm.lt and bo@firm.lt approve; then run the sign function.",
         {"tasks": ["approval", "lambda"], "approved": {"task": "approval", "then": ["lambda"]}}),
        ("Ask ann@firm.lt to approve the deal. A refusal is put in the refused table.",
         {"tasks": ["approval", "ddb.put"], "approved": {"task": "approval", "otherwise": ["ddb.put"]}}),
        (ASK + "Each refusal: email the seller, leave him 2 days and ask her again, at most 3 times. Then log it.",
         {"tasks": ["approval", "email", "log"],
          "loop": {"tasks": ["approval", "email"], "wait": 172800, "times": 3, "when": "approved"}}),
        ("ann@firm.lt is asked to approve the deal and has 2 days. If time runs out, log it.",
         {"tasks": ["approval", "log"], "timeout": {"task": "approval", "seconds": 172800, "then": ["log"]}}),
    ),
    "on a date": (
        ("Email the tenant, and on the moving date run the meter-reading function.",
         {"tasks": ["email", "lambda"], "waits": [{"until": "movingDate"}]}),
        ("Charge the card; on the due date itself email the customer.",
         {"tasks": ["charge", "email"], "waits": [{"until": "dueDate"}]}),
        ("A week before the opening date call https://x.io/a, two days before it email ona@firm.lt.",
         {"tasks": ["http", "email"], "waits": [{"until": "openingDate.*604800000"},
                                                {"until": "openingDate.*172800000"}]}),
    ),
    "how many at once, and then all": (
        ("Send the readings to https://x.io/a in groups of 20, two groups at a time, and when all are done log it.",
         {"tasks": ["http", "log"], "batch": 20, "before": [["http", "log"]]}),
        ("Go through all boats in the input, at most 4 at once, and email the owner of each.",
         {"tasks": ["email"], "map": {"items": "boats", "tasks": ["email"], "concurrency": 4}}),
    ),
    "so much of it": (
        ("Run the count function. Totals above 90 also go to the audit queue.",
         {"tasks": ["lambda", "sqs"], "choices": [{"when": "> ?90", "then": ["sqs"]}]}),
        ("Run the count function; more than 3 of them is posted in #odd on Slack, otherwise it's merely logged.",
         {"tasks": ["lambda", "slack.post", "log"],
          "choices": [{"when": "> ?3", "then": ["slack.post"], "otherwise": ["log"]}]}),
        ("Run the rate function: risk 'high' means an email to ona@firm.lt, with anything else leave a log entry.",
         {"tasks": ["lambda", "email", "log"],
          "choices": [{"when": "high", "then": ["email"], "otherwise": ["log"]}]}),
    ),
    "a retry of one step": (
        ("Call https://x.io/a, which may be retried twice, then call https://x.io/b. Never try it a second time!",
         {"tasks": ["http", "http"], "retry": {"task": "http", "max_attempts": 2}, "retry_none": ["/x.io.b/"]}),
        ("Call https://x.io/a (with 3 retries) and run the sow function.",
         {"tasks": ["http", "lambda"], "retry": {"task": "http", "max_attempts": 3}}),
    ),
    "but between conditions": (
        ("If the door is open but the room is empty, run the lock function.",
         {"tasks": ["lambda"], "choices": [{"when": "open.* and .*room", "then": ["lambda"]}]}),
        ("When the order is paid but the address is missing, email the customer.",
         {"tasks": ["email"], "choices": [{"when": "paid.* and .*address", "then": ["email"]}]}),
    ),
    "one of those who are asked": (
        ("Ask ann@firm.lt and bo@firm.lt to approve it. If both agree, charge it. If one of them refuses, log it.",
         {"tasks": ["approval", "charge", "log"],
          "approved": {"task": "approval", "then": ["charge"], "otherwise": ["log"]}}),
        ("Ask ann@firm.lt or bo@firm.lt for approval. Once one of them has approved it, charge the card.",
         {"tasks": ["approval", "charge"], "approved": {"task": "approval", "then": ["charge"]}}),
    ),
}
EVERY = [(kind, *one) for kind, sentences in KINDS.items() for one in sentences]


@pytest.mark.parametrize(("kind", "sentence", "expect"), EVERY)
def test_a_kind_is_drafted(kind, sentence, expect):
    proposal = COPILOT.draft(sentence)
    assert faults(proposal, {"placeholders": 0, **expect}) == [], kind
    assert verdict(proposal, sentence, expect)[0] != SILENT


def test_otherwise_is_for_each_who_was_asked_one_after_another():
    said = "First ann@firm.lt approves the deal, then bo@firm.lt. If both agree, run the sign function. Otherwise log."
    states = COPILOT.draft(said).document["definition"]["States"].values()
    assert {state["Default"] for state in states if state["Type"] == "Choice"} == {"Log"}
