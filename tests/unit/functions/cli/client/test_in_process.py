"""The client in process: the folder's own routes, asked without a server."""

from __future__ import annotations

import json

import pytest

from engine.errors import InvalidDocument, StorageError
from engine.settings import Settings
from functions.app.routes import workflow_list
from functions.cli.client.client import ApiError, Client, part
from functions.cli.client.in_process import InProcess
from functions.server.product import Product


@pytest.fixture
def api(tmp_path):
    product = Product.open(Settings(data_dir=str(tmp_path / "data")), command="a test", environment={})
    yield Client(InProcess(product))
    product.close()


def test_the_actor_is_the_folder_s_owner_at_the_command_line(api):
    api.post("/activities", {"name": "stock"})
    [entry] = api.get("/audit")["entries"]
    assert (entry["act"], entry["origin"]) == ("activity.create", "command line")
    assert entry["actor"] == api.get("/me")["actor"]


def test_a_path_is_taken_apart_before_it_is_decoded(api):
    for name in ("a/b", "a%2Fb", "..%2F", "é"):
        with pytest.raises(ApiError, match="no activity is called") as refused:
            api.get(f"/activities/{part(name)}")
        assert repr(name) in refused.value.message


@pytest.mark.parametrize("name", ["", ".", ".."])
def test_what_would_be_another_path_names_nothing(name):
    """``automate pause ..`` would have paused all, for a client may make /pause of /workflows/../pause."""
    with pytest.raises(InvalidDocument, match="is not a name"):
        part(name)


def test_what_is_not_there_is_refused_as_by_a_server(api):
    with pytest.raises(ApiError) as refused:
        api.get("/nowhere")
    assert refused.value.as_dict()["code"] == "NotFound"
    with pytest.raises(ApiError) as refused:
        api.post("/workflows", {})
    assert refused.value.as_dict()["code"] == "MethodNotAllowed"


def test_a_defect_says_how_to_look_for_it_and_prints_no_trace(automate, monkeypatch):
    def broken(*_):
        raise RuntimeError("a defect")

    monkeypatch.setattr(workflow_list, "_has_text", broken)
    automate("import", "--file", "-", stdin=json.dumps({
        "name": "hello", "definition": {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}},
    }))
    status, out, err = automate("workflows")
    assert (status, out) == (1, "")
    assert "the request failed by a defect" in err
    assert "AUTOMATE_LOG_LEVEL=DEBUG" in err


def test_a_store_that_does_not_serve_is_the_store_s_error_and_its_exit_status(automate, api, monkeypatch):
    def busy(*_):
        raise StorageError("the disk is gone")

    automate("workflows")
    monkeypatch.setattr(workflow_list, "_has_text", busy)
    automate("import", "--file", "-", stdin=json.dumps({
        "name": "hello", "definition": {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}},
    }))
    status, _, err = automate("workflows")
    assert (status, "the disk is gone" in err) == (74, True)
