"""The metrics say how much is asked, how it goes and how full the house is, with labels that stay few."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from api import running
from api.metrics import Metrics
from api.observations import Observation, Observer
from db.pool import Connection
from tests import people
from tests.api.conftest import SUBMIT, RunningPortal, all_told, running_portal
from tests.api.test_running import free_port
from tests.conftest import Database
from tests.patience import eventually


@pytest.fixture(scope="module")
async def measured_portal(
    database: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[RunningPortal]:
    """A portal that is measured."""
    home = tmp_path_factory.mktemp("home")
    async with running_portal(database.url, home, observer=Observer(metrics=Metrics())) as portal:
        yield portal


@pytest.fixture
def metrics(measured_portal: RunningPortal) -> Metrics:
    """Its metrics."""
    metrics = measured_portal.door.observer.metrics
    assert metrics
    return metrics


def figure(metrics: Metrics, name: str, **labels: str) -> float:
    """What a metric shows; 0 where nothing was counted yet."""
    return metrics.registry.get_sample_value(name, labels) or 0


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ("{ __typename }", "query", "OK"),
        ("{ services(first: 0) { totalCount } }", "query", "BAD_PAGE_SIZE"),
        ("{ nobody }", "unknown", "GRAPHQL_VALIDATION_FAILED"),
        (SUBMIT, "mutation", "BAD_USER_INPUT"),
    ],
)
async def test_a_request_is_counted_by_its_kind_and_code_and_timed(
    measured_portal: RunningPortal, metrics: Metrics, text: str, kind: str, code: str
) -> None:
    counted = figure(metrics, "ansinh_requests_total", kind=kind, code=code)
    timed = figure(metrics, "ansinh_request_seconds_count", kind=kind)
    await measured_portal.ask(text)
    await eventually(lambda: figure(metrics, "ansinh_requests_total", kind=kind, code=code) == counted + 1)
    assert figure(metrics, "ansinh_request_seconds_count", kind=kind) == timed + 1


async def test_what_a_caller_writes_is_no_label(measured_portal: RunningPortal, metrics: Metrics) -> None:
    name = "Nguyen_Thi_Lan"
    await measured_portal.ask(f"query {name} {{ {name}: __typename }}")
    await measured_portal.ask(f"{{ {name} }}")
    await measured_portal.http.get(f"{measured_portal.url}/{name}")
    await measured_portal.http.request(name.upper(), f"{measured_portal.url}/graphql")
    await all_told(measured_portal)
    labels = [sample.labels for family in metrics.registry.collect() for sample in family.samples]
    assert name.lower() not in str(labels).lower()
    assert {label["kind"] for label in labels if "kind" in label} <= {
        *("query", "mutation", "subscription", "unknown", "page", "socket")
    }
    assert all(re.fullmatch(r"[A-Z][A-Z_0-9]+", label["code"]) for label in labels if "code" in label)


async def test_open_sockets_and_subscriptions_are_shown_until_they_end(
    measured_portal: RunningPortal, metrics: Metrics, owner: Connection
) -> None:
    lan = await measured_portal.citizen(owner)
    dossier = await people.a_dossier(owner, participant=lan.participant)
    async with measured_portal.line(lan) as line:
        await (await line.follow(dossier)).event()
        await line.ask("{ __typename }", "2")
        assert (await line.hear())["type"] == "error"
        assert figure(metrics, "ansinh_open", what="socket") == 1
        assert figure(metrics, "ansinh_open", what="subscription") == 1
        # A second of the same name closes the socket.
        await line.follow(dossier)
        await line.closed()
    for what in ("socket", "subscription"):
        await eventually(lambda what=what: figure(metrics, "ansinh_open", what=what) == 0)  # type: ignore[misc]


async def test_a_subscription_that_ends_before_it_begins_is_not_left_open(
    measured_portal: RunningPortal, metrics: Metrics, owner: Connection
) -> None:
    lan = await measured_portal.citizen(owner)
    dossier = await people.a_dossier(owner, participant=lan.participant)
    async with measured_portal.line(lan) as line:
        for name in ("1", "2", "3"):
            await line.follow(dossier, name=name)
            await line.say("complete", id=name)
        await eventually(lambda: figure(metrics, "ansinh_open", what="subscription") == 0)


async def test_connections_in_use_are_shown_and_who_waits_for_one(
    measured_portal: RunningPortal, metrics: Metrics
) -> None:
    pool = measured_portal.door.pool
    async with AsyncExitStack() as borrowed:
        for _ in range(pool.size):
            await borrowed.enter_async_context(pool.acquire())
        waiters = [asyncio.create_task(pool.fetch("SELECT 1")) for _ in range(3)]
        # Whoever looks for revocations may wait there too, alone.
        await eventually(lambda: figure(metrics, "ansinh_pool", state="waiting") in {3, 4})
        assert figure(metrics, "ansinh_pool", state="in_use") == pool.size
        assert figure(metrics, "ansinh_pool", state="idle") == 0
    await asyncio.gather(*waiters)
    await eventually(lambda: figure(metrics, "ansinh_pool", state="waiting") == 0)
    await eventually(lambda: figure(metrics, "ansinh_pool", state="idle") == pool.size)
    assert figure(metrics, "ansinh_pool", state="in_use") == 0


async def test_a_plan_is_made_once_and_then_found(measured_portal: RunningPortal, metrics: Metrics) -> None:
    text = "{ services(first: 3) { totalCount nodes { code } } }"
    made, found = (figure(metrics, "ansinh_plans_total", how=how) for how in ("made", "found"))
    for _ in range(3):
        await measured_portal.told(text)
    assert figure(metrics, "ansinh_plans_total", how="made") == made + 1
    assert figure(metrics, "ansinh_plans_total", how="found") == found + 2


def test_the_listener_is_shown(metrics: Metrics) -> None:
    assert figure(metrics, "ansinh_listener_healthy") == 1


async def test_the_public_does_not_find_the_metrics(measured_portal: RunningPortal) -> None:
    assert (await measured_portal.http.get(f"{measured_portal.url}/metrics")).status_code == 404


async def test_prometheus_reads_them_at_an_address_of_their_own(measured_portal: RunningPortal) -> None:
    port = free_port()
    settings = replace(measured_portal.settings, metrics=("127.0.0.1", port))
    async with running.measuring(settings) as metrics:
        assert metrics
        metrics.count("query", "OK", 0.003)
        answer = await measured_portal.http.get(f"http://127.0.0.1:{port}/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    families = {family.name: family for family in text_string_to_metric_families(answer.text)}
    assert {"ansinh_requests", "ansinh_request_seconds", "process_resident_memory_bytes"} <= families.keys()
    with pytest.raises(httpx2.ConnectError):
        await measured_portal.http.get(f"http://127.0.0.1:{port}/metrics")


async def test_an_address_that_is_taken_is_said_by_its_setting(measured_portal: RunningPortal) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        settings = replace(measured_portal.settings, metrics=other.getsockname())
        with pytest.raises(running.PortTaken, match="choose another one with ANSINH_METRICS"):
            async with running.measuring(settings):
                pass


@pytest.mark.parametrize(
    ("status", "codes", "outcome"),
    [(200, [], "OK"), (404, [], "HTTP_404"), (0, [], "GONE"), (200, ["BAD_ID", "FAULT"], "BAD_ID")],
)
def test_an_answer_is_counted_by_its_first_code(status: int, codes: list[str], outcome: str) -> None:
    assert Observation("", "request", "query", status=status, codes=codes).outcome == outcome
