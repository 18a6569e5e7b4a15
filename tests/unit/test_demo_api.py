"""The demo's watch against a scripted API server over real TLS with client certificates."""

import asyncio
import base64
import json
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp import web

from dev.demo import kubeconfig
from dev.demo.api import Api, Objects, change, reason
from dev.demo.errors import DemoError
from dev.demo.kubeconfig import Server
from dev.demo.prometheus import Threshold, fill, value, visible
from dev.demo.watch import by_colour

Answer = Callable[[web.Request], Coroutine[Any, Any, web.StreamResponse]]


@asynccontextmanager
async def serving(answer: Answer, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
    try:
        yield f"http{'s' if tls else ''}://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def route(name: str, version: int, weight: int = 0) -> dict[str, Any]:
    return {"metadata": {"name": name, "resourceVersion": str(version)}, "weight": weight}


class Script:
    """Lists and watches as scripted; keeps what was asked."""

    def __init__(self, *answers: tuple[int, Any]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def answer(self, request: web.Request) -> web.StreamResponse:
        watch = "watch" in request.query
        self.asked.append(f"watch {request.query['resourceVersion']}" if watch else "list")
        if not self.answers:
            await asyncio.Event().wait()
        status, said = self.answers.pop(0)
        if isinstance(said, list):
            return web.Response(status=status, text="".join(json.dumps(event) + "\n" for event in said))
        return web.json_response(said, status=status)


async def followed(script: Script, count: int) -> list[Objects]:
    seen: list[Objects] = []
    async with (
        serving(script.answer) as address,
        Api(Server(address, ssl.create_default_context())) as api,
        asyncio.timeout(10),
    ):
        async for objects in api.follow("/apis/x/routes"):
            seen.append(objects)
            if len(seen) == count:
                break
    return seen


def listed(version: int, *items: dict[str, Any]) -> tuple[int, Any]:
    return 200, {"metadata": {"resourceVersion": str(version)}, "items": list(items)}


def event(kind: str, item: dict[str, Any]) -> dict[str, Any]:
    return {"type": kind, "object": item}


async def test_a_watch_goes_on_where_it_broke_off() -> None:
    script = Script(
        listed(5, route("web", 4)),
        (
            200,
            [
                event("MODIFIED", route("web", 6, 10)),
                event("BOOKMARK", {"metadata": {"resourceVersion": "9"}}),
            ],
        ),
        (200, [event("MODIFIED", route("web", 10, 25))]),
    )
    seen = await followed(script, 3)
    assert [objects["web"]["weight"] for objects in seen] == [0, 10, 25]
    assert script.asked == ["list", "watch 5", "watch 9"]


@pytest.mark.parametrize("gone", [(410, {}), (200, [event("ERROR", {"code": 410})])])
async def test_a_place_that_is_forgotten_is_listed_anew(gone: tuple[int, Any]) -> None:
    script = Script(listed(5, route("web", 4), route("old", 3)), gone, listed(70, route("web", 69, 50)))
    seen = await followed(script, 2)
    assert [sorted(objects) for objects in seen] == [["old", "web"], ["web"]]
    assert script.asked == ["list", "watch 5", "list"]


async def test_a_server_that_is_away_is_asked_again() -> None:
    script = Script(
        (503, {}), listed(5, route("web", 4)), (500, {}), (200, [event("DELETED", route("web", 6))])
    )
    seen = await followed(script, 2)
    assert [sorted(objects) for objects in seen] == [["web"], []]
    assert script.asked == ["list", "list", "watch 5", "watch 5"]


async def test_what_the_server_refuses_is_said_in_its_own_words() -> None:
    script = Script((422, {"message": "spec.target: Unsupported value"}))
    async with serving(script.answer) as address, Api(Server(address, ssl.create_default_context())) as api:
        with pytest.raises(DemoError, match=r"refused PATCH /x: spec.target: Unsupported value"):
            await api.apply("/x", {})


async def test_what_is_missing_is_none_only_where_that_is_fine() -> None:
    script = Script((404, {}), (404, {}), (404, {"message": "pods not found"}))
    async with serving(script.answer) as address, Api(Server(address, ssl.create_default_context())) as api:
        assert await api.get("/x") is None
        await api.delete("/x")
        with pytest.raises(DemoError, match="pods not found"):
            await api.post_to_pod("ns", "pod", 8080, "/fault?errors=1")


async def test_nobody_listening_is_said() -> None:
    async with serving(Script().answer) as address:
        pass
    async with Api(Server(address, ssl.create_default_context())) as api:
        with pytest.raises(DemoError, match="the API server did not answer GET /x"):
            await api.get("/x")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    key, crt = folder / "key.pem", folder / "crt.pem"
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    names = ["-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"]
    subprocess.run([*words, *names, "-keyout", key, "-out", crt], check=True, capture_output=True, timeout=30)
    return crt, key


def config(address: str, crt: Path, key: Path) -> dict[str, Any]:
    def inline(path: Path) -> str:
        return base64.b64encode(path.read_bytes()).decode()

    return {
        "current-context": "kind",
        "contexts": [{"name": "kind", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [
            {"name": "c", "cluster": {"server": address, "certificate-authority-data": inline(crt)}}
        ],
        "users": [
            {"name": "u", "user": {"client-certificate-data": inline(crt), "client-key-data": inline(key)}}
        ],
    }


async def test_a_kubeconfig_of_kind_opens_a_server_that_asks_for_a_certificate(
    certificate: tuple[Path, Path], tmp_path: Path
) -> None:
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=certificate[0])
    tls.load_cert_chain(*certificate)
    tls.verify_mode = ssl.CERT_REQUIRED
    file = tmp_path / "kubeconfig"
    async with serving(Script(listed(1)).answer, tls) as address:
        file.write_text(yaml.safe_dump(config(address, *certificate)))
        async with Api(kubeconfig.load(file)) as api:
            assert await api.get("/x") == listed(1)[1]


@pytest.mark.parametrize("text", ["", "[]", "current-context: x", ": :"])
def test_something_else_is_no_kubeconfig(text: str, tmp_path: Path) -> None:
    file = tmp_path / "kubeconfig"
    file.write_text(text)
    with pytest.raises(DemoError, match="is not a kubeconfig as kind writes it"):
        kubeconfig.load(file)


def test_no_kubeconfig_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(DemoError, match="start the cluster with `make cluster`"):
        kubeconfig.load(tmp_path / "none")


def test_changes_of_a_watch_are_brought_in() -> None:
    objects: Objects = {}
    change(objects, "ADDED", route("web", 1))
    change(objects, "MODIFIED", route("web", 2))
    assert objects == {"web": route("web", 2)}
    change(objects, "DELETED", route("web", 3))
    change(objects, "DELETED", route("web", 4))
    assert objects == {}


@pytest.mark.parametrize(
    ("text", "expected"), [('{"message": "no"}', "no"), ("<html>", "<html>"), ("[]", "[]"), ("{}", "{}")]
)
def test_a_refusal_is_shown_as_it_is(text: str, expected: str) -> None:
    assert reason(text) == expected


def test_services_are_named_by_their_colour() -> None:
    assert by_colour({"web-blue": 2, "web-green": 0}) == {"blue": 2, "green": 0}


def prometheus(*values: str | None) -> Answer:
    left = list(values)

    async def answer(_: web.Request) -> web.Response:
        said = left.pop(0) if left else "1"
        result = [] if said is None else [{"value": [0, said]}]
        return web.json_response({"data": {"result": result}})

    return answer


async def test_a_breach_is_seen_at_the_poll_that_shows_it_and_dated_before_it() -> None:
    loop = asyncio.get_running_loop()
    async with serving(prometheus(None, "NaN", "0.05")) as url:
        began = loop.time()
        seen = await visible(url, "up", Threshold("> 0.05"), 10)
        ended = loop.time()
    assert began + 0.2 <= seen <= ended - 0.1


async def test_a_poll_without_an_answer_does_not_date_the_breach_later() -> None:
    asked = []

    async def answer(_: web.Request) -> web.Response:
        asked.append(asyncio.get_running_loop().time())
        if len(asked) < 4:
            result = [{"value": [0, "0"]}] if len(asked) == 1 else []
            return web.json_response(
                {"data": {"result": result}},
                status=200 if len(asked) == 1 else 503,
                content_type="application/json" if len(asked) == 1 else "text/html",
            )
        return web.json_response({"data": {"result": [{"value": [0, "1"]}]}})

    async with serving(answer) as url:
        seen = await visible(url, "up", Threshold("> 0.05"), 10)
    assert seen < asked[1]


@pytest.mark.parametrize(
    ("text", "number", "breached"),
    [
        ("> 1", 1, False),
        (">= 1", 1, True),
        ("< 1", 0.5, True),
        ("<= 1", 2, False),
        ("== 1", 1, True),
        ("!= 1", 2, True),
    ],
)
def test_thresholds(text: str, number: float, *, breached: bool) -> None:
    assert Threshold(text).breached(number) is breached
    assert not Threshold(text).breached(float("nan"))


def test_a_query_is_filled_in_whole_or_not_at_all() -> None:
    assert fill('x{service="$(service)"}[5s]', {"service": "web-blue"}) == 'x{service="web-blue"}[5s]'
    with pytest.raises(KeyError):
        fill("$(other)", {})


def test_an_empty_result_has_no_value() -> None:
    assert value({"data": {"result": []}}) is None
    assert value({"status": "error"}) is None
    assert value({"data": {"result": [{"value": [0, "0.5"]}]}}) == 0.5
