"""Who is meant: the workspace and id in every key, the actor on every act."""

from __future__ import annotations

import re
from typing import NamedTuple

from engine.records import dataclass

DEFAULT_WORKSPACE = "default"

_FORK = re.compile(r"([^~]+)~at\d+\.[0-9a-f]+")


class ExecutionKey(NamedTuple):
    """One execution. `id` is ``<workflow>:<name>``, so a name is unique within its workflow by construction. A fork's
    is that of its original with ``~at<event>.<random>`` behind it: a ``~`` is in no name that a user gives.

    A named tuple, for a worker looks executions up by it seven times a step: no Python code hashes or compares it.
    """

    workspace: str
    id: str

    @classmethod
    def of(cls, workspace: str, workflow: str, name: str) -> ExecutionKey:
        """The key of the execution called `name` of `workflow`."""
        return cls(workspace, f"{workflow}:{name}")

    @property
    def workflow(self) -> str:
        """The workflow's name."""
        return self.id.partition(":")[0]

    @property
    def name(self) -> str:
        """The execution's name."""
        return self.id.partition(":")[2]

    def fork(self, event: int, random: str) -> ExecutionKey:
        """The key of a fork of it at `event`; `random` are hexadecimal digits."""
        return ExecutionKey(self.workspace, f"{self.id}~at{event}.{random}")

    @property
    def fork_of(self) -> str | None:
        """The id of the execution that this one is a fork of; None where it is none."""
        found = _FORK.fullmatch(self.id)
        return None if found is None else found[1]

    @property
    def original(self) -> ExecutionKey | None:
        """The key of the execution that this one is a fork of; None where it is none."""
        original = self.fork_of
        return None if original is None else ExecutionKey(self.workspace, original)

    @property
    def forks(self) -> str:
        """What the names of its forks begin with, as the executions index is asked for them."""
        return f"{self.name}~at*"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: a person, a token's owner, an IAM role, or the engine itself (`kind` is user, token, role or engine).
    `origin` is where from: a source address, "command line", a function's name; empty where nobody said. `id` is what
    stays where a name can change, as a person's mail address can; empty where the name is all there is."""

    name: str
    kind: str = "user"
    origin: str = ""
    id: str = ""

    def is_one_with(self, name: str, actor_id: str) -> bool:
        """Whether it is the actor of this name and id; names decide where one of the two has no id."""
        return self.id == actor_id if self.id and actor_id else self.name == name

    def __str__(self) -> str:
        return self.name


ENGINE = Actor("engine", "engine")
