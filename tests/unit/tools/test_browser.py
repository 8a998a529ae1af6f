"""tools/browser.py: which browser the Studio's tests get, and what is said when there is none."""

from types import SimpleNamespace

import pytest

from tools import browser


@pytest.fixture
def nowhere(monkeypatch):
    monkeypatch.delenv("AUTOMATE_BROWSER", raising=False)
    monkeypatch.setattr(browser.shutil, "which", lambda name: None)
    monkeypatch.setattr(browser, "APPLICATIONS", ())


def test_the_one_that_is_named_comes_first(monkeypatch):
    monkeypatch.setenv("AUTOMATE_BROWSER", "/opt/mine")
    assert browser.find_browser() == "/opt/mine"


def test_then_one_on_path(nowhere, monkeypatch):
    monkeypatch.setattr(browser.shutil, "which", {"google-chrome": "/usr/bin/google-chrome"}.get)
    assert browser.find_browser() == "/usr/bin/google-chrome"


def test_then_an_application(nowhere, monkeypatch, tmp_path):
    monkeypatch.setattr(browser, "APPLICATIONS", (str(tmp_path / "none"), str(tmp_path)))
    assert browser.find_browser() == str(tmp_path)


def test_without_one_and_without_rights_it_says_what_to_do_and_installs_nothing(nowhere, monkeypatch, capsys):
    monkeypatch.setattr(browser.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(browser.subprocess, "run", lambda *_, **__: pytest.fail("it ran a command"))
    monkeypatch.setattr(browser.sys, "platform", "darwin")
    browser.main()
    said = capsys.readouterr().out
    assert "the Studio's browser tests are skipped. Install Google Chrome" in said


def test_as_root_on_debian_it_installs_debians_own_package(nowhere, monkeypatch, capsys):
    ran = []

    def which(name):
        return {"apt-get": "/usr/bin/apt-get", "chromium": "/usr/bin/chromium" if len(ran) == 2 else None}.get(name)

    def run(command, **_):
        ran.append(command)
        return SimpleNamespace(returncode=0, stdout="", stderr="")

    monkeypatch.setattr(browser.os, "geteuid", lambda: 0)
    monkeypatch.setattr(browser.shutil, "which", which)
    monkeypatch.setattr(browser.subprocess, "run", run)
    browser.main()
    assert [command[0] for command in ran] == ["apt-get", "apt-get"]
    assert ran[1][-1] == "chromium"
    assert capsys.readouterr().out.endswith("The Studio's browser tests use /usr/bin/chromium\n")


def test_what_the_installation_said_is_told(nowhere, monkeypatch, capsys):
    monkeypatch.setattr(browser.os, "geteuid", lambda: 0)
    monkeypatch.setattr(browser.shutil, "which", lambda name: "/usr/bin/apt-get" if name == "apt-get" else None)
    monkeypatch.setattr(
        browser.subprocess, "run", lambda *_, **__: SimpleNamespace(returncode=100, stdout="", stderr="E: no network")
    )
    browser.main()
    said = capsys.readouterr().out
    assert "It could not be installed: apt-get -qq update: E: no network" in said
    assert "sudo apt install chromium" in said
