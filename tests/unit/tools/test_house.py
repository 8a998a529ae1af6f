"""tools/house.py: a crowded folder and an import circle are found, and the project has neither."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from tools import house


def write(root, files):
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.fixture
def package(tmp_path, on_path):
    """A package `planted` of the given modules, which Python finds."""
    def made(**modules):
        write(tmp_path, {"planted/__init__.py": "", **{f"planted/{name}.py": text for name, text in modules.items()}})
        on_path(tmp_path)
        return house.circles(house.python_imports(("planted",)))
    return made


def test_the_project_is_laid_out_as_it_promises(capsys):
    assert house.main() == 0, capsys.readouterr().err


def test_a_file_that_somebody_left_at_the_top_level_is_found():
    assert house.misplaced(["README.md", "engine/a.py", "notes.json", "scratch/a.py", "scratch/b.py"]) == [
        "notes.json", "scratch"
    ]


@pytest.mark.skipif(shutil.which("git") is None, reason="there is no git")
def test_what_git_knows_is_read_where_there_is_git(tmp_path):
    write(tmp_path, {"known": "", "unknown": ""})
    assert house.tracked(tmp_path) == []
    for command in (["init", "-q"], ["add", "known"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    assert house.tracked(tmp_path) == ["known"]


def test_a_folder_of_26_modules_is_crowded_and_one_of_25_is_not(tmp_path):
    write(tmp_path, {f"code/full/m{number}.py": "" for number in range(26)})
    write(tmp_path, {f"code/well/m{number}.py": "" for number in range(25)})
    assert house.crowded(tmp_path, ("code",)) == {"code/full": 26}


def test_packages_tests_styles_and_deeper_modules_do_not_crowd_a_folder(tmp_path):
    write(tmp_path, {f"code/m{number}.tsx": "" for number in range(25)})
    write(tmp_path, dict.fromkeys(
        ("code/__init__.py", "code/m.test.ts", "code/m.testdata.ts", "code/m.css", "code/deep/m.ts", "code/m.json"), ""
    ))
    assert house.crowded(tmp_path, ("code",)) == {}


def test_two_modules_that_import_each_other_are_a_circle(package):
    assert package(one="import planted.two", two="from planted import one", three="import planted.one") == [
        ["planted.one", "planted.two", "planted.one"]
    ]


def test_an_import_for_types_only_closes_a_circle(package):
    for_types = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from planted.one import x"
    assert package(one="import planted.two", two=for_types) == [["planted.one", "planted.two", "planted.one"]]


def test_an_import_inside_a_function_closes_a_circle(package):
    assert package(one="import planted.two", two="def f():\n    import planted.one") != []


def test_every_circle_is_found_and_told_by_its_shortest_way(package):
    found = package(
        a="import planted.b, planted.c", b="import planted.c", c="import planted.a",
        x="import planted.y", y="import planted.x",
    )
    assert found == [["planted.a", "planted.c", "planted.a"], ["planted.x", "planted.y", "planted.x"]]


def test_modules_above_one_another_are_no_circle(package):
    assert package(one="import planted.two, planted.three", two="import planted.three", three="") == []


@pytest.mark.parametrize("said", [
    'import { x } from "./one";', "import type { X } from './one';", 'export * from "./one";',
    'const one = await import("./one");', 'import {\n  a,\n  b,\n} from "./one.tsx";', 'import "./one";',
])
def test_typescript_modules_that_import_each_other_are_a_circle(tmp_path, said):
    write(tmp_path, {
        "one.tsx": 'import { y } from "./deep";\nimport React from "react";\n', "deep/index.ts": "import '../two'",
        "two.ts": said, "three.ts": 'import { x } from "./one";', "two.test.ts": 'import "./two";',
    })
    assert house.circles(house.studio_imports(tmp_path)) == [["deep/index.ts", "two.ts", "one.tsx", "deep/index.ts"]]


def test_typescript_modules_above_one_another_are_no_circle(tmp_path):
    write(tmp_path, {"one.ts": 'import "./two";', "two.ts": 'import "./three.css"; import { one } from "one";'})
    assert house.circles(house.studio_imports(tmp_path)) == []


def test_what_is_amiss_is_said_with_what_to_do():
    assert house.problems(["notes.json"], {"engine/x": 31}, [["a", "b", "a"]]) == [
        "notes.json has no place at the top level: delete it, or name it in tools/house.py.",
        "engine/x holds 31 modules, more than 25: make folders of what belongs together.",
        "These modules import each other in a circle: a -> b -> a. Move what both need below them.",
    ]
