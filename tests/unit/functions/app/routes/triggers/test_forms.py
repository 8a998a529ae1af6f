"""Forms: a link opens one, a submission is one delivery, and what will not do is shown with what was typed."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest

from engine.errors import StoreUnavailable
from tests.support.hooked import Hooked

SCHEMA = {
    "type": "object", "title": "Order", "description": "What you want.", "required": ["name", "count"],
    "properties": {
        "name": {"type": "string", "title": "Your <b>name</b>"}, "count": {"type": "integer", "minimum": 1},
    },
}
PUBLIC = {"expires": "2999-01-01T00:00:00Z", "most": 3}


@pytest.fixture
def formed(api):
    return Hooked(api)


def publish(formed, **more):
    formed.publish({"type": "form", **more}, input_schema=SCHEMA)


def link(formed):
    reply = formed.api("POST", "/triggers/flow/form/links", {})
    assert reply.status == 201, reply.text
    return reply.json["path"]


def submission(page):
    return re.search(r'name="submission" value="([^"]+)"', page.text)[1]


def submit(formed, path, page, **typed):
    fields = {"submission": submission(page), **{f"f:{name}": value for name, value in typed.items()}}
    return formed.api("POST", path, urlencode(fields).encode(), content_type="application/x-www-form-urlencoded")


def test_a_link_opens_a_page_that_asks_for_nothing_else(formed):
    publish(formed)
    page = formed.api("GET", link(formed))
    assert page.status == 200
    assert page.headers["Content-Type"].startswith("text/html")
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "<script" not in page.text
    assert "Your &lt;b&gt;name&lt;/b&gt;" in page.text
    assert "What you want." in page.text
    assert "Set-Cookie" not in page.headers


def test_what_is_submitted_starts_the_workflow_once(formed):
    publish(formed, public=PUBLIC)
    path = link(formed)
    page = formed.api("GET", path)
    for _ in range(2):  # a double click
        reply = submit(formed, path, page, name="Ada", count="2")
        assert reply.status == 200
        assert "It was received" in reply.text
    (execution,) = formed.executions()
    found = formed.api("GET", f"/executions/{execution}").json
    assert (found["input"], found["started_by"]) == ({"name": "Ada", "count": 2}, "trigger:flow/form")
    assert len(formed.deliveries("form")) == 1


def test_what_will_not_do_is_shown_beside_the_field_and_nothing_is_lost(formed):
    publish(formed)
    path = link(formed)
    page = formed.api("GET", path)
    reply = submit(formed, path, page, name='"><i>Ada', count="0")
    assert reply.status == 422
    assert 'value="&quot;&gt;&lt;i&gt;Ada"' in reply.text
    assert 'aria-invalid="true"' in reply.text
    assert "One answer will not do yet" in reply.text
    assert submission(reply) == submission(page)
    assert formed.executions() == []
    assert formed.deliveries("form") == []
    assert submit(formed, path, reply, name="Ada", count="1").status == 200  # the link was not used up


@pytest.mark.parametrize(("more", "status"), [
    ({"public": False}, 410), ({}, 410), ({"public": {"expires": "2000-01-01T00:00:00Z", "most": 3}}, 410),
    ({"public": {"expires": "2998-01-01T00:00:00Z", "most": 3}}, 200),
])
def test_a_version_whose_form_is_not_public_any_more_closes_the_links_of_before(formed, more, status):
    publish(formed, public=PUBLIC)
    path = link(formed)
    page = formed.api("GET", path)
    publish(formed, **more)
    assert formed.api("GET", path).status == status
    assert submit(formed, path, page, name="Ada", count="1").status == status
    assert len(formed.executions()) == (status == 200)


def test_a_link_of_one_s_own_stays_open_when_the_form_becomes_public(formed):
    publish(formed)
    path = link(formed)
    publish(formed, public=PUBLIC)
    assert formed.api("GET", path).status == 200
    publish(formed, public={**PUBLIC, "expires": "2000-01-01T00:00:00Z"})
    assert formed.api("GET", path).status == 200


def test_a_link_that_is_not_public_is_for_one_submission_within_an_hour(formed):
    publish(formed)
    path = link(formed)
    page = formed.api("GET", path)
    submit(formed, path, page, name="Ada", count="1")
    assert formed.api("GET", path).status == 410
    assert submit(formed, path, page, name="Ada", count="1").status == 200  # the same again is what was received
    other = re.sub(r'value="[^"]+"', 'value="another"', page.text, count=1)
    assert submit(formed, path, type(page)(200, {}, other), name="Bob", count="1").status == 410
    late = link(formed)
    formed.api.clock.sleep(3601)
    assert formed.api("GET", late).status == 410
    assert len(formed.executions()) == 1


def test_a_public_link_takes_so_many(formed):
    publish(formed, public=PUBLIC)
    path = link(formed)
    for number in range(4):
        page = formed.api("GET", path)
        status = submit(formed, path, page, name=f"n{number}", count="1").status if page.status == 200 else page.status
        assert status == (200 if number < 3 else 410)
    assert len(formed.executions()) == 3


def test_no_link_is_kept_and_none_can_be_found_by_its_digest(formed):
    publish(formed)
    path = link(formed)
    (state,) = [each for each in formed.api.stores.trigger_states.all("default") if each.workflow == "!links"]
    assert path.removeprefix("/forms?link=") not in repr(state)
    assert formed.api("GET", f"/forms?link={state.trigger}").status == 404


def test_no_log_has_a_link(formed, monkeypatch, caplog):
    publish(formed)
    path = link(formed)
    page = formed.api("GET", path)
    monkeypatch.setattr(formed.api.services.open_triggers().delivering, "deliver", lambda *_: 1 / 0)
    assert submit(formed, path, page, name="Ada", count="1").status == 500
    failing = StoreUnavailable("x")
    monkeypatch.setattr(formed.api.stores.trigger_states, "get", lambda *_: (_ for _ in ()).throw(failing))
    assert formed.api("GET", path).status == 503
    assert "/forms" in caplog.text
    assert path.removeprefix("/forms?link=") not in caplog.text


def test_who_guesses_is_held_up(formed):
    publish(formed)
    answers = [formed.api("GET", f"/forms?link={number}").status for number in range(40)]
    assert answers[:30] == [404] * 30
    assert answers[-1] == 429


def test_a_paused_form_and_a_store_that_fails_lose_nothing(formed, monkeypatch):
    publish(formed)
    path = link(formed)
    page = formed.api("GET", path)
    formed.api("POST", "/triggers/flow/form/pause", {})
    reply = submit(formed, path, page, name="Ada", count="1")
    assert (reply.status, 'value="Ada"' in reply.text) == (503, True)
    formed.api("POST", "/triggers/flow/form/resume", {})
    with monkeypatch.context() as patch:
        patch.setattr(formed.api.stores.deliveries, "start", lambda *_: (_ for _ in ()).throw(StoreUnavailable("x")))
        assert submit(formed, path, page, name="Ada", count="1").status == 503
    assert submit(formed, path, page, name="Ada", count="1").status == 200


def test_a_submission_whose_answer_was_lost_is_received_and_counts(formed, monkeypatch):
    publish(formed, public={**PUBLIC, "most": 1})
    path = link(formed)
    page = formed.api("GET", path)
    start = formed.api.stores.deliveries.start

    def start_and_lose_the_answer(*given):
        start(*given)
        raise StoreUnavailable("x")

    with monkeypatch.context() as patch:
        patch.setattr(formed.api.stores.deliveries, "start", start_and_lose_the_answer)
        assert submit(formed, path, page, name="Ada", count="1").status == 200
    other = re.sub(r'value="[^"]+"', 'value="another"', page.text, count=1)
    assert submit(formed, path, type(page)(200, {}, other), name="Bob", count="1").status == 410
    assert len(formed.executions()) == 1


def test_a_form_that_many_submit_at_once_is_not_closed(formed, monkeypatch):
    publish(formed)
    path = link(formed)
    page = formed.api("GET", path)
    with monkeypatch.context() as patch:
        patch.setattr(formed.api.stores.trigger_states, "change", lambda _: False)
        reply = submit(formed, path, page, name="Ada", count="1")
    assert (reply.status, 'value="Ada"' in reply.text) == (503, True)
    assert submit(formed, path, page, name="Ada", count="1").status == 200


def test_a_form_that_is_gone_is_closed(formed):
    publish(formed)
    path = link(formed)
    formed.publish({"type": "form", "name": "other"}, input_schema=SCHEMA)
    assert formed.api("GET", path).status == 410
    assert formed.api("POST", "/triggers/flow/form/links", {}).status == 404


def test_a_form_whose_time_is_over_gives_no_link(formed):
    publish(formed, public={"expires": "2020-01-01T00:00:00Z", "most": 1})
    assert formed.api("POST", "/triggers/flow/form/links", {}).status == 410


def test_what_is_over_is_swept_when_links_are_made(formed):
    publish(formed)
    link(formed)
    formed.api.clock.sleep(3601)
    link(formed)
    assert len([each for each in formed.api.stores.trigger_states.all("default") if each.workflow == "!links"]) == 1


def test_too_much_is_refused(formed):
    publish(formed)
    path = link(formed)
    page = formed.api("GET", path)
    assert submit(formed, path, page, name="x" * 300_000, count="1").status == 413


class TestForWhoIsSignedIn:
    """The page of the Studio: fields and submissions as JSON."""

    @pytest.fixture
    def own(self, formed):
        publish(formed)
        return lambda typed, submission="s1", **more: formed.api(
            "POST", "/forms/flow/form", {"typed": typed, "submission": submission}, **more
        )

    def test_it_has_the_fields_of_the_page_that_a_link_opens(self, formed, own):
        shown = formed.api("GET", "/forms/flow/form").json
        assert (shown["title"], shown["description"], shown["version"]) == ("Order", "What you want.", 1)
        assert [(field["name"], field["kind"], field["type"], field["required"]) for field in shown["fields"]] == [
            ("name", "line", "string", True), ("count", "line", "integer", True),
        ]

    def test_whoever_submits_it_has_started_what_it_starts_once(self, formed, own):
        for _ in range(2):  # a double click
            taken = own({"name": "Ada", "count": "2"}).json
            assert (taken["faults"], taken["outcome"]) == ({}, "STARTED")
        (execution,) = formed.executions()
        assert taken["execution"] == taken["delivery"] == execution
        me = formed.api("GET", "/me").json["actor"]
        assert formed.api("GET", f"/executions/{execution}").json["started_by"] == me
        assert formed.api("GET", "/audit?act=execution.start").json["entries"][0]["actor"] == me
        (row,) = formed.deliveries("form")
        assert formed.api("GET", f"/deliveries/{row['id']}").json["facts"] == {"SubmittedBy": me}
        own({"name": "Ada", "count": "2"}, "s2")
        assert len(formed.executions()) == 2

    def test_what_will_not_do_is_said_by_field_and_sent_nowhere(self, formed, own):
        taken = own({"count": "0"}).json
        assert set(taken["faults"]) == {"name", "count"}
        assert taken["delivery"] is None
        assert formed.deliveries("form") == []

    def test_what_is_too_long_or_unknown_is_refused(self, formed, own):
        assert own({"name": "x" * 300_000}).status == 413
        assert formed.api("GET", "/forms/flow/other").status == 404
        assert own({"name": "Ada", "count": "1"}, "").status == 422

    def test_a_paused_form_says_so(self, formed, own):
        assert formed.api("POST", "/triggers/flow/form/pause", {}).status == 200
        assert own({"name": "Ada", "count": "1"}).status in (404, 503)
        assert formed.executions() == []
