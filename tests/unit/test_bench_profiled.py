import cProfile
from pathlib import Path

from dev.bench.profiled import shares, summary
from golive.api.types import parse_duration


def test_time_is_told_by_whose_function_it_was_spent_in_without_the_waiting() -> None:
    own = {
        ("/x/operator/golive/decide/climb.py", 1, "promote"): 3.0,
        ("/x/site-packages/kopf/_core/reactor/processing.py", 1, "process"): 1.0,
        ("~", 0, "<built-in method builtins.len>"): 4.0,
        ("~", 0, "<method 'poll' of 'select.epoll' objects>"): 90.0,
    }

    assert shares(own) == {"Python itself": 50.0, "decide": 37.5, "kopf": 12.5}


def test_a_profile_becomes_a_text_and_shares(tmp_path: Path) -> None:
    path = tmp_path / "bench.prof"
    profile = cProfile.Profile()
    profile.runcall(parse_duration, "1h30m")
    profile.dump_stats(path)

    found = summary(path)

    assert "parse" in found["percent_of_the_event_loop"]
    assert "parse_duration" in (tmp_path / "bench.txt").read_text()
