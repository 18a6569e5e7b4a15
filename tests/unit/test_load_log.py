import pytest
from hypothesis import given
from hypothesis import strategies as st

from dev.load.log import Entry, dump, parse, read
from dev.load.target import loopback

numbers = st.floats(0, 1e9)


@given(st.builds(Entry, sent=numbers, wall=numbers, ms=numbers, status=st.none() | st.integers(100, 599)))
def test_what_was_written_is_read_back(entry: Entry) -> None:
    line = dump(entry)
    assert line.endswith("\n")
    assert line.count("\n") == 1
    assert parse(line) == entry


def test_a_log_is_read_in_the_order_of_sending() -> None:
    slow, fast = Entry(1, 1, 900, 200), Entry(2, 2, 1, 200)
    assert read([dump(fast), dump(slow)]) == [slow, fast]


@pytest.mark.parametrize(
    "line", ["", "{}", '{"sent": 1', '{"sent": 1, "wall": 1, "ms": 1, "status": 200, "x": 1}', "[]"]
)
def test_a_line_of_something_else_is_refused_by_name(line: str) -> None:
    with pytest.raises(ValueError, match="not a line of a load log"):
        parse(line)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8088/", "http://127.9.9.9/", "http://[::1]:80/", "http://localhost:1/"]
)
def test_loopback_is_accepted(url: str) -> None:
    assert loopback(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.1/",
        "http://example.com/",
        "http://0.0.0.0:80/",
        "http://localhost.example.com/",
        "http://127.0.0.1.example.com/",
        "http://127.0.0.1@10.0.0.1/",
        "http:///x",
    ],
)
def test_anything_else_is_refused_with_what_to_write(url: str) -> None:
    with pytest.raises(ValueError, match=r"load goes only to loopback, as http://127.0.0.1:PORT/"):
        loopback(url)


@pytest.mark.parametrize("url", ["", "127.0.0.1:80", "https://127.0.0.1/", "ftp://127.0.0.1/"])
def test_another_scheme_is_refused_with_what_to_write(url: str) -> None:
    with pytest.raises(ValueError, match=r"write the target as http://127.0.0.1:PORT/"):
        loopback(url)
