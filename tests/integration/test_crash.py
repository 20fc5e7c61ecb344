"""kill -9 under load: nothing that was acknowledged is lost, and the order of a key holds (tests/crash has the parts)."""
import sys

from harness.gateway import ROOT, SLOW

sys.path.insert(0, str(ROOT / "tests" / "crash"))
import conductor  # noqa: E402


def test_ten_kills_under_a_thousand_events_a_second(tmp_path, record_property):
    figures = conductor.run(tmp_path, kills=10)
    print(figures)
    assert figures["acknowledged"] > 2000 / SLOW
    assert figures["slowest_start"] < 10 * SLOW, "only a guard: the aim is 2 s"


def test_kills_while_the_system_behind_fails_too(tmp_path):
    figures = conductor.run(tmp_path, kills=3, rate=400, seed=2, fail=0.05, cut=0.02)
    print(figures)
    assert figures["acknowledged"] > 300 / SLOW
