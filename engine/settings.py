"""Every tunable, once: its name in the environment, its default, what it does and how to choose it.

A frozen dataclass and no pydantic: the worker's cold start pays for each import. `docs/settings.md` is made from this.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import field, fields
from typing import Any

from engine.errors import InvalidDocument
from engine.records import dataclass

WIRING = frozenset({
    "AUTOMATE_ARRIVALS", "AUTOMATE_CONNECTOR_FUNCTION", "AUTOMATE_HEARS", "AUTOMATE_HEARS_ENDS", "AUTOMATE_STATUS_BUS",
    "AUTOMATE_STATUS_QUEUE", "AUTOMATE_STUDIO_PARAMETER", "AUTOMATE_TRACED", "AUTOMATE_WORKER_LOG_GROUP",
})
"""The environment variables by which a deployment connects its functions, beside the settings: no secret is in one."""
MOST_DAYS = 36_500
"""A hundred years: the most that a term of keeping may be."""


_ADDRESS = (r"https?://\S+", "an address that begins with https:// or http://")
_PROGRAM = (r"/.+", "the whole path of a program")
_TOPIC = (r"arn:aws[a-z-]*:sns:.+", "the ARN of an SNS topic")
_WORKFLOW = (r"[A-Za-z0-9_-]{1,80}", "a workflow's name")
_SLACK_USER = (r"[^=]*[^=\s][^=]*=\s*[^=/\s][^=]*", "USER=NAME or USER=NAME/ROLE")
_PROVIDER = (r"none|offline|bedrock|openai|anthropic", "none, bedrock, openai or anthropic")


def _setting(
    default: Any, env: str, doc: str, *, least: float | None = None, most: float | None = None,
    form: tuple[str, str] | None = None,
) -> Any:
    """`form` is the pattern of a text, or of each of several, and what such a one is."""
    return field(default=default, metadata={"env": env, "doc": doc, "least": least, "most": most, "form": form})


@dataclass(frozen=True, slots=True)
class Settings:
    """Read with `Settings.from_environment`; every field's metadata names its environment variable."""

    data_dir: str = _setting(".automate", "AUTOMATE_DATA_DIR", "The folder that holds all local state.")
    workspace: str = _setting("default", "AUTOMATE_WORKSPACE", "The workspace that commands work on.")
    port: int = _setting(8400, "PORT", "The local server's port on 127.0.0.1; 0 takes a free one.", least=0, most=65535)
    public_url: str = _setting(
        "", "AUTOMATE_PUBLIC_URL",
        "The address by which a tunnel or reverse proxy brings webhooks and forms to the local server, such as "
        "https://hooks.example.com. The server answers by it too, and nothing else there: the Studio and the API stay "
        "at 127.0.0.1.",
    )
    batch_size: int = _setting(
        10, "EXECUTION_BATCH_SIZE",
        "How many executions a worker takes at once: the SQS batch on AWS, the claim size locally. Raise it when many "
        "short executions queue up; on AWS more than 10 needs a batching window of at least 1 s.",
        least=1, most=10000,
    )
    task_threads: int = _setting(
        32, "AUTOMATE_TASK_THREADS", "How many connector calls one worker process makes at once.", least=1, most=1000
    )
    task_max_seconds: float = _setting(
        240.0, "AUTOMATE_TASK_MAX_SECONDS",
        "The longest a synchronous task may take. Longer work is for .waitForTaskToken, .sync or an activity.",
        least=1, most=840,
    )
    max_input_bytes: int = _setting(
        16 * 1024 * 1024, "AUTOMATE_MAX_INPUT_BYTES", "The largest execution input that is accepted, in bytes.",
        least=1024,
    )
    busy_timeout_seconds: float = _setting(
        5.0, "AUTOMATE_BUSY_TIMEOUT", "How long a command waits for a locked data folder before it gives up (exit 75).",
        least=0, most=86400,
    )
    expression_seconds: float = _setting(
        0.5, "AUTOMATE_EXPRESSION_SECONDS",
        "How many seconds of CPU time one evaluation of a JSONata expression, or the regular expressions of one "
        "JSONPath or one input_schema, may take. How busy the machine is does not count. What else runs in the process "
        "waits meanwhile.",
        least=0.001, most=60,
    )
    expression_wall_seconds: float = _setting(
        10.0, "AUTOMATE_EXPRESSION_WALL_SECONDS",
        "How many seconds of wall-clock time an expression may take to get that CPU time.",
        least=0.001, most=240,
    )
    expression_steps: int = _setting(
        2_000_000, "AUTOMATE_EXPRESSION_STEPS", "How many steps one evaluation of a JSONata expression may take.",
        least=1000,
    )
    expression_depth: int = _setting(
        300, "AUTOMATE_EXPRESSION_DEPTH", "How deep the calls of a JSONata expression may lie within one another.",
        least=10, most=1000,
    )
    expression_items: int = _setting(
        1_000_000, "AUTOMATE_EXPRESSION_ITEMS",
        "The most items of an array that a JSONata expression makes, and twice that of all its ranges together.",
        least=1000, most=10_000_000,
    )
    expression_text_bytes: int = _setting(
        7_999_999, "AUTOMATE_EXPRESSION_TEXT_BYTES", "The longest text that a JSONata expression makes, in bytes.",
        least=1024, most=128 * 1024 * 1024,
    )
    expression_result_bytes: int = _setting(
        1024 * 1024, "AUTOMATE_EXPRESSION_RESULT_BYTES",
        "The largest result of a JSONata expression, in bytes of JSON text. If the expression is given more than "
        "that, a quarter more than it is given.",
        least=1024, most=32 * 1024 * 1024,
    )
    retention_days: float = _setting(
        90.0, "AUTOMATE_RETENTION_DAYS",
        "How many days an execution is kept after its end, where its workflow's document names no `retention_days`. 0 "
        "keeps all of them for ever. What runs, waits or is PAUSED is always kept.",
        least=0, most=MOST_DAYS,
    )
    redrive_days: float = _setting(
        14.0, "AUTOMATE_REDRIVE_DAYS",
        "How many days after its end an execution that did not succeed can be redriven. It is kept that long whatever "
        "its term is.",
        least=0, most=MOST_DAYS,
    )
    delivery_days: float = _setting(
        30.0, "AUTOMATE_DELIVERY_DAYS",
        "How many days the dedupe key of what arrived at a trigger is remembered. What arrives again under the same "
        "key starts nothing, also after its execution is gone.",
        least=1, most=3650,
    )
    alert_workflow: str = _setting(
        "", "AUTOMATE_ALERT_WORKFLOW",
        "The workflow that is started when an execution of a workflow without `alerts` fails, times out or is PAUSED.",
        form=_WORKFLOW,
    )
    alert_webhook: str = _setting(
        "", "AUTOMATE_ALERT_WEBHOOK",
        "The address that is called then, through the http connector and its egress rules.",
        form=_ADDRESS,
    )
    alert_topic: str = _setting(
        "", "AUTOMATE_ALERT_TOPIC",
        "The ARN of the SNS topic that is told then. On one machine it is called as workflows call AWS.",
        form=_TOPIC,
    )
    alert_topics: tuple[str, ...] = _setting(
        (), "AUTOMATE_ALERT_TOPICS",
        "The SNS topics that alerts of a stage may name: their ARNs, separated by commas. Publishing refuses others "
        "there. On one machine the credentials alone decide.",
        form=_TOPIC,
    )
    alert_command: str = _setting(
        "", "AUTOMATE_ALERT_COMMAND",
        "The program that is run then, on one machine: one of AUTOMATE_ALERT_COMMANDS.",
        form=_PROGRAM,
    )
    alert_commands: tuple[str, ...] = _setting(
        (), "AUTOMATE_ALERT_COMMANDS",
        "The programs of this machine that alerts may run: whole paths, separated by commas. Without this none is "
        "run, and none is run on a stage.",
        form=_PROGRAM,
    )
    studio_url: str = _setting(
        "", "AUTOMATE_STUDIO_URL",
        "What links in alerts begin with, such as https://automate.example.com/studio. By default the local server's, "
        "or the stage's own Studio.",
        form=_ADDRESS,
    )
    slack_signing_secret: str = _setting(
        "", "AUTOMATE_SLACK_SIGNING_SECRET",
        "The key of the secret with the signing secret of the Slack app whose buttons answer approvals. Without it "
        "none is taken from Slack (docs/services.md, *Approval*).",
    )
    slack_users: tuple[str, ...] = _setting(
        (), "AUTOMATE_SLACK_USERS",
        "Who the users of Slack are that answer approvals: U012AB3CD=ada@example.com, or with a role "
        "U012AB3CD=ada@example.com/operator, separated by commas. `*=slack/operator` lets all others answer, as "
        "slack:U….",
        form=_SLACK_USER,
    )
    audit_days: float = _setting(
        400.0, "AUTOMATE_AUDIT_DAYS",
        "How many days an entry of the audit log is kept; 0 keeps all of them for ever. Older ones go from the "
        "beginning of their chains, behind a checkpoint that `automate audit verify` begins at. Not less than 30.",
        least=0, most=MOST_DAYS,
    )
    disk_reserve_mb: int = _setting(
        200, "AUTOMATE_DISK_RESERVE_MB",
        "How much of the data folder's disk is kept for what already runs: with less than that free, starts, redrives "
        "and forks are refused (503), and with less than twice that `automate doctor` warns. 0 refuses nothing.",
        least=0, most=1_000_000,
    )
    connectors: tuple[str, ...] = _setting(
        (), "AUTOMATE_CONNECTORS", "Modules with connectors, loaded at start; separated by commas."
    )
    connector_files: tuple[str, ...] = _setting(
        (), "AUTOMATE_CONNECTOR_FILES",
        "Folders whose connector files (YAML or JSON, docs/connector-files.md) are connectors; separated by commas.",
    )
    secret_grants: tuple[str, ...] = _setting(
        (), "AUTOMATE_SECRET_GRANTS",
        "Who may use secrets of the environment: KEY=WORKFLOW/CONNECTOR@HOST, separated by commas; * stands for any "
        "workflow, connector or host. With it a key that it does not name is nobody's; without it everybody may.",
    )
    egress_allow: tuple[str, ...] = _setting(
        (), "AUTOMATE_EGRESS_ALLOW",
        "What connectors may call although it is not public: host:port, separated by commas. A host is a name "
        "(erp.internal), all names below one (*.internal), an address or a network (10.0.0.0/8). Public hosts need no "
        "entry; docs/connectors.md, *Egress*, says what each admits.",
    )
    egress_proxy: str = _setting(
        "", "AUTOMATE_EGRESS_PROXY",
        "An HTTP proxy through which connectors call public hosts (CONNECT): http://HOST:PORT, or "
        "http://USER:PASSWORD@HOST:PORT. What AUTOMATE_EGRESS_ALLOW admits is called without it.",
    )
    file_roots: tuple[str, ...] = _setting(
        (), "AUTOMATE_FILE_ROOTS",
        "The folders on this machine whose files a distributed Map may read and write: whole paths, separated by "
        "commas. A relative Path starts at the first. Without this no file is opened. A stage on AWS has no files.",
    )
    aws_profile: str = _setting(
        "", "AUTOMATE_AWS_PROFILE",
        "The profile of your AWS configuration that workflows on this machine call AWS with. While neither this nor "
        "AUTOMATE_AWS_REGION is set, no AWS service is called.",
    )
    aws_region: str = _setting(
        "", "AUTOMATE_AWS_REGION",
        "The region of the AWS services that workflows on this machine call, if the profile names none, or you want "
        "another. "
        "Without a profile, credentials come from the environment (AWS_ACCESS_KEY_ID and so on).",
    )
    copilot_provider: str = _setting(
        "none", "AUTOMATE_COPILOT_PROVIDER",
        "Who serves the copilot's model: none (templates and outlines, nothing leaves the machine), bedrock (Amazon "
        "Bedrock's Converse, with this machine's or the Lambda's own credentials), openai (OpenAI, or any endpoint "
        "with its chat completions, such as Ollama or llama.cpp) or anthropic. offline is the earlier name of none.",
        form=_PROVIDER,
    )
    copilot_model: str = _setting(
        "", "AUTOMATE_COPILOT_MODEL",
        "The model: for bedrock a model's or an inference profile's id, else the name that its endpoint knows.",
    )
    copilot_url: str = _setting(
        "", "AUTOMATE_COPILOT_URL",
        "The address before /chat/completions (openai, such as http://127.0.0.1:11434/v1) or before /v1/messages "
        "(anthropic), by default the vendor's own; for bedrock a VPC endpoint, by default the region's own.",
        form=_ADDRESS,
    )
    copilot_secret: str = _setting(
        "", "AUTOMATE_COPILOT_SECRET",
        "For openai and anthropic the key of the secret that holds the API key, as `automate secrets` lists it; none "
        "for an endpoint that asks for no key.",
    )
    copilot_tools: int = _setting(
        1, "AUTOMATE_COPILOT_TOOLS",
        "0 for a model behind a server that takes tools and never calls them: its answers are held by a JSON schema "
        "instead. `automate copilot setup` finds out.",
        least=0, most=1,
    )
    copilot_seconds: float = _setting(
        180.0, "AUTOMATE_COPILOT_SECONDS",
        "How long one turn of a conversation may take, its calls of tools and its repairs included.",
        least=5, most=840,
    )
    copilot_answers: int = _setting(
        20, "AUTOMATE_COPILOT_ANSWERS", "How many answers of the model one turn may take.", least=1, most=200,
    )
    copilot_tokens: int = _setting(
        200_000, "AUTOMATE_COPILOT_TOKENS",
        "How many tokens one turn may use, input and output together, as far as the provider counts them.",
        least=1000, most=100_000_000,
    )
    copilot_days: float = _setting(
        90.0, "AUTOMATE_COPILOT_DAYS", "How many days a conversation is kept after its last entry.",
        least=0.01, most=3650,
    )
    four_eyes: int = _setting(
        0, "AUTOMATE_FOUR_EYES",
        "1 refuses to publish to whoever edited the draft last: somebody else has to look at it (docs/access.md).",
        least=0, most=1,
    )
    stage: str = _setting("dev", "AUTOMATE_STAGE", "The deployment's stage; secrets live under `automate/<stage>/`.")
    table: str = _setting("", "AUTOMATE_TABLE", "The DynamoDB table (on AWS).")
    queue_url: str = _setting("", "AUTOMATE_QUEUE_URL", "The wake queue's URL (on AWS).")
    bucket: str = _setting("", "AUTOMATE_BUCKET", "The bucket of large payloads (on AWS).")
    snapshot_schema: int = _setting(
        0, "AUTOMATE_SNAPSHOT_SCHEMA",
        "The snapshot schema to write, once you will not return to the release before, which cannot read a newer "
        "schema. 0 writes what that release reads too, or what a new data folder was made for (docs/operations.md).",
        least=0, most=1000,
    )
    spread_lists: int = _setting(
        0, "AUTOMATE_SPREAD_LISTS",
        "1 spreads the lists of executions over 16 partitions of each index (on AWS), for more than 500 starts a "
        "second, once you will not return to release 0.2.0, which does not list what is spread (docs/operations.md).",
        least=0, most=1,
    )
    kms_key: str = _setting(
        "", "AUTOMATE_KMS_KEY",
        "The KMS key that secrets set here are encrypted with (on AWS); without one Secrets Manager's own.",
    )
    log_level: str = _setting("INFO", "AUTOMATE_LOG_LEVEL", "DEBUG, INFO, WARNING or ERROR.")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Read and check every setting. Raises InvalidDocument naming the variable, its value and what would do."""
        values: dict[str, Any] = {}
        for item in fields(cls):
            text = environment.get(item.metadata["env"])
            if text is not None and text != "":
                values[item.name] = _parse(item.metadata, item.default, text)
        return cls(**values)

    @classmethod
    def environment_names(cls) -> frozenset[str]:
        """The environment variables that are settings: no secret may be read from one of them."""
        return frozenset(item.metadata["env"] for item in fields(cls))


def _parse(metadata: Mapping[str, Any], default: Any, text: str) -> Any:
    """`text` as the type of `default`, within the setting's bounds."""
    if isinstance(default, tuple):
        parts = tuple(part.strip() for part in text.split(",") if part.strip())
        _check_form(metadata, parts)
        return parts
    if isinstance(default, str):
        _check_form(metadata, (text,))
        return text
    kind = type(default)
    try:
        number = kind(text)
    except ValueError:
        raise InvalidDocument(
            f"{text!r} is not {'a whole number' if kind is int else 'a number'}", where=metadata["env"],
            advice=metadata["doc"],
        ) from None
    least, most = metadata["least"], metadata["most"]
    if (least is not None and number < least) or (most is not None and number > most) or not _is_finite(number):
        bounds = f"from {least:g} to {most:g}" if most is not None else f"{least:g} or more"
        raise InvalidDocument(f"{text} is out of range: {bounds}", where=metadata["env"], advice=metadata["doc"])
    return number


def _check_form(metadata: Mapping[str, Any], parts: tuple[str, ...]) -> None:
    """Raises InvalidDocument for a part that is not as it has to be, which may hold a secret and is not repeated."""
    if metadata["form"] is None:
        return
    pattern, words = metadata["form"]
    for number, part in enumerate(parts, 1):
        if re.fullmatch(pattern, part) is None:
            which = f"entry {number} of {metadata['env']}" if len(parts) > 1 else metadata["env"]
            raise InvalidDocument(f"{which} is not {words}", where=metadata["env"], advice=metadata["doc"])


def _is_finite(number: float) -> bool:
    """NaN passes every comparison, infinity the one with no upper bound. Integers are finite however long they are."""
    return isinstance(number, int) or math.isfinite(number)
