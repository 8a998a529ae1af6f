"""Every choice of a deployment, once: its name in the CDK's context, its default, what it does and how to choose it.

``cdk deploy --all -c stage=prod -c batch_size=50 -c batch_window_seconds=1``, or the same names under "context" in
cdk.json. docs/deployment-settings.md is made from this table (``python -m infra_cdk.reference``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import field, fields
from difflib import get_close_matches
from functools import partial
from typing import Any

from connectors.egress.allowing import read_entries
from connectors.egress.proxy import read_proxy
from engine.catalog.heard import Heard
from engine.errors import InvalidDocument
from engine.governance.roles import ROLES
from engine.kernel.snapshot_codec import written_schema
from engine.records import dataclass
from engine.settings import MOST_DAYS, Settings

MOST_WITHOUT_WINDOW = 10
"""SQS hands a function at most ten messages at once unless it may gather them for a second or more."""

MOST_OF_TOPICS = 800
"""Characters: they are a variable of the API function's environment, which has 4 KB for all."""

_ARCHITECTURES = ("arm64", "x86_64")
_EXPRESSION = "AUTOMATE_EXPRESSION_"
_ARN = r"arn:aws[a-z-]*:{}:[a-z0-9-]+:[0-9]{{12}}:{}"
_TOPIC = _ARN.format("sns", r"[A-Za-z0-9_-]{1,256}(?:\.fifo)?")
_PROVIDER = (r"(?!(?i:cognito)$)[A-Za-z][A-Za-z0-9-]{2,31}", "3 to 32 letters, digits and hyphens, a letter first")
_SHAPES = {
    "stage": (r"[a-z][a-z0-9-]{0,19}", "lower-case letters, digits and hyphens, at most 20, a letter first"),
    "alarm_email": (r"|[^@\s,;]+@[^@\s,;]+\.[^@\s,;.]+", "one mail address"),
    "log_level": (r"DEBUG|INFO|WARNING|ERROR", "DEBUG, INFO, WARNING or ERROR"),
    "copilot_provider": (r"none|offline|bedrock|openai|anthropic", "none, bedrock, openai or anthropic"),
    "python": (r"3\.[0-9]{2}", "a version of Python, such as 3.13"),
    "architecture": ("|".join(_ARCHITECTURES), " or ".join(_ARCHITECTURES)),
    "alarm_topic_arn": (f"|{_ARN.format('sns', '[A-Za-z0-9_-]+')}", "the topic's ARN, arn:aws:sns:REGION:ACCOUNT:NAME"),
    "slack_users": (
        rf"(?=.{{0,{MOST_OF_TOPICS}}}$)(|[^=,]+=[^=,]+(,[^=,]+=[^=,]+)*)",
        f"USER=NAME or USER=NAME/ROLE, separated by commas, at most {MOST_OF_TOPICS} characters in all",
    ),
    "status_events_bus": (r"|[A-Za-z0-9._/-]{1,256}", "the name of an event bus"),
    "alert_workflow": (r"|[A-Za-z0-9_-]{1,80}", "a workflow's name"),
    "alert_webhook": (r"|https?://\S{1,500}", "an address, https://…"),
    "alert_topic": (f"|{_TOPIC}", "the topic's ARN, arn:aws:sns:REGION:ACCOUNT:NAME"),
    "alert_topics": (
        rf"(?=.{{0,{MOST_OF_TOPICS}}}$)(|{_TOPIC}(, *{_TOPIC})*)",
        f"topics' ARNs, separated by commas, at most {MOST_OF_TOPICS} characters in all",
    ),
    "key_arn": (f"|{_ARN.format('kms', 'key/.+')}", "the key's ARN, arn:aws:kms:REGION:ACCOUNT:key/ID"),
    "table": (r"|[a-zA-Z0-9_.-]{3,255}", "the table's name"),
    "table_stream": (
        f"|{_ARN.format('dynamodb', 'table/.+/stream/.+')}",
        "the stream's ARN, arn:aws:dynamodb:REGION:ACCOUNT:table/NAME/stream/TIME",
    ),
    "token_root": (
        f"|{_ARN.format('secretsmanager', 'secret:.+-[A-Za-z0-9]{6}')}",
        "the secret's whole ARN, arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-SUFFIX",
    ),
    "bucket": (r"|[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "the bucket's name"),
    "role_without_group": (rf"|{'|'.join(ROLES)}", f"nothing, or one of {', '.join(ROLES)}"),
    "user_pool_id": (r"|[\w-]+_[0-9a-zA-Z]+", "the pool's id, such as eu-west-1_AbCdEf123"),
    "mfa": (r"off|optional|required", "off, optional or required"),
    "sign_in_domain": (
        r"|(?!.*(?:aws|amazon|cognito))[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?",
        "lower-case letters, digits and hyphens, at most 63, without aws, amazon or cognito in it",
    ),
    "studio_origin": (r"|https://[a-z0-9.-]+", "an address without a path, such as https://automate.example.com"),
    "oidc_name": _PROVIDER, "saml_name": _PROVIDER,
    "oidc_issuer": (r"|https://[^\s?#]+", "the issuer's address as its tokens have it, https://…"),
    "oidc_client_id": (r"|[^\s]{1,255}", "the client id that the provider gave"),
    "oidc_secret": (
        rf"|(?!automate/)[A-Za-z0-9/_+=.@-]{{1,512}}|{_ARN.format('secretsmanager', 'secret:(?!automate/).+')}",
        "the name or ARN of a secret in Secrets Manager, outside automate/: there workflows may use it",
    ),
    "oidc_scopes": (r"(?=(.* )?openid( |$))[^\s]+( [^\s]+)*", "scopes with a blank between them, openid among them"),
    "saml_metadata": (r"|https://[^\s]+|(?![a-z]+://)[^\s].*", "the metadata's address, https://…, or a file"),
    "saml_email": (r"[^\s]{1,2048}", "the name of the attribute with the mail address"),
}
"""What a text must look like, and that in words. Services refuse other ones too, but in the middle of a deployment."""

LOG_RETENTION = {
    1: "ONE_DAY", 3: "THREE_DAYS", 5: "FIVE_DAYS", 7: "ONE_WEEK", 14: "TWO_WEEKS", 30: "ONE_MONTH", 60: "TWO_MONTHS",
    90: "THREE_MONTHS", 120: "FOUR_MONTHS", 150: "FIVE_MONTHS", 180: "SIX_MONTHS", 365: "ONE_YEAR",
    400: "THIRTEEN_MONTHS", 545: "EIGHTEEN_MONTHS", 731: "TWO_YEARS", 1096: "THREE_YEARS", 1827: "FIVE_YEARS",
    2192: "SIX_YEARS", 2557: "SEVEN_YEARS", 2922: "EIGHT_YEARS", 3288: "NINE_YEARS", 3653: "TEN_YEARS",
}
"""The days that CloudWatch keeps logs for (PutRetentionPolicy, RetentionInDays), and the CDK's word for each."""


def _choice(default: Any, doc: str, *, least: int | None = None, most: int | None = None) -> Any:
    return field(default=default, metadata={"doc": doc, "least": least, "most": most})


@dataclass(frozen=True, slots=True)
class Tunables:
    """Read with `Tunables.from_context`, which checks every value."""

    stage: str = _choice(
        "dev",
        "A part of every name: `automate-<stage>-…`, and secrets live under `automate/<stage>/`. Several stages in an "
        "account have two things in common: its quotas, and API Gateway's role for logs, which stays with the account. "
        "One name serves one region: task roles and CloudFront's names are the whole account's.",
    )
    batch_size: int = _choice(
        10,
        "How many executions one worker invocation takes at once (EXECUTION_BATCH_SIZE). More makes a backlog of "
        "short executions cheaper, but a slow call then delays more neighbours. Over 10 needs a window.",
        least=1, most=1000,
    )
    batch_window_seconds: int = _choice(
        0,
        "How long SQS may gather a batch. 0 waits for nothing. A batch over 10 needs at least 1, which adds up to a "
        "second to the first step.",
        least=0, most=30,
    )
    max_concurrency: int = _choice(
        20,
        "The most worker invocations at once (the event source's maximum concurrency). Raise it when the age of the "
        "oldest wake grows while no function is throttled. The systems that your connectors call set the limit.",
        least=2, most=1000,
    )
    reserved_concurrency: int = _choice(
        0,
        "Reserved concurrency of the worker function; 0 reserves none. Set at or above max_concurrency, so that other "
        "functions of the account cannot starve it; a new account has too few to reserve any.",
        least=0, most=1000,
    )
    worker_memory_mb: int = _choice(
        512,
        "The memory of the worker and the connector function, and with it their share of a CPU. 1769 is one whole CPU.",
        least=256, most=10240,
    )
    api_memory_mb: int = _choice(512, "The API function's memory.", least=256, most=10240)
    task_threads: int = _choice(
        32,
        "How many connector calls one worker invocation makes at once (AUTOMATE_TASK_THREADS). Keep it at batch_size "
        "or more: an execution that finds no free thread writes once more before its call.",
        least=1, most=1000,
    )
    api_requests_per_second: int = _choice(50, "The API's throttle: steady requests a second.", least=1, most=10000)
    api_burst: int = _choice(100, "The API's throttle: requests at once.", least=1, most=5000)
    webhook_requests_per_second: int = _choice(
        20, "The throttle of webhooks and of forms, which need no sign-in: steady calls a second of each. What is "
        "beyond gets 429, and a well-made sender sends it again.", least=1, most=10000,
    )
    webhook_burst: int = _choice(40, "The throttle of webhooks and of forms: calls at once.", least=1, most=5000)
    hears: str = _choice(
        "",
        "What of the account starts workflows, separated by commas: `bus:NAME` an event bus, `bucket:NAME` a bucket "
        "that tells EventBridge, `queue:ARN` an SQS queue, `key:ARN` the KMS key of such a queue, `ends` how the "
        "stage's own executions end. A trigger of anything else is refused when it is published. "
        "[What a stage hears](operations.md#what-a-stage-hears) says what each needs.",
    )
    alert_workflow: str = _choice(
        "", "The workflow that is started when an execution of a workflow without `alerts` fails, times out or is "
        "PAUSED (AUTOMATE_ALERT_WORKFLOW). This and the next three need `ends` in `hears`.",
    )
    alert_webhook: str = _choice(
        "", "The address that is called then, by the connector function, under `egress_allow` "
        "(AUTOMATE_ALERT_WEBHOOK).",
    )
    alert_topic: str = _choice("", "The SNS topic that is told then: its ARN (AUTOMATE_ALERT_TOPIC).")
    alert_topics: str = _choice(
        "", "The SNS topics that alerts of workflows may name, their ARNs, separated by commas "
        "(AUTOMATE_ALERT_TOPICS). The sweeper may publish to these and to `alert_topic`; publishing a workflow "
        "refuses others. The key of an encrypted topic has to let the sweeper's role use it.",
    )
    slack_signing_secret: str = _choice(
        "", "The key of the secret with the signing secret of the Slack app whose buttons answer approvals "
        "(AUTOMATE_SLACK_SIGNING_SECRET).",
    )
    slack_users: str = _choice(
        "", "Who the users of Slack are that answer approvals, separated by commas: U012AB3CD=ada@example.com/operator "
        "(AUTOMATE_SLACK_USERS).",
    )
    status_events_bus: str = _choice(
        "", "The event bus of this account and region on which each change of an execution's status is put, in the "
        "shape of Step Functions' events: its name. [Status events](operations.md#status-events) says what is in them.",
    )
    log_retention_days: int = _choice(
        30,
        "How long CloudWatch keeps the functions' and the API's logs. One of the numbers that CloudWatch has: 1, 3, 5, "
        "7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096 and on to 3653.",
    )
    log_level: str = _choice("INFO", "DEBUG, INFO, WARNING or ERROR (AUTOMATE_LOG_LEVEL).")
    alarm_topic_arn: str = _choice("", "An SNS topic that alarms go to; without one the stack makes its own.")
    alarm_email: str = _choice(
        "",
        "Who is told of alarms: the address is subscribed to the topic, and hears nothing until its owner has followed "
        "the link in AWS's mail. `automate doctor` says whether anybody hears.",
    )
    alarm_queue_age_seconds: int = _choice(
        1800,
        "Alarm when the oldest wake is older than this, in seconds: the worker is lagging. A wake may be delayed for "
        "900, wait 330 for a worker that crashed and then take 300. So a wake up to that age is normal.",
        least=1560, most=86400,
    )
    snapshot_schema: int = _choice(
        0,
        "The snapshot schema to write, once the stage will not return to the release before "
        "(AUTOMATE_SNAPSHOT_SCHEMA); 0 writes what that one reads too. "
        "[Upgrade and go back](deployment.md#upgrade-and-go-back) says when.",
        least=0, most=1000,
    )
    spread_lists: bool = _choice(
        False,
        "Spread the lists of executions over 16 partitions of each index, for more than 500 starts a second "
        "(AUTOMATE_SPREAD_LISTS). Set it once the stage will not return to release 0.2.0, which does not list what is "
        "spread. [What fits one stage](operations.md#what-fits-one-stage) counts.",
    )
    retention_days: int = _choice(
        90,
        "How many days an execution is kept after its end, where its workflow's document names no `retention_days` "
        "(AUTOMATE_RETENTION_DAYS). 0 keeps all of them for ever. What runs, waits or is PAUSED is always kept. A "
        "change holds for what ends from then on.",
        least=0, most=MOST_DAYS,
    )
    audit_days: int = _choice(
        400,
        "How many days an entry of the audit log is kept (AUTOMATE_AUDIT_DAYS), not less than 30; 0 keeps all of them "
        "for ever. A change holds for what is recorded from then on.",
        least=0, most=MOST_DAYS,
    )
    redrive_days: int = _choice(
        14,
        "How many days after its end an execution that did not succeed can be redriven (AUTOMATE_REDRIVE_DAYS). It is "
        "kept that long whatever its term is.",
        least=0, most=MOST_DAYS,
    )
    protect: bool = _choice(
        True,
        "Data outlives its stack: deletion protection, retention, termination protection. false only for stages that "
        "are thrown away.",
    )
    table: str = _choice(
        "",
        "A table that is there already, for the stage to work on: one that was restored, or that outlived the stage. "
        "Without it the stage has its own. Keep it set: without it a new, empty table would be made.",
    )
    table_stream: str = _choice(
        "",
        "The ARN of that table's stream, which the audit log is sealed from; `table` needs it. `python -m "
        "tools.restored_table` prints it.",
    )
    bucket: str = _choice("", "The same for the bucket of payloads: its name.")
    key_arn: str = _choice(
        "", "The same for the KMS key of both; for the first deployment after a destroy, with `table` and `bucket`."
    )
    token_root: str = _choice(
        "", "The same for the secret with the root of the named tokens: its ARN. Without it the tokens of before are "
        "refused; each is rotated (docs/access.md)."
    )
    user_pool_id: str = _choice("", "The same for the user pool: its users, passwords and second factors.")
    mfa: str = _choice(
        "optional",
        "The second factor of who signs in with a password, an authenticator app: off, optional (for those who set one "
        "up) or required. Somebody who came by an identity provider has that one's. [Who may do what](access.md#second-"
        "factor) has what a change means for who is there.",
    )
    sign_in_domain: str = _choice(
        "",
        "A prefix for Cognito's sign-in page (PREFIX.auth.REGION.amazoncognito.com), which nobody else has. With it "
        "the command line signs in by the browser, and identity providers can be set.",
    )
    oidc_issuer: str = _choice(
        "",
        "An OpenID Connect provider that people may sign in with; needs `sign_in_domain`, `oidc_client_id` and "
        "`oidc_secret`. Nobody has a role by it. [Identity providers](access.md#identity-providers) has the steps.",
    )
    oidc_client_id: str = _choice("", "The client id that this provider gave.")
    oidc_secret: str = _choice(
        "",
        "The name or ARN of a secret in Secrets Manager whose text is the client secret. CloudFormation reads it when "
        "it changes the provider. Another secret is read by another name.",
    )
    oidc_scopes: str = _choice("openid email", "What this provider is asked for, with a blank between scopes.")
    oidc_name: str = _choice(
        "OIDC", "What its button says. Another name makes other users of the same people, without their roles."
    )
    saml_metadata: str = _choice(
        "",
        "A SAML provider that people may sign in with: its metadata's address, or a file with it; needs "
        "`sign_in_domain`.",
    )
    saml_email: str = _choice(
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
        "The attribute of this provider's assertions that is the mail address.",
    )
    saml_name: str = _choice("SAML", "As `oidc_name`.")
    studio_origin: str = _choice(
        "", "Where people open the Studio, if it has a domain of your own: the sign-in page returns there too."
    )
    role_without_group: str = _choice(
        "", "The role of whoever is signed in and in no group of the stage: none by default. For the upgrade of a "
        "stage from before there were roles: admin keeps it as it was, until its people have theirs (docs/access.md)."
    )
    four_eyes: bool = _choice(
        False, "Whether publishing is refused to whoever edited the draft last (AUTOMATE_FOUR_EYES)."
    )
    cdn: bool = _choice(
        True, "The Studio behind CloudFront. false leaves both out: for emulators without CloudFront, or the API alone."
    )
    rotation: bool = _choice(
        False,
        "Make the function by which Secrets Manager rotates secrets of the stage on a schedule of yours. "
        "[Rotating secrets by a schedule](operations.md#rotating-secrets-by-a-schedule) says what it does.",
    )
    tracing: bool = _choice(
        False, "X-Ray traces of the API, the worker and the connector function. They cost start-up time and money."
    )
    copilot_provider: str = _choice(
        "none",
        "Who serves the copilot's model: none (templates and outlines, nothing leaves the account), bedrock, openai or "
        "anthropic (AUTOMATE_COPILOT_PROVIDER). offline is the earlier name of none.",
    )
    copilot_model: str = _choice(
        "",
        "The model: with bedrock its id or an inference profile's, which the API's role may then invoke "
        "(AUTOMATE_COPILOT_MODEL).",
    )
    copilot_url: str = _choice(
        "", "The model's address, by default the vendor's or the region's own (AUTOMATE_COPILOT_URL)."
    )
    copilot_secret: str = _choice(
        "", "With openai and anthropic the key of the secret with the API key (AUTOMATE_COPILOT_SECRET)."
    )
    copilot_seconds: int = _choice(
        180, "How long one turn of the copilot may take, at most 840 s (AUTOMATE_COPILOT_SECONDS).", least=5, most=840,
    )
    copilot_days: int = _choice(
        90, "How many days a conversation with the copilot is kept (AUTOMATE_COPILOT_DAYS).", least=1, most=3650,
    )
    architecture: str = _choice("arm64", "arm64 or x86_64. arm64 costs a fifth less.")
    python: str = _choice("3.13", "The functions' Python. Change it only to meet an emulator that runs another.")
    connector_requirements: str = _choice(
        "connectors-requirements.txt",
        "The file, beside cdk.json, that lists your connector packages (pip's format). When it exists they are bundled "
        "into the worker, the API and the connector function. If you name another file, it must exist.",
    )
    egress_allow: str = _choice(
        "",
        "What connectors may call although it is not public, host:port separated by commas: erp.internal:443, "
        "10.0.0.0/8:443 (AUTOMATE_EGRESS_ALLOW). docs/connectors.md, *Egress*, says what each entry admits.",
    )
    egress_proxy: str = _choice(
        "",
        "An HTTP proxy through which connectors call public hosts: http://HOST:PORT, or with USER:PASSWORD@ before the "
        "host (AUTOMATE_EGRESS_PROXY). The functions must reach it, so it is for a stage in a VPC, or a proxy with a "
        "public address.",
    )
    expression_limits: str = _choice(
        "",
        "What one expression may cost, where the defaults will not do, separated by commas: `seconds=1,items=2000000`. "
        "Each is a setting AUTOMATE_EXPRESSION_… ([settings](settings.md)).",
    )
    connector_modules: str = _choice("", "The modules to load from them, separated by commas (AUTOMATE_CONNECTORS).")
    connector_files: str = _choice(
        "", "The folder, beside cdk.json, of your connector files (docs/connector-files.md), bundled as JSON.",
    )

    @classmethod
    def from_context(cls, get: Callable[[str], Any]) -> Tunables:
        """The tunables that `get` (the CDK's ``try_get_context``) knows, the defaults for the others.

        Raises InvalidDocument naming the value, the context key and what it is for.
        """
        values: dict[str, Any] = {}
        for item in fields(cls):
            given = get(item.name)
            if given is not None:
                values[item.name] = _parse(item.name, given, item.default, item.metadata)
        made = cls(**values)
        made._check()
        return made

    @property
    def prefix(self) -> str:
        """The beginning of the names of everything in this stage."""
        return f"automate-{self.stage}"

    @property
    def heard(self) -> Heard:
        """What `hears` lists. Raises InvalidDocument for an entry that will not do."""
        try:
            return Heard.parse(self.hears)
        except InvalidDocument as error:
            raise InvalidDocument(error.message, where="-c hears=…", advice=error.advice) from None

    @property
    def copilots(self) -> bool:
        """Whether a model serves the copilot."""
        return self.copilot_provider not in ("none", "offline")

    @property
    def told_topics(self) -> tuple[str, ...]:
        """The topics that alerts may be published to, each once."""
        named = [*(part.strip() for part in self.alert_topics.split(",")), self.alert_topic]
        return tuple(dict.fromkeys(filter(None, named)))

    @property
    def alert_settings(self) -> dict[str, str]:
        """Whom alerts tell, in the names of engine.settings."""
        given = {
            "AUTOMATE_ALERT_WORKFLOW": self.alert_workflow, "AUTOMATE_ALERT_WEBHOOK": self.alert_webhook,
            "AUTOMATE_ALERT_TOPIC": self.alert_topic, "AUTOMATE_ALERT_TOPICS": ",".join(self.told_topics),
        }
        return {name: value for name, value in given.items() if value}

    @property
    def slack_settings(self) -> dict[str, str]:
        """Who answers approvals in Slack, in the names of engine.settings."""
        given = {
            "AUTOMATE_SLACK_SIGNING_SECRET": self.slack_signing_secret, "AUTOMATE_SLACK_USERS": self.slack_users,
        }
        return {name: value for name, value in given.items() if value}

    @property
    def expression_settings(self) -> dict[str, str]:
        """The environment of `expression_limits`. Raises InvalidDocument for one that there is not, or out of range."""
        pairs = [part.partition("=") for part in self.expression_limits.split(",") if part.strip()]
        named = {f"{_EXPRESSION}{name.strip().upper()}": value.strip() for name, _, value in pairs}
        known = sorted(name for name in Settings.environment_names() if name.startswith(_EXPRESSION))
        unknown = sorted(set(named).difference(known)) or [name for name, value in named.items() if not value]
        if unknown:
            limits = ", ".join(name.removeprefix(_EXPRESSION).lower() for name in known)
            raise _refused("expression_limits", self.expression_limits, f"NAME=VALUE of {limits}")
        try:
            Settings.from_environment(named)
        except InvalidDocument as error:
            raise InvalidDocument(
                f"{error.where}: {error.message}", where="-c expression_limits=…", advice=error.advice
            ) from None
        return named

    def _check(self) -> None:
        _ = self.expression_settings, self.heard
        self._check_each()
        self._check_egress()
        self._check_sign_in()
        if self.status_events_bus and self.heard.hears_bus(self.status_events_bus):
            raise InvalidDocument(
                f"the stage would hear its own status events on the bus {self.status_events_bus}: a trigger of them "
                "could start executions without end", where="-c status_events_bus=…",
                advice="Name a bus that hears does not, and use workflow_end triggers for the stage's own executions.",
            )
        if self.alert_settings and not self.heard.ends:
            named = next(iter(self.alert_settings)).removeprefix("AUTOMATE_").lower()
            raise InvalidDocument(
                f"{named} needs ends in hears: alerts are told of ends", where="-c hears=…",
                advice=f"Add ends to -c hears=…, or leave {named} out.",
            )
        if "-task-" in f"{self.stage}-":
            raise _refused("stage", self.stage, "a name without -task: workflows' roles have it")
        if self.key_arn and not (self.table and self.bucket):
            raise InvalidDocument(
                "a key of before needs the table and the bucket that it encrypts", where="-c key_arn=…",
                advice="Give -c table=… and -c bucket=… too, or leave it out.",
            )
        if bool(self.table) != bool(self.table_stream):
            raise InvalidDocument(
                "a table of before comes with its stream, which the audit log is sealed from",
                where="-c table=…" if self.table_stream else "-c table_stream=…",
                advice="Give -c table=… and -c table_stream=… (aws dynamodb describe-table prints LatestStreamArn).",
            )
        written_schema(self.snapshot_schema)
        if self.copilots and not self.copilot_model:
            raise InvalidDocument(
                f"copilot_provider={self.copilot_provider} needs a model", where="copilot_model",
                advice="Add -c copilot_model=….",
            )
        if self.batch_size > MOST_WITHOUT_WINDOW and self.batch_window_seconds < 1:
            raise InvalidDocument(
                f"batch_size {self.batch_size} needs a window: SQS hands over {MOST_WITHOUT_WINDOW} without one",
                where="batch_window_seconds", advice="Add -c batch_window_seconds=1.",
            )
        if self.reserved_concurrency and self.reserved_concurrency < self.max_concurrency:
            raise InvalidDocument(
                f"reserved_concurrency {self.reserved_concurrency} is below max_concurrency {self.max_concurrency}: "
                "messages would be received, throttled and counted towards the dead-letter queue",
                where="reserved_concurrency", advice="Reserve at least max_concurrency, or 0 for none.",
            )

    def _check_egress(self) -> None:
        entries = [part.strip() for part in self.egress_allow.split(",") if part.strip()]
        for name, check in (
            ("egress_allow", partial(read_entries, entries)), ("egress_proxy", partial(read_proxy, self.egress_proxy))
        ):
            try:
                check()
            except InvalidDocument as error:
                raise InvalidDocument(error.message, where=f"-c {name}=…", advice=error.advice) from None

    def _check_sign_in(self) -> None:
        """What of signing in needs what, and what goes with a pool of before."""
        needs = {
            "oidc_issuer": ("sign_in_domain", "oidc_client_id", "oidc_secret"), "saml_metadata": ("sign_in_domain",),
            "oidc_client_id": ("oidc_issuer",), "oidc_secret": ("oidc_issuer",), "studio_origin": ("sign_in_domain",),
        }
        for name, others in needs.items():
            lacking = [other for other in others if getattr(self, name) and not getattr(self, other)]
            if lacking:
                raise InvalidDocument(
                    f"{name} needs {' and '.join(lacking)}", where=f"-c {lacking[0]}=…",
                    advice=f"Give -c {lacking[0]}=… too, or leave {name} out.",
                )
        if self.oidc_issuer and self.saml_metadata and self.oidc_name == self.saml_name:
            raise _refused("saml_name", self.saml_name, "another name than oidc_name")
        if self.user_pool_id and self.mfa != "optional":
            raise InvalidDocument(
                "the second factor of a pool of before is that pool's own setting", where="-c mfa=…",
                advice="aws cognito-idp set-user-pool-mfa-config --user-pool-id POOL sets it; leave -c mfa=… out.",
            )

    def _check_each(self) -> None:
        for name, (shape, would_do) in _SHAPES.items():
            if not re.fullmatch(shape, getattr(self, name)):
                raise _refused(name, getattr(self, name), would_do)
        if self.log_retention_days not in LOG_RETENTION:
            days = ", ".join(map(str, LOG_RETENTION))
            raise _refused("log_retention_days", self.log_retention_days, f"one of {days}")


def refuse_misspelt(names: Iterable[str]) -> None:
    """Raises InvalidDocument for a context key that is none of ours and looks like one: it would change nothing."""
    ours = [item.name for item in fields(Tunables)]
    for name in names:
        if name not in ours and (meant := get_close_matches(name, ours, n=1, cutoff=0.8)):
            raise InvalidDocument(
                f"there is no setting {name}", where=f"-c {name}=…",
                advice=f"Is {meant[0]} meant? docs/deployment-settings.md has all.",
            )


def _parse(name: str, given: Any, default: Any, metadata: Any) -> Any:
    """`given` (text on the command line, any JSON in cdk.json) as the type of `default`."""
    if isinstance(default, bool):
        known = {"true": True, "false": False}
        if str(given).lower() not in known:
            raise _refused(name, given, "true or false")
        return known[str(given).lower()]
    if isinstance(default, str):
        return str(given)
    try:
        number = int(str(given))
    except ValueError:
        raise _refused(name, given, "a whole number") from None
    least, most = metadata["least"], metadata["most"]
    if (least is not None and number < least) or (most is not None and number > most):
        raise _refused(name, given, f"from {least} to {most}")
    return number


def _refused(name: str, given: Any, would_do: str) -> InvalidDocument:
    return InvalidDocument(f"{name}={given} will not do: {would_do}", where=f"-c {name}=…", advice=f"Give {would_do}.")
