from connectors.declared.form import RateLimit
from connectors.declared.pacing import Pace
from engine.clock import SkipClock


def test_a_burst_passes_and_what_follows_waits_for_its_turn():
    clock = SkipClock(0.0)
    pace = Pace(RateLimit(requests=2, per_seconds=10), clock)
    far = 1_000.0
    assert [pace.take(far) for _ in range(4)] == [0.0, 0.0, 10.0, 10.0]
    clock.set(15.0)
    assert pace.take(far) == 5.0


def test_no_window_has_more_than_the_limit():
    clock = SkipClock(0.0)
    pace = Pace(RateLimit(requests=5, per_seconds=1), clock)
    made = []
    for _ in range(50):
        clock.sleep(pace.take(1e12) + 0.03)
        made.append(clock.now())
    assert max(sum(at <= one < at + 0.999 for one in made) for at in made) == 5


def test_a_turn_past_the_deadline_is_not_taken():
    pace = Pace(RateLimit(requests=1, per_seconds=10), SkipClock(0.0))
    assert pace.take(1.0) == 0.0
    assert pace.take(1.0) is None
    assert pace.take(11.0) == 10.0
