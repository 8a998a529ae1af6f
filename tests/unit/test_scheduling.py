"""How tests are dealt to the processes of pytest-xdist."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

from tests.support.scheduling import LONG, TOGETHER, ByFile, place_of, unit_of

TESTS = Path(__file__).parents[1]
COLLECTED = [
    "tests/deployed/test_run.py::test_a",
    "tests/crash/test_one.py::test_a[x::y]",
    "tests/crash/test_one.py::TestSome::test_b",
    "tests/unit/test_two.py::test_a",
    "tests/unit/test_two.py::test_b",
    "tests/unit/test_three.py::test_a",
    "tests/deployed/test_more.py::test_b",
]


class Process:
    """One that runs what it is told, in that order."""

    shutting_down = False
    gateway = SimpleNamespace(id="one")

    def __init__(self):
        self.told = []

    def send_runtest_some(self, indices):
        self.told += indices

    def shutdown(self):
        self.shutting_down = True


def test_each_file_and_each_folder_that_shares_is_told_to_one_process():
    config = SimpleNamespace(option=SimpleNamespace(loadscopereorder=True), getvalue={"tx": ["popen"] * 2}.get)
    scheduler = ByFile(config, SimpleNamespace(loadscopesched=lambda *_: None))
    processes = [Process(), Process()]
    for process in processes:
        scheduler.add_node(process)
        scheduler.add_node_collection(process, COLLECTED)
    scheduler.schedule()
    ran = [0, 0]
    while any(ran[number] < len(process.told) for number, process in enumerate(processes)):
        for number, process in enumerate(processes):
            if ran[number] < len(process.told):
                scheduler.mark_test_complete(process, process.told[ran[number]])
                ran[number] += 1
    told = [[COLLECTED[index] for index in process.told] for process in processes]
    assert sorted(told[0] + told[1]) == sorted(COLLECTED)
    assert not {unit_of(nodeid) for nodeid in told[0]} & {unit_of(nodeid) for nodeid in told[1]}
    assert [unit_of(nodeid) for nodeid in told[0][:2]] == ["tests/deployed/"] * 2


def test_the_long_come_first_and_the_rest_keeps_its_order():
    assert sorted(COLLECTED, key=place_of) == [COLLECTED[0], COLLECTED[6], *COLLECTED[1:6]]


def test_every_folder_that_is_named_is_there():
    assert [folder for folder in (*LONG, *TOGETHER) if not (TESTS.parent / folder).is_dir()] == []
