"""An n8n export made into a definition: each node a state, each connection a transition.

n8n hands lists of items from node to node and a state hands on one value, so this is a beginning and says so: nodes
that are not known here become Pass states with a note, expressions are turned into JSONata where they are plain paths.

    trigger                    no state: a note               if, switch      Choice
    httpRequest                connector:http:request         wait            Wait
    slack, emailSend, …        the known connectors' actions  stopAndError    Fail
    one output to many nodes   Parallel, joined where its branches meet
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.catalog.conversion.found import Candidate, name_of
from engine.errors import InvalidDocument

Json = Any
_State = dict[str, Json]

_PATH = re.compile(r"=\s*\{\{\s*\$json((?:\.[A-Za-z_]\w*|\[['\"][^'\"]+['\"]\])+)\s*\}\}")
_MEMBER = re.compile(r"\.([A-Za-z_]\w*)|\[['\"]([^'\"]+)['\"]\]")
_TRIGGERS = ("trigger", "webhook", "cron", ".start", "interval")
_SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
_COMPARISONS = {
    "equal": "=", "equals": "=", "notEqual": "!=", "notEquals": "!=", "larger": ">", "gt": ">", "largerEqual": ">=",
    "gte": ">=", "smaller": "<", "lt": "<", "smallerEqual": "<=", "lte": "<=",
}
_MOST_NODES = 1000


def is_n8n(value: Json) -> bool:
    """Whether `value` is an export: of one workflow, or a list of them."""
    first = value[0] if isinstance(value, list) and value else value
    return isinstance(first, dict) and isinstance(first.get("nodes"), list) and isinstance(
        first.get("connections"), dict
    )


def from_n8n(value: Json, name: str) -> list[Candidate]:
    """A candidate for each workflow of the export. Raises InvalidDocument for one without nodes."""
    return [_Reading(flow, name).candidate() for flow in (value if isinstance(value, list) else [value])]


class _Reading:
    """One workflow being read."""

    def __init__(self, flow: Mapping[str, Json], name: str) -> None:
        self.name = name_of(str(flow.get("name") or name))
        nodes = [node for node in flow["nodes"] if isinstance(node, dict) and isinstance(node.get("name"), str)]
        self.nodes = {node["name"]: node for node in nodes if not str(node.get("type")).endswith("stickyNote")}
        if not self.nodes or len(self.nodes) > _MOST_NODES:
            raise InvalidDocument(
                f"the export has {len(self.nodes)} nodes; 1 to {_MOST_NODES} are read", where="/nodes"
            )
        self.outputs = {
            node: [_targets(output, self.nodes) for output in _main(flow["connections"].get(node))]
            for node in self.nodes
        }
        self.notes: list[str] = []
        self.used: set[str] = set()

    def candidate(self) -> Candidate:
        """The workflow."""
        starts = [node for node in self.nodes if _is_trigger(self.nodes[node])]
        targets = {target for outputs in self.outputs.values() for output in outputs for target in output}
        begin = starts or [node for node in self.nodes if node not in targets] or [next(iter(self.nodes))]
        for node in starts:
            self.notes.append(f"the trigger {node!r} was not taken over: give the workflow a trigger")
        if len(begin) > 1:
            self.notes.append(f"it begins in {len(begin)} places: only what follows {begin[0]!r} was taken over")
        first = begin[0]
        states: dict[str, _State] = {}
        if starts:
            following = self._follow(first, 0, states, frozenset())
            start_at = following or self._empty(states)
        else:
            start_at = first
            self._walk([first], states, frozenset())
        definition = {
            "Comment": "Made from an n8n export: compare it with the original.", "QueryLanguage": "JSONata",
            "StartAt": start_at, "States": states,
        }
        return Candidate(self.name, {"name": self.name, "definition": definition}, self.notes)

    def _empty(self, states: dict[str, _State]) -> str:
        states["Nothing yet"] = {"Type": "Succeed"}
        return "Nothing yet"

    def _walk(self, begin: Sequence[str], states: dict[str, _State], stop: frozenset[str]) -> None:
        """Put the nodes from `begin` on into `states`, up to those in `stop`."""
        left = list(begin)
        while left:
            node = left.pop()
            if node in states or node in stop:
                continue
            states[node] = {}
            states[node] = self._state(node, states, stop)
            left += [target for target in _followers(states[node]) if target in self.nodes]

    def _follow(self, node: str, output: int, states: dict[str, _State], stop: frozenset[str]) -> str | None:
        """What follows an output of `node`: a state, or None at the end. Several targets run side by side."""
        outputs = self.outputs[node]
        targets = [target for target in (outputs[output] if output < len(outputs) else ()) if target not in stop]
        if len(targets) > 1:
            return self._parallel(node, targets, states, stop)
        if targets:
            self._walk(targets, states, stop)
        return targets[0] if targets else None

    def _parallel(self, node: str, targets: Sequence[str], states: dict[str, _State], stop: frozenset[str]) -> str:
        name = f"After {node}"
        reached = [self._reached(target) for target in targets]
        common = set.intersection(*reached) - set(targets)
        join = next((item for item in self.nodes if item in common and item not in stop), None)
        inner = stop | ({join} if join is not None else set())
        branches = []
        for target in targets:
            branch: dict[str, _State] = {}
            self._walk([target], branch, frozenset(inner))
            for state in branch.values():
                _close(state, inner)
            branches.append({"StartAt": target, "States": branch})
        states[name] = {"Type": "Parallel", "Branches": branches, **_next(join)}
        self.notes.append(f"what follows {node!r} runs side by side; n8n runs it one after the other")
        if join is not None:
            self._walk([join], states, stop)
        return name

    def _reached(self, node: str) -> set[str]:
        found: set[str] = set()
        left = [node]
        while left:
            at = left.pop()
            if at not in found:
                found.add(at)
                left += [target for output in self.outputs[at] for target in output]
        return found

    def _state(self, node: str, states: dict[str, _State], stop: frozenset[str]) -> _State:
        kind = str(self.nodes[node].get("type", "")).rpartition(".")[2]
        parameters = self.nodes[node].get("parameters") or {}
        if kind in ("if", "switch", "filter"):
            return self._choice(node, kind, parameters, states, stop)
        following = _next(self._follow(node, 0, states, stop))
        if kind == "stopAndError":
            return {"Type": "Fail", "Error": "Stopped", "Cause": str(parameters.get("errorMessage", ""))}
        if kind == "wait":
            unit = _SECONDS.get(str(parameters.get("unit", "hours")), 3600)
            return {"Type": "Wait", "Seconds": int(float(parameters.get("amount", 1)) * unit), **following}
        make = _TASKS.get(kind)
        if make is not None:
            resource, arguments = make(parameters)
            given = {key: self._value(node, item) for key, item in arguments.items() if item not in (None, "")}
            if self.nodes[node].get("credentials"):
                self.notes.append(f"{node!r} had credentials: name a secret in its arguments")
            return {"Type": "Task", "Resource": resource, "Arguments": given, **following}
        if kind != "noOp":
            self.notes.append(f"{node!r} ({kind}) is not known here: it hands its input on; say what it is to do")
        return {"Type": "Pass", "Comment": f"n8n: {kind}", **following}

    def _choice(
        self, node: str, kind: str, parameters: Mapping[str, Json], states: dict[str, _State], stop: frozenset[str]
    ) -> _State:
        ends = [self._follow(node, index, states, stop) for index in range(max(len(self.outputs[node]), 1))]
        names = [end or self._end(states) for end in ends]
        conditions = _conditions(kind, parameters)
        rules = []
        for index, end in enumerate(names if kind == "switch" else names[:1]):
            condition = conditions[index] if index < len(conditions) else None
            if condition is None:
                self.notes.append(f"the condition of output {index} of {node!r} was not understood: write it")
            rules.append({"Condition": f"{{% {condition or 'false'} %}}", "Next": end})
        otherwise = names[1] if kind == "if" and len(names) > 1 else self._end(states)
        return {"Type": "Choice", "Choices": rules, "Default": otherwise}

    def _end(self, states: dict[str, _State]) -> str:
        states.setdefault("Done", {"Type": "Succeed"})
        return "Done"

    def _value(self, node: str, value: Json) -> Json:
        """An n8n expression as JSONata, where it is a plain path."""
        if not isinstance(value, str) or not value.startswith("="):
            return value
        path = _jsonata(value)
        if path is None:
            self.notes.append(f"an expression of {node!r} was not understood: {value[:80]}")
            return value[1:]
        return f"{{% {path} %}}"


def _main(connections: Json) -> list[Json]:
    found = connections.get("main") if isinstance(connections, dict) else None
    return found if isinstance(found, list) else []


def _targets(output: Json, nodes: Mapping[str, Json]) -> list[str]:
    found = [str(item.get("node")) for item in output or () if isinstance(item, dict)]
    return list(dict.fromkeys(node for node in found if node in nodes))


def _is_trigger(node: Mapping[str, Json]) -> bool:
    kind = str(node.get("type", "")).lower()
    return kind.endswith(_TRIGGERS)


def _followers(state: _State) -> list[str]:
    """The states that `state` leads to."""
    rules = [str(rule["Next"]) for rule in state.get("Choices", ())]
    return rules + [str(state[field]) for field in ("Next", "Default") if field in state]


def _next(name: str | None) -> _State:
    return {"End": True} if name is None else {"Next": name}


def _close(state: _State, outside: frozenset[str] | set[str]) -> None:
    """A branch ends where it would leave the branch."""
    if state.get("Next") in outside:
        del state["Next"]
        state["End"] = True


def _jsonata(expression: str) -> str | None:
    found = _PATH.fullmatch(expression.strip())
    if found is None:
        return None
    names = [plain or f"`{quoted}`" for plain, quoted in _MEMBER.findall(found[1])]
    return "$states.input." + ".".join(names)


def _conditions(kind: str, parameters: Mapping[str, Json]) -> list[str | None]:
    """The conditions of the outputs, in JSONata; None for one that was not understood."""
    given = parameters.get("conditions") or {}
    if kind == "switch":
        rules = (parameters.get("rules") or {})
        found = rules.get("values") or rules.get("rules") or []
        return [_group((rule.get("conditions") or {}) if isinstance(rule, dict) else {}) for rule in found]
    return [_group(given)] if isinstance(given, dict) else [None]


def _group(group: Mapping[str, Json]) -> str | None:
    listed = group.get("conditions")
    if not isinstance(listed, list):  # before n8n 1.0: by type, {"number": [{"value1", "operation", "value2"}]}
        listed = [
            {"leftValue": item.get("value1"), "rightValue": item.get("value2"),
             "operator": {"operation": item.get("operation", "equal")}}
            for items in group.values() if isinstance(items, list) for item in items if isinstance(item, dict)
        ]
    parts = [_comparison(item) for item in listed if isinstance(item, dict)]
    if not parts or None in parts:
        return None
    return (" or " if group.get("combinator") == "or" else " and ").join(str(part) for part in parts)


def _comparison(item: Mapping[str, Json]) -> str | None:
    operation = str((item.get("operator") or {}).get("operation"))
    left, right = _operand(item.get("leftValue")), _operand(item.get("rightValue"))
    if operation == "true" and left is not None:
        return left
    if operation not in _COMPARISONS or left is None or right is None:
        return None
    return f"{left} {_COMPARISONS[operation]} {right}"


def _operand(value: Json) -> str | None:
    if isinstance(value, str):
        if value.startswith("="):
            return _jsonata(value)
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else None


def _http(given: Mapping[str, Json]) -> tuple[str, dict[str, Json]]:
    method = given.get("method", given.get("requestMethod", "GET"))
    body = given.get("body") if given.get("contentType") == "raw" else None
    return "connector:http:request", {"method": method, "url": given.get("url"), "body": body}


def _slack(given: Mapping[str, Json]) -> tuple[str, dict[str, Json]]:
    channel = given.get("channelId", given.get("channel"))
    channel = channel.get("value") if isinstance(channel, dict) else channel
    return "connector:slack:post_message", {"channel": channel, "text": given.get("text")}


def _mail(given: Mapping[str, Json]) -> tuple[str, dict[str, Json]]:
    to = given.get("toEmail", given.get("sendTo"))
    body = given.get("text", given.get("message", given.get("html")))
    return "connector:email:send", {"to": to, "subject": given.get("subject"), "body": body}


def _charge(given: Mapping[str, Json]) -> tuple[str, dict[str, Json]]:
    return "connector:payment:charge", {
        "amount": given.get("amount"), "currency": given.get("currency"), "customer": given.get("customerId"),
    }


_TASKS: dict[str, Callable[[Mapping[str, Json]], tuple[str, dict[str, Json]]]] = {
    "httpRequest": _http, "slack": _slack, "emailSend": _mail, "gmail": _mail, "stripe": _charge,
}
