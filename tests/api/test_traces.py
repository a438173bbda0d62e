"""A request is a span, its steps are spans inside it, and none of them says who asked."""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import uuid4

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api import running
from api.observations import Observation, Observer
from api.traces import Traces
from auth.personas import PERSONAS
from db.pool import Connection
from tests import people
from tests.api.conftest import SUBMIT, RunningPortal, all_told, running_portal
from tests.api.test_running import free_port
from tests.conftest import Database
from tests.patience import eventually

STOPPED_WITHIN_S = 5


@pytest.fixture(scope="module")
def told() -> InMemorySpanExporter:
    """What was told."""
    return InMemorySpanExporter()


@pytest.fixture(scope="module")
async def traced_portal(
    database: Database, told: InMemorySpanExporter, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[RunningPortal]:
    """A portal that is traced."""
    observer = Observer(traces=Traces(SimpleSpanProcessor(told)))
    async with running_portal(database.url, tmp_path_factory.mktemp("home"), observer=observer) as portal:
        yield portal


@pytest.fixture(autouse=True)
async def forgotten(traced_portal: RunningPortal, told: InMemorySpanExporter) -> None:
    """Nothing was told yet."""
    await all_told(traced_portal)
    told.clear()


def requests(told: InMemorySpanExporter) -> list[ReadableSpan]:
    """The spans of what was asked; the portal asks its provider for keys, which is a page."""
    spans = told.get_finished_spans()
    return [span for span in spans if span.kind is SpanKind.SERVER and not span.name.startswith("page")]


async def the_spans(told: InMemorySpanExporter) -> tuple[ReadableSpan, list[ReadableSpan]]:
    """The span of the one request, which is told once the answer is out, and those inside."""
    await eventually(lambda: len(requests(told)) > 0)
    [request] = requests(told)
    spans = told.get_finished_spans()
    return request, [span for span in spans if span.parent and span.kind is not SpanKind.SERVER]


async def test_the_steps_of_a_query_lie_inside_it_one_after_the_other(
    traced_portal: RunningPortal, told: InMemorySpanExporter
) -> None:
    await traced_portal.told("{ services(first: 2) { nodes { code } } }")
    request, steps = await the_spans(told)
    assert [step.name for step in steps] == ["parse", "plan", "db"]
    moments = [request.start_time, *(at for step in steps for at in (step.start_time, step.end_time))]
    assert moments == sorted(moments)  # type: ignore[type-var]
    assert steps[-1].end_time <= request.end_time  # type: ignore[operator]
    assert {step.parent and step.parent.span_id for step in steps} == {request.context.span_id}


async def test_a_span_says_what_the_log_says(
    traced_portal: RunningPortal, told: InMemorySpanExporter, owner: Connection
) -> None:
    lan = await traced_portal.citizen(owner)
    await traced_portal.done(SUBMIT, lan, service=f"Service:{await people.a_service(owner)}")
    request, steps = await the_spans(told)
    assert request.name == "mutation"
    assert dict(request.attributes or {}) == {
        "graphql.operation.type": "mutation",
        "http.response.status_code": 200,
        "ansinh.fields": ("submitDossier",),
        "ansinh.viewer": "CITIZEN",
        "ansinh.cost": request.attributes and request.attributes["ansinh.cost"],
    }
    assert [step.name for step in steps] == ["parse", "execute"]
    assert request.resource.attributes["service.name"] == "ansinh"


async def test_a_span_continues_the_trace_of_the_caller(
    traced_portal: RunningPortal, told: InMemorySpanExporter
) -> None:
    trace, caller = uuid4().hex, uuid4().hex[:16]
    await traced_portal.post('{"query":"{__typename}"}', traceparent=f"00-{trace}-{caller}-01")
    request, _ = await the_spans(told)
    assert f"{request.context.trace_id:032x}" == trace
    assert request.parent
    assert f"{request.parent.span_id:016x}" == caller


async def test_what_a_caller_does_not_sample_is_not_told(
    traced_portal: RunningPortal, told: InMemorySpanExporter
) -> None:
    await traced_portal.post('{"query":"{__typename}"}', traceparent=f"00-{uuid4().hex}-{'1' * 16}-00")
    await all_told(traced_portal)
    assert requests(told) == []


async def test_a_mistake_of_the_caller_is_a_code_and_no_fault(
    traced_portal: RunningPortal, told: InMemorySpanExporter
) -> None:
    await traced_portal.ask("{ nobody }")
    request, _ = await the_spans(told)
    assert request.attributes
    assert request.attributes["error.type"] == "GRAPHQL_VALIDATION_FAILED"
    assert request.status.status_code is StatusCode.UNSET


@pytest.fixture
async def broken(owner: Connection) -> AsyncIterator[None]:
    """A statement that fails: the portal's role may not read services, for a while."""
    await owner.execute("REVOKE SELECT ON service_versions FROM ansinh_api")
    yield
    await owner.execute("GRANT SELECT ON service_versions TO ansinh_api")


@pytest.mark.usefixtures("broken")
async def test_a_fault_of_ours_is_told_as_one_with_its_incident(
    traced_portal: RunningPortal, told: InMemorySpanExporter
) -> None:
    answer = await traced_portal.ask("{ services { nodes { versions { nodes { law } } } } }")
    request, _ = await the_spans(told)
    assert request.status.status_code is StatusCode.ERROR
    assert request.attributes
    assert request.attributes["ansinh.incident"] == answer.json()["errors"][0]["extensions"]["incidentId"]


async def test_nobody_can_be_found_in_a_trace(
    traced_portal: RunningPortal, told: InMemorySpanExporter, owner: Connection
) -> None:
    number = people.a_number()
    persona = replace(PERSONAS["lan"], personal_number=number)
    participant = await people.a_participant(owner, name=persona.name, number=number)
    lan = traced_portal.account(persona, participant)
    for secret in (number, persona.name, lan.token, str(lan.principal)):
        await traced_portal.ask("query ($id: ID!) { viewer { name } node(id: $id) { id } }", lan, id=secret)
        await traced_portal.ask(f'{{ participants(namePrefix: "{secret}") {{ totalCount }} }}', lan)
        await traced_portal.ask(f"query Q{number} {{ _{number}: __typename }}", lan)
        await traced_portal.http.get(f"{traced_portal.url}/{secret}", params={"query": secret})
    await all_told(traced_portal)
    assert len(requests(told)) == 12
    text = "".join(span.to_json() for span in told.get_finished_spans())
    assert not [secret for secret in (number, persona.name, lan.token, str(lan.principal)) if secret in text]


# ------------------------------------------------------------------ the collector ---


async def test_a_collector_is_told_by_otlp(traced_portal: RunningPortal) -> None:
    received: list[tuple[str, bytes]] = []

    async def collect(request: Request) -> Response:
        received.append((request.headers["content-type"], await request.body()))
        return Response()

    port = free_port()
    settings = replace(traced_portal.settings, collector=f"http://127.0.0.1:{port}/v1/traces")
    with running.listening("127.0.0.1", port) as door:
        collector = Starlette(routes=[Route("/v1/traces", collect, methods=["POST"])])
        serving = asyncio.create_task(running.serve_on(door, collector))
        async with running.tracing(settings) as traces:
            assert traces
            traces.tell(Observation(uuid4().hex, "request", "query", ended=time.time()))
        serving.cancel()
        await asyncio.wait([serving])
    [(content_type, body)] = received
    assert content_type == "application/x-protobuf"
    assert b"ansinh" in body


async def test_stopping_does_not_wait_for_a_collector_that_is_away(traced_portal: RunningPortal) -> None:
    settings = replace(traced_portal.settings, collector=f"http://127.0.0.1:{free_port()}/v1/traces")
    began = time.monotonic()
    async with running.tracing(settings) as traces:
        assert traces
        traces.tell(Observation(uuid4().hex, "request", "query", ended=time.time()))
    assert time.monotonic() - began < STOPPED_WITHIN_S


async def test_a_collector_without_opentelemetry_is_refused(
    traced_portal: RunningPortal, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What is None here cannot be imported.
    monkeypatch.setitem(sys.modules, "api.traces", None)
    settings = replace(traced_portal.settings, collector="http://127.0.0.1/v1/traces")
    with pytest.raises(running.CannotTrace, match=r"install `ansinh\[traces\]`"):
        async with running.tracing(settings):
            pass


def test_nothing_of_it_is_loaded_where_nobody_wants_it() -> None:
    program = (
        "import sys, api.command; sys.exit(any(name.startswith('opentelemetry') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0  # noqa: S603 -- our own
