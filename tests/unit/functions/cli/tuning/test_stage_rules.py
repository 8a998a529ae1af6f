"""automate tune: what is proposed for a stage from its figures, at the edge of each rule."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.cli.tuning.figures import PERIOD_SECONDS, Period, Stage
from functions.cli.tuning.stage_rules import LEAST_INVOCATIONS, RULES, TUNED, tune
from functions.tunables import Tunables

NOW = Tunables()
QUIET = Period(queue_age=1, visible=0, received=400, invocations=100, concurrent=2, p50=0.2, p99=1.0)


def stage(*bad, quiet=QUIET, hours=24.0, **known):
    """A day of `quiet` periods, some of them replaced by `bad` ones."""
    return Stage(hours, (*bad, *(quiet for _ in range(288 - len(bad)))), **known)


def proposed(figures, settings=NOW):
    """Rule to changes."""
    return {item.rule: item.changes for item in tune(figures, settings).proposals}


def notes(figures, settings=NOW):
    return " ".join(item.says for item in tune(figures, settings).notes)


def test_a_stage_that_keeps_up_is_left_alone():
    found = tune(stage(unreserved=1000, worker_memory_used=200.0, api_memory_used=200.0), NOW)
    assert (found.enough, found.proposals, found.notes) == (True, (), ())


@pytest.mark.parametrize(("invocations", "says"), [(0, "No data"), (LEAST_INVOCATIONS - 1, "Too little data")])
def test_without_enough_data_nothing_is_proposed(invocations, says):
    one = replace(QUIET, invocations=invocations, throttles=9, queue_age=999, visible=9, api_requests=1e9)
    found = tune(Stage(1.0, (one,), worker_memory_used=512.0, unread=("memory: refused",)), NOW)
    assert not found.enough
    assert found.proposals == ()
    assert [note.says.startswith(says) for note in found.notes] == [True, False]
    assert found.notes[1].says == "memory: refused"


def test_just_enough_data_is_judged():
    assert tune(Stage(1.0, (replace(QUIET, invocations=LEAST_INVOCATIONS),)), NOW).enough


class TestThrottled:
    bad = replace(QUIET, throttles=1)

    @pytest.mark.parametrize(("periods", "unreserved", "settings", "expected"), [
        (2, 1000, NOW, {}),
        (3, 120, NOW, {"reserved_concurrency": 20}),
        (3, 119, NOW, {}),                                       # Lambda keeps 100 unreserved
        (3, 20, NOW, {}),
        (3, 19, NOW, {"max_concurrency": 9}),
        (3, 3, NOW, {"max_concurrency": 2}),                     # the least that SQS takes
        (3, None, NOW, {}),
        (3, 1000, replace(NOW, reserved_concurrency=20), {}),
        (3, 0, replace(NOW, reserved_concurrency=1), {"max_concurrency": 2, "reserved_concurrency": 0}),
    ])
    def test_what_is_done_depends_on_the_account(self, periods, unreserved, settings, expected):
        figures = stage(*(self.bad for _ in range(periods)), unreserved=unreserved)
        assert proposed(figures, settings).get("throttled", {}) == expected

    @pytest.mark.parametrize(("unreserved", "settings", "says"), [
        (119, NOW, "Ask aws for more"), (None, NOW, "Ask aws for more"),
        (1000, replace(NOW, reserved_concurrency=20), "something besides its queue"),
    ])
    def test_where_no_setting_helps_it_says_what_does(self, unreserved, settings, says):
        assert says.lower() in notes(stage(self.bad, self.bad, self.bad, unreserved=unreserved), settings).lower()


class TestLagging:
    bad = Period(queue_age=60, visible=1, received=900, invocations=100, concurrent=18, p50=20.0, p99=60.0)

    @pytest.mark.parametrize(("change", "expected"), [
        ({}, {"max_concurrency": 30}),
        ({"queue_age": 59.9}, {}),
        ({"visible": 0}, {}),                                    # a long call holds its wake: nobody waits
        ({"concurrent": 17}, {}),                                # 90% of 20 are 18
        ({"p50": 4.9}, {"batch_size": 20, "batch_window_seconds": 1}),
        ({"p50": 5.0}, {"max_concurrency": 30}),
        ({"p50": 4.9, "received": 799}, {"max_concurrency": 30}),
        ({"p50": 4.9, "received": 800}, {"batch_size": 20, "batch_window_seconds": 1}),
    ])
    def test_the_edges(self, change, expected):
        bad = replace(self.bad, **change)
        assert proposed(stage(bad, bad, bad)).get("lagging", {}) == expected

    def test_two_periods_are_a_burst(self):
        assert "lagging" not in proposed(stage(self.bad, self.bad))

    def test_workers_that_are_free_are_told_of(self):
        bad = replace(self.bad, concurrent=17)
        assert "workers were free" in notes(stage(bad, bad, bad))

    @pytest.mark.parametrize(("settings", "unreserved", "expected"), [
        (NOW, 25, {"max_concurrency": 25}),
        (NOW, 20, {}),
        (replace(NOW, reserved_concurrency=20), 110, {"max_concurrency": 30, "reserved_concurrency": 30}),
        (replace(NOW, reserved_concurrency=20), 105, {"max_concurrency": 25, "reserved_concurrency": 25}),
        (replace(NOW, reserved_concurrency=20), 100, {}),
        (replace(NOW, reserved_concurrency=40), None, {"max_concurrency": 30, "reserved_concurrency": 40}),
    ])
    def test_more_workers_as_the_account_allows(self, settings, unreserved, expected):
        figures = stage(self.bad, self.bad, self.bad, unreserved=unreserved)
        assert proposed(figures, settings).get("lagging", {}) == expected
        if not expected:
            assert "there are no more to have" in notes(figures, settings)

    def test_the_most_that_sqs_takes_is_the_end(self):
        bad = replace(self.bad, concurrent=1000)
        assert proposed(stage(bad, bad, bad), replace(NOW, max_concurrency=900))["lagging"] == {"max_concurrency": 1000}
        assert "lagging" not in proposed(stage(bad, bad, bad), replace(NOW, max_concurrency=1000))


class TestBatches:
    full = replace(QUIET, received=800, invocations=100, p50=5.0)

    @pytest.mark.parametrize(("quiet", "hours", "expected"), [
        (full, 24.0, {"batch_size": 20, "batch_window_seconds": 1}),
        (replace(full, received=799), 24.0, {}),
        (replace(full, p50=5.1), 24.0, {}),
        (full, 28.8, {"batch_size": 20, "batch_window_seconds": 1}),  # 28,800 invocations: 1000 an hour
        (full, 28.9, {}),
    ])
    def test_full_batches_of_short_work_grow(self, quiet, hours, expected):
        assert proposed(stage(quiet=quiet, hours=hours)).get("short-work", {}) == expected

    @pytest.mark.parametrize(("size", "grown"), [(1, 2), (5, 10), (50, 100), (100, None)])
    def test_by_one_rung_and_for_cost_up_to_100(self, size, grown):
        quiet = replace(self.full, received=100 * size)
        settings = replace(NOW, batch_size=size, batch_window_seconds=int(size > 10), task_threads=1000)
        assert proposed(stage(quiet=quiet), settings).get("short-work", {}).get("batch_size") == grown

    slow = replace(QUIET, received=1000, invocations=100, p50=30.0, p99=200.0, concurrent=10)

    @pytest.mark.parametrize(("change", "expected"), [
        ({}, {"batch_size": 5, "batch_window_seconds": 0}),
        ({"p50": 29.9}, {}),
        ({"received": 199, "concurrent": 1}, {}),
        ({"concurrent": 11}, {}),                                # half the batch, twice the workers: 22 of 20
    ])
    def test_slow_work_gets_small_batches_where_there_are_workers_for_it(self, change, expected):
        assert proposed(stage(quiet=replace(self.slow, **change))).get("slow-work", {}) == expected

    @pytest.mark.parametrize(("received", "expected"), [
        (199, {"batch_size": 10, "batch_window_seconds": 0}), (200, {}),
    ])
    def test_a_window_that_gathers_nothing_goes(self, received, expected):
        settings = replace(NOW, batch_size=50, batch_window_seconds=1, task_threads=50)
        assert proposed(stage(quiet=replace(QUIET, received=received)), settings).get("useless-window", {}) == expected

    @pytest.mark.parametrize(("received", "threads", "expected"), [
        (2560, 32, {"task_threads": 50}), (2559, 32, {}), (5000, 50, {}),
    ])
    def test_a_batch_has_a_thread_for_each(self, received, threads, expected):
        busy = replace(QUIET, received=received, invocations=100, p50=10.0)
        settings = replace(NOW, batch_size=50, batch_window_seconds=1, task_threads=threads)
        assert proposed(stage(busy), settings).get("threads", {}) == expected

    def test_a_batch_that_grows_takes_its_threads_along(self):
        quiet = replace(self.full, received=2000)
        settings = replace(NOW, batch_size=20, batch_window_seconds=1, task_threads=20)
        assert proposed(stage(quiet=quiet), settings) == {
            "short-work": {"batch_size": 50}, "threads": {"task_threads": 50},
        }


class TestSizes:
    @pytest.mark.parametrize(("memory", "used", "expected"), [
        (512, 409.5, {}),
        (512, 409.6, {"worker_memory_mb": 768}),
        (512, 512.0, {"worker_memory_mb": 1024}),
        (10240, 9000.0, {}),
        (1769, 100.0, {}),
        (3008, 707.6, {"worker_memory_mb": 1769}),
        (3008, 707.7, {}),
    ])
    def test_the_workers_memory(self, memory, used, expected):
        figures = stage(worker_memory_used=used)
        assert proposed(figures, replace(NOW, worker_memory_mb=memory)).get("worker-memory", {}) == expected

    def test_where_lambda_gives_no_more_it_says_so(self):
        figures = stage(worker_memory_used=9000.0)
        assert "all of the 10240 MB" in notes(figures, replace(NOW, worker_memory_mb=10240))

    def test_the_apis_memory(self):
        assert proposed(stage(api_memory_used=500.0)) == {"api-memory": {"api_memory_mb": 1024}}

    @pytest.mark.parametrize(("rate", "burst", "busy", "expected"), [
        (50, 100, 29.9, {}),
        (50, 100, 30.0, {"api_requests_per_second": 100, "api_burst": 100}),
        (50, 60, 30.0, {"api_requests_per_second": 100, "api_burst": 100}),
        (6000, 100, 6000.0, {"api_requests_per_second": 10000, "api_burst": 5000}),
        (10000, 5000, 9999.0, {}),
    ])
    def test_the_apis_throttle(self, rate, burst, busy, expected):
        figures = stage(replace(QUIET, api_requests=busy * PERIOD_SECONDS))
        settings = replace(NOW, api_requests_per_second=rate, api_burst=burst)
        assert proposed(figures, settings).get("api-throttle", {}) == expected

    @pytest.mark.parametrize(("reserved", "expected"), [(20, {}), (21, {"reserved_concurrency": 20})])
    def test_what_is_reserved_for_nothing(self, reserved, expected):
        assert proposed(stage(), replace(NOW, reserved_concurrency=reserved)).get("idle-reservation", {}) == expected

    @pytest.mark.parametrize(("failed", "told"), [(49, False), (50, True)])
    def test_wakes_that_come_again(self, failed, told):
        figures = stage(counts={"WakesReceived": 1000, "WakesFailed": failed})
        assert ("had to come again" in notes(figures)) is told


amounts = st.floats(0, 1e6, allow_nan=False)
periods = st.lists(st.builds(
    Period, queue_age=amounts, visible=amounts, received=amounts, invocations=st.floats(0, 1e5), throttles=amounts,
    concurrent=st.floats(0, 2000), p50=st.floats(0, 300), p99=st.floats(0, 300), api_requests=amounts,
), max_size=6)
stages = st.builds(
    Stage, st.floats(1, 336), periods.map(tuple), counts=st.just({}), unreserved=st.none() | st.integers(0, 3000),
    worker_memory_used=st.none() | st.floats(0, 10240), api_memory_used=st.none() | st.floats(0, 10240),
)


@st.composite
def settings_of_a_deployment(draw):
    """Any that functions.tunables takes."""
    size, most = draw(st.integers(1, 1000)), draw(st.integers(2, 1000))
    return Tunables(
        batch_size=size, batch_window_seconds=draw(st.integers(int(size > 10), 30)), max_concurrency=most,
        reserved_concurrency=draw(st.just(0) | st.integers(most, 1000)), task_threads=draw(st.integers(1, 1000)),
        worker_memory_mb=draw(st.integers(256, 10240)), api_memory_mb=draw(st.integers(256, 10240)),
        api_requests_per_second=draw(st.integers(1, 10000)), api_burst=draw(st.integers(1, 5000)),
    )


@given(stages, settings_of_a_deployment())
def test_all_proposals_together_are_settings_that_a_deployment_takes(figures, settings):
    found = tune(figures, settings)
    changes = {name: value for item in found.proposals for name, value in item.changes.items()}
    assert sum(len(item.changes) for item in found.proposals) == len(changes)  # no two change the same
    assert changes.keys() <= set(TUNED)
    after = {name: getattr(settings, name) for name in TUNED} | changes
    assert Tunables.from_context(after.get) == replace(settings, **changes)
    assert all(item.reason and item.figures for item in found.proposals)
    assert found.enough or not found.proposals


@given(stages, settings_of_a_deployment())
def test_what_was_proposed_is_not_taken_back_by_the_same_figures(figures, settings):
    """One may ask twice: a rule that has had its way does not turn round."""
    changes = {name: value for item in tune(figures, settings).proposals for name, value in item.changes.items()}
    again = {
        name: value for item in tune(figures, replace(settings, **changes)).proposals
        for name, value in item.changes.items()
    }
    turned = {name for name in changes.keys() & again.keys() if again[name] == getattr(settings, name) != changes[name]}
    assert not turned


def test_every_rule_has_a_name_of_its_own():
    assert len({rule.name for rule in RULES}) == len(RULES)
