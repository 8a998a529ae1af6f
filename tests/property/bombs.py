"""Definitions and inputs that look small and would cost gigabytes or hours; run as a script, it measures each.

    python bombs.py [NAME …]    a line of JSON each: how it ended, the CPU seconds, the peak memory over an idle run's

Each bomb runs in a process of its own (forked, so that it costs no start-up), whose memory and CPU time are limited.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from time import process_time
from typing import Any

from engine.errors import UserError
from engine.language.expr import limits
from engine.settings import Settings
from engine.testing import simulate

Json = Any

CPU_SECONDS = 60
"""After so much a bomb is killed: it heeds no limit. How long each takes is printed; no test asks, machines differ."""
MEMORY_BYTES = 1_800_000_000
"""The address space that a bomb may take: jlens reserves half a gigabyte of it for its stack, and uses little."""


def _pass(**fields: Json) -> Json:
    return {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True, **fields}}}


def _jsonata(expression: str) -> Json:
    return {"QueryLanguage": "JSONata", "StartAt": "A", "States": {
        "A": {"Type": "Pass", "Output": f"{{% {expression} %}}", "End": True}}}


def _rounds(rounds: int, state: Json, start: Json, *, end: Json = None) -> Json:
    """`state` in a loop of so many rounds, with the variable v, which begins as `start`; `end` comes after."""
    return {"StartAt": "Begin", "States": {
        "Begin": {"Type": "Pass", "Assign": {"v": start, "round": 0}, "Next": "Grow"},
        "Grow": {"Type": "Pass", "Next": "Count", **state},
        "Count": {"Type": "Pass", "Assign": {"round.$": "States.MathAdd($round, 1)"}, "Next": "Again"},
        "Again": {"Type": "Choice", "Default": "End", "Choices": [
            {"Variable": "$round", "NumericLessThan": rounds, "Next": "Grow"}]},
        "End": end or {"Type": "Succeed"},
    }}


def _assign(rounds: int, text: str, start: Json, **more: Json) -> Json:
    return _rounds(rounds, {"Assign": {"v.$": text}}, start, **more)


def _nested(levels: int, *, kind: str = "list") -> Json:
    value: Json = 1
    for _ in range(levels):
        value = [value] if kind == "list" else {"a": value}
    return value


_LAST = {"Type": "Pass", "Parameters": {"x.$": "$v"}, "End": True}
_DEEP_FUNCTION = "($f := function($n) { 1 + $f($n + 1) }; $f(0))"
_ENDLESS_FUNCTION = "($f := function($n) { $f($n + 1) }; $f(0))"
_DOUBLING_FUNCTION = "($f := function($s, $n) { $n = 0 ? $s : $f($s & $s, $n - 1) }; $length($f('xxxxxxxx', 40)))"
_BOTH = {"a": "{% $v %}", "b": "{% $v %}"}

BOMBS: dict[str, tuple[Json, Json]] = {
    "nothing": (_pass(), {}),
    # expressions
    "jsonata: deep recursion": (_jsonata(_DEEP_FUNCTION), {}),
    "jsonata: endless recursion": (_jsonata(_ENDLESS_FUNCTION), {}),
    "jsonata: doubling text": (_jsonata(_DOUBLING_FUNCTION), {}),
    "jsonata: huge range": (_jsonata("$count([1..9000000])"), {}),
    "jsonata: huge $range": (_jsonata("$range(1, 1000000000, 1)"), {}),
    "jsonata: huge pad": (_jsonata("$length($pad('x', 2000000000))"), {}),
    "jsonata: product of ranges": (_jsonata("$count([1..3000].([1..3000]))"), {}),
    "jsonata: sum of long ranges": (_jsonata("$count([1..9].([1..240000]))"), {}),
    "jsonata: two ranges as long as may be": (_jsonata("$count([1..2].([1..990000]))"), {}),
    "jsonata: $range as long as may be": (_jsonata("$count($range(1, 1000000, 1))"), {}),
    "jsonata: a list in a million parts": (_jsonata("$count($partition($range(1, 1000000, 1), 1))"), {}),
    "jsonata: many lists in parts": (_jsonata(
        "($f := function($v, $n) { $n = 0 ? $v : $f([[$v], [$v]], $n - 1) }; $count($partition($f(1, 60), 1)))"), {}),
    "jsonata: distinct of many lists": (_jsonata(
        "($f := function($v, $n) { $n = 0 ? $v : $f([[$v], [$v]], $n - 1) }; $count($distinct($f(1, 60))))"), {}),
    "jsonata: text of a million parts": (_jsonata("$count($split($pad('', 1999998, 'x,'), ','))"), {}),
    "jsonata: base 64 of the longest text": (
        _jsonata("$length($base64decode($base64encode($pad('', 5990000, 'x'))))"), {}),
    "jsonata: hash of the longest text": (_jsonata("$hash($pad('', 7999999, 'x'), 'MD5')"), {}),
    "jsonata: numbers as texts": (_jsonata("$length($join($map([1..200000], $string)))"), {}),
    "jsonata: one value of two, sixty times": (
        _jsonata("($f := function($v, $n) { $n = 0 ? $v : $f([[$v], [$v]], $n - 1) }; $f(1, 60))"), {}),
    "jsonata: one object of eight, sixty times": (_jsonata(
        "($f := function($v, $n) { $n = 0 ? $v : $f({'a': $v, 'b': $v, 'c': $v, 'd': $v}, $n - 1) }; $f(1, 60))"), {}),
    "jsonata: doubling text within a text": (_jsonata(
        "($f := function($v, $n) { $n = 0 ? $v : $f({'a': $v, 'b': $v}, $n - 1) }; $length($string($f(1, 60))))"), {}),
    "jsonata: items by items": (_jsonata("$count($states.input.($states.input))"), list(range(3_000))),
    "jsonata: replaced by a group": (
        _jsonata("$length($replace($states.input, /a+/, $pad('', 20000, '$0')))"), "a" * 1_000_000),
    "jsonata: replaced by a function": (
        _jsonata("$length($replace($states.input, /a/, function($m) { $states.input }))"), "a" * 20_000),
    "jsonata: catastrophic regex": (_jsonata("$match($states.input, /^(a+)+$/)"), "a" * 40 + "!"),
    "jsonata: replace grows": (_jsonata("$length($replace($states.input, /a/, $states.input))"), "a" * 20_000),
    "jsonpath: catastrophic regex": (
        _pass(InputPath="$.items[?(@.s =~ /^(a+)+$/)]"), {"items": [{"s": "a" * 40 + "!"}]}),
    "jsonpath: scans in scans": (_pass(InputPath="$..*..*..*..*"), _nested(90)),
    "intrinsic: huge range": (_pass(Parameters={"x.$": "States.ArrayRange(0, 9000000000, 1)"}), {}),
    "intrinsic: nested text": (
        _pass(Parameters={"x.$": "States.StringToJson($.s)"}), {"s": "[" * 100_000 + "]" * 100_000}),
    "intrinsic: text of many values": (_pass(Parameters={"x.$": "States.StringToJson($.s)"}),
                                       {"s": "[" + "[]," * 2_000_000 + "1]"}),
    "choice: pattern of many stars": (
        {"StartAt": "A", "States": {"A": {"Type": "Choice", "Default": "B", "Choices": [
            {"Variable": "$.s", "StringMatches": "*a" * 25 + "*b", "Next": "B"}]}, "B": {"Type": "Succeed"}}},
        {"s": "a" * 5_000}),
    # values that double: a few shared references that stand for gigabytes once printed
    "double: States.Format": (_assign(60, "States.Format('{}{}', $v, $v)", "x"), {}),
    "double: States.Array": (_assign(60, "States.Array($v, $v)", "x"), {}),
    "double: States.Array to output": (_assign(60, "States.Array($v, $v)", "x", end=_LAST), {}),
    "double: States.Array, scanned": (_assign(60, "States.Array($v, $v)", "x", end={
        "Type": "Pass", "Parameters": {"x.$": "$v..y"}, "End": True}), {}),
    "double: States.Array, to text": (_assign(60, "States.Array($v, $v)", "x", end={
        "Type": "Pass", "Parameters": {"x.$": "States.JsonToString($v)"}, "End": True}), {}),
    "double: Parameters": (_rounds(60, {"Parameters": {"a.$": "$", "b.$": "$"}}, 0), {"x": 1}),
    "double: ResultPath": (_rounds(60, {"ResultPath": "$.a.b"}, 0), {"x": 1}),
    "double: template of variables": (_rounds(
        60, {"QueryLanguage": "JSONata", "Assign": {"v": _BOTH}}, "x"), {}),
    "double: JSONata array": (_rounds(
        60, {"QueryLanguage": "JSONata", "Assign": {"v": "{% [[$v], [$v]] %}"}}, "x"), {}),
    "double: JSONata array of sixteen": (_rounds(
        60, {"QueryLanguage": "JSONata", "Assign": {"v": "{% [" + ",".join(["[$v]"] * 16) + "] %}"}}, "x"), {}),
    "double: JSONata text": (_rounds(
        60, {"QueryLanguage": "JSONata", "Assign": {"v": "{% $v & $v %}"}}, "x"), {}),
    "double: JSONata reads a doubled value": (_assign(60, "States.Array($v, $v)", "x", end={
        "Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $string($v) %}", "End": True}), {}),
    "double: Parallel": (_rounds(40, {
        "Type": "Parallel", "Branches": [{"StartAt": f"P{n}", "States": {f"P{n}": {"Type": "Pass", "End": True}}}
                                         for n in range(2)]}, 0), {"x": 1}),
    # deep and long values
    "deep: list through a Pass": (_pass(), _nested(10_000)),
    "deep: object through a Pass": (_pass(), _nested(10_000, kind="object")),
    "deep: JSONata": (_jsonata("$string($states.input)"), _nested(10_000)),
    "deep: to text": (_pass(Parameters={"x.$": "States.JsonToString($)"}), _nested(10_000)),
    "deep: format": (_pass(Parameters={"x.$": "States.Format('{}', $)"}), _nested(10_000)),
    "deep: scan": (_pass(InputPath="$..x"), _nested(10_000)),
    "deep: grown": (_rounds(10_000, {"Parameters": {"a.$": "$"}}, 0), {}),
    "long: text of 20 MB": (_pass(Parameters={"x.$": "States.Format('{}', $.s)"}), {"s": "x" * 20_000_000}),
    "long: split": (_pass(Parameters={"x.$": "States.StringSplit($.s, ',')"}), {"s": "x," * 1_000_000}),
    "long: split of many": (_pass(Parameters={"x.$": "States.StringSplit($.s, ',')"}), {"s": "ab," * 3_000_000}),
    "long: JSONata parse": (_jsonata("$count($parse($states.input))"), "[" + "[]," * 2_000_000 + "1]"),
    "long: JSONata split in letters": (_jsonata("$count($split($states.input, ''))"), "x" * 2_000_000),
    "long: JSONata split": (_jsonata("$count($split($states.input, ','))"), "x," * 1_000_000),
    "long: quoted in a cause": (_jsonata("$states.input + 1"), "x" * 5_000_000),
}


def measured(name: str) -> dict[str, Json]:
    """Run one bomb in a child: ``{"status", "error", "seconds", "bytes"}``; a crash has the status ``crashed``."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            told = _ended(name)
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is what is measured
            told = {"status": "crashed", "error": f"{type(error).__name__}: {error}"[:200]}
        os.write(writing, json.dumps(told).encode())
        os._exit(0)
    os.close(writing)
    text = b""
    while chunk := os.read(reading, 65536):
        text += chunk
    os.close(reading)
    _, code, used = os.wait4(child, 0)
    told = json.loads(text) if text else {"status": "crashed", "error": f"the process ended with {code}"}
    scale = 1 if sys.platform == "darwin" else 1024
    return {"name": name, **told, "seconds": round(used.ru_utime + used.ru_stime, 2), "bytes": used.ru_maxrss * scale}


def _ended(name: str) -> dict[str, Json]:
    limits.apply(Settings.from_environment(os.environ))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    definition, given = BOMBS[name]
    began = process_time()
    try:
        result = simulate(definition, given)
    except UserError as error:
        return {"status": type(error).__name__, "error": str(error)[:200]}
    return {"status": result.status, "error": result.error, "cause": (result.cause or "")[:120],
            "stepping": round(process_time() - began, 2)}


if __name__ == "__main__":
    idle = measured("nothing")
    for bomb in sys.argv[1:] or BOMBS:
        found = measured(bomb)
        found["over"] = max(0, found.pop("bytes") - idle["bytes"])
        print(json.dumps(found), flush=True)  # noqa: T201 - a script
