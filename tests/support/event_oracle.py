"""Whether a pattern matches an event, naively: written from AWS's text and event-ruler's README, without the engine.

"`rulesForJSONEvent()` will refuse to recognize any match in which any two fields are within JSON objects that are in
different elements of the same array." So: the event is taken apart into its values, each with the elements of arrays
that it is in, and all ways to give one to each field of the pattern are tried.
"""

import ipaddress
import json
import re
from itertools import product


def matches(pattern, event):
    entries = list(apart(event, (), (), {}))
    return any(assigned(wanted, entries) for wanted in ways(pattern, ()))


def apart(value, path, place, within):
    """(path of names, value, {array: element}) of each value that is no object and no array."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from apart(item, (*path, name), (*place, name), within)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from apart(item, path, (*place, index), {**within, (path, place): index})
    else:
        yield path, value, within


def ways(pattern, path):
    """Lists of (path, array of the pattern): all of one list have to hold."""
    parts = []
    for name, item in pattern.items():
        if name == "$or":
            parts.append([way for choice in item for way in ways(choice, path)])
        elif isinstance(item, dict):
            parts.append(list(ways(item, (*path, name))))
        else:
            parts.append([[((*path, name), item)]])
    for chosen in product(*parts):
        yield [each for part in chosen for each in part]


def assigned(wanted, entries):
    """Whether each path can be given a value, all of them of the same elements."""
    options = []
    for path, items in wanted:
        here = [(value, within) for at, value, within in entries if at == path]
        found = [
            # what the field's own array is, only this field is in
            {array: index for array, index in within.items() if array[0] != path}
            for value, within in here if any(holds(item, value) for item in items)
        ]
        if not here and {"exists": False} in items:
            found.append({})
        options.append(found)
    return any(agree(chosen) for chosen in product(*options))


def agree(chosen):
    together = {}
    return all(together.setdefault(array, index) == index for each in chosen for array, index in each.items())


def holds(item, value):  # noqa: C901, PLR0911 - one for each comparison
    if not isinstance(item, dict):
        return json.dumps(item) == json.dumps(value)
    ((name, operand),) = item.items()
    if name == "exists":
        return operand
    if name == "anything-but":
        return not excluded(operand, value)
    if name == "numeric":
        return isinstance(value, (int, float)) and not isinstance(value, bool) and -5e9 <= value <= 5e9 and all(
            {"<": value < bound, ">": value > bound, "=": value == bound, "<=": value <= bound, ">=": value >= bound}
            [sign]
            for sign, bound in zip(operand[::2], operand[1::2], strict=True)
        )
    if not isinstance(value, str):
        return False
    if name == "cidr":
        try:
            return ipaddress.ip_address(value) in ipaddress.ip_network(operand, strict=False)
        except ValueError:
            return False
    if name == "equals-ignore-case":
        return re.fullmatch(re.escape(operand), value, re.IGNORECASE) is not None
    if name == "wildcard":
        parts = re.split(r"(\\\\|\\\*|\*)", operand)
        text = "".join(".*" if part == "*" else re.escape(part[1:] if part[:1] == "\\" else part) for part in parts)
        return re.fullmatch(text, value, re.DOTALL) is not None
    flags = 0
    if isinstance(operand, dict):
        operand, flags = operand["equals-ignore-case"], re.IGNORECASE
    begins = f"{re.escape(operand)}.*" if name == "prefix" else f".*{re.escape(operand)}"
    return re.fullmatch(begins, value, flags | re.DOTALL) is not None


def excluded(operand, value):
    if isinstance(operand, dict):
        ((name, given),) = operand.items()
        return any(holds({name: each}, value) for each in (given if isinstance(given, list) else [given]))
    return any(holds(each, value) for each in (operand if isinstance(operand, list) else [operand]))
