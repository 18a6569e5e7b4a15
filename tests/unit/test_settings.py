"""What the operator is told at its start: by flags, by the environment, and what it says to a wrong one."""

from dataclasses import fields
from datetime import timedelta

import pytest

from golive.settings import Settings, parse_settings


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in fields(Settings):
        monkeypatch.delenv(f"GOLIVE_{field.name.upper()}", raising=False)


ROWS = [
    ("kubeconfig", "--kubeconfig", "/tmp/config", "/tmp/config"),  # noqa: S108  # never opened
    ("prometheus", "--prometheus", "http://prom:9090", "http://prom:9090"),
    ("prometheus", "--prometheus", "http://prom:9090/", "http://prom:9090"),
    ("scrape_interval", "--scrape-interval", "15s", timedelta(seconds=15)),
    ("query_timeout", "--query-timeout", "2s500ms", timedelta(seconds=2.5)),
    ("settle", "--settle", "1m", timedelta(minutes=1)),
    ("workers", "--workers", "3", 3),
    ("listen", "--listen", "127.0.0.1:9000", ("127.0.0.1", 9000)),
    ("listen", "--listen", ":0", ("", 0)),
    ("listen", "--listen", "[::1]:8081", ("::1", 8081)),
    ("listen", "--listen", "", None),
    ("watch_inactivity", "--watch-inactivity", "90s", timedelta(seconds=90)),
    ("traces", "--traces", "http://collector:4318/", "http://collector:4318"),
    ("log_format", "--log-format", "json", "json"),
    ("log_level", "--log-level", "debug", "debug"),
    ("relist", "--relist", "10s", timedelta(seconds=10)),
    ("lease_namespace", "--lease-namespace", "golive-system", "golive-system"),
    ("lease_name", "--lease-name", "golive-b", "golive-b"),
    ("lease_duration", "--lease-duration", "30s", timedelta(seconds=30)),
    ("renew_deadline", "--renew-deadline", "12s", timedelta(seconds=12)),
    ("retry_period", "--retry-period", "1s", timedelta(seconds=1)),
    ("gitops_managers", "--gitops-manager", "argo", ("argo",)),
]


def test_without_a_word_the_defaults_stand() -> None:
    assert parse_settings(["run"]) == Settings()


@pytest.mark.parametrize(("name", "flag", "text", "value"), ROWS)
def test_a_flag_sets_one_thing_and_leaves_the_rest(name: str, flag: str, text: str, value: object) -> None:
    found = parse_settings(["run", flag, text])
    assert getattr(found, name) == value
    others = [field.name for field in fields(Settings) if field.name != name]
    assert all(getattr(found, other) == getattr(Settings(), other) for other in others)


@pytest.mark.parametrize(("name", "flag", "text", "value"), ROWS)
def test_so_does_its_environment_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, flag: str, text: str, value: object
) -> None:
    monkeypatch.setenv("GOLIVE" + flag.removeprefix("-").replace("-", "_").upper(), text)
    assert getattr(parse_settings(["run"]), name) == value


@pytest.mark.parametrize(("name", "flag", "text", "value"), ROWS)
def test_a_flag_outdoes_the_environment(
    monkeypatch: pytest.MonkeyPatch, name: str, flag: str, text: str, value: object
) -> None:
    other = {
        "log_format": "plain",
        "log_level": "error",
        "workers": "7",
        "listen": ":1",
        "traces": "http://other",
    }.get(name, "9s")
    monkeypatch.setenv("GOLIVE" + flag.removeprefix("-").replace("-", "_").upper(), other)
    assert getattr(parse_settings(["run", flag, text]), name) == value


@pytest.mark.parametrize(
    ("words", "namespaces"),
    [([], ()), (["--namespace", "a"], ("a",)), (["--namespace", "a", "--namespace", "b"], ("a", "b"))],
)
def test_namespaces_are_watched_as_named(words: list[str], namespaces: tuple[str, ...]) -> None:
    assert parse_settings(["run", *words]).namespaces == namespaces


def test_several_names_from_the_environment_are_parted_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOLIVE_GITOPS_MANAGER", "argo,flux")
    monkeypatch.setenv("GOLIVE_NAMESPACE", "a,b")
    found = parse_settings(["run"])
    assert (found.gitops_managers, found.namespaces) == (("argo", "flux"), ("a", "b"))
    assert parse_settings(["run", "--namespace", "c"]).namespaces == ("c",)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "COMMAND"),
        (["walk"], "invalid choice: 'walk'"),
        (["run", "--settle", "10"], "write a duration such as 30m"),
        (["run", "--settle", "-5s"], "expected one argument"),
        (["run", "--scrape-interval", "1d"], "write a duration such as 30m"),
        (["run", "--scrape-interval", "0s"], "'0s': write a time longer than 0s"),
        (["run", "--prometheus", "nonsense"], "'nonsense': write an address such as http"),
        (["run", "--workers", "many"], "'many': write a whole number of 1 or more"),
        (["run", "--workers", "0"], "'0': write a whole number of 1 or more"),
        (["run", "--listen", "8080"], "'8080': write HOST:PORT such as 0.0.0.0:8080"),
        (["run", "--listen", ":65536"], "':65536': write HOST:PORT"),
        (["run", "--listen", "here:http"], "'here:http': write HOST:PORT"),
        (["run", "--traces", "collector:4318"], "write an address such as http://collector.monitoring:4318"),
        (["run", "--watch-inactivity", "0s"], "'0s': write a time longer than 0s"),
        (["run", "--log-level", "loud"], "'loud': write one of debug, info, warning, error"),
        (["run", "--retry-period", "10s"], "must each be longer than the one before: write for instance"),
        (["run", "--lease-duration", "10s"], "must each be longer than the one before"),
        (["run", "--lease-name", "Go_Live"], "'Go_Live': write a name of lower case letters"),
        (["run", "--lease-namespace", "-"], "'-': write a name of lower case letters"),
        (["run", "--relist", "0s"], "'0s': write a time longer than 0s"),
        (["run", "--colour", "red"], "unrecognized arguments: --colour red"),
    ],
)
def test_a_wrong_word_ends_it_with_a_sentence(
    capsys: pytest.CaptureFixture[str], words: list[str], says: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        parse_settings(words)
    assert ended.value.code == 2
    assert says in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("SETTLE", "10", "write a duration"),
        ("WORKERS", "many", "write a whole number"),
        ("LOG_LEVEL", "loud", "write one of"),
        ("LOG_FORMAT", "xml", "plain, json"),
    ],
)
def test_so_does_a_wrong_environment_variable(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, text: str, says: str
) -> None:
    monkeypatch.setenv(f"GOLIVE_{name}", text)
    with pytest.raises(SystemExit):
        parse_settings(["run"])
    assert says in capsys.readouterr().err


def test_help_names_every_flag(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse_settings(["run", "--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert all(flag in said for _, flag, _, _ in ROWS)
    assert "GOLIVE_SCRAPE_INTERVAL" in said
