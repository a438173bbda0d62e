"""The log says what happened, in lines that programs read, and nothing of anybody."""

import asyncio
import gc
import io
import json
import logging
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from api.authentication import COOKIE
from api.explanations import header_of
from api.logs import KEYS, Log, LogHandler, line_of
from api.observations import Observer
from auth.agreements import Agreement
from auth.personas import PERSONAS
from auth.viewer import ViewerKind, principal_of
from db.pool import Connection
from domain.names import folded
from selection.registrations import document_id
from tests import people
from tests.api.conftest import (
    ACCEPT,
    FOLLOW,
    SUBMIT,
    Account,
    RunningPortal,
    a_persona,
    all_told,
    running_portal,
)
from tests.api.test_outages import process_of_its_own
from tests.api.test_running import free_port
from tests.conftest import Database
from tests.patience import eventually

LAN = PERSONAS["lan"].name
OPERATIONS = sorted((Path(__file__).parents[1] / "operations").glob("*.graphql"))


@dataclass
class Kept:
    """A log in memory."""

    stream: io.TextIOWrapper = field(default_factory=lambda: io.TextIOWrapper(io.BytesIO()))

    @property
    def text(self) -> str:
        """All that was written."""
        buffer = self.stream.buffer
        assert isinstance(buffer, io.BytesIO)
        return buffer.getvalue().decode()

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Its lines."""
        return [json.loads(line) for line in self.text.splitlines()]

    @property
    def requests(self) -> list[dict[str, Any]]:
        """The lines of requests."""
        return [line for line in self.lines if line["event"] == "request"]

    def forget(self) -> None:
        """Begin anew."""
        self.stream.buffer.seek(0)
        self.stream.buffer.truncate()


@pytest.fixture(scope="module")
def everything_said() -> Iterator[Kept]:
    """All that this process logs, and more than it would where it runs: there libraries only warn."""
    kept = Kept()
    handler, root = LogHandler(Log(kept.stream)), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield kept
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture(scope="module")
async def logged_portal(
    database: Database, everything_said: Kept, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[RunningPortal]:
    """A portal that has a line for each request."""
    home = tmp_path_factory.mktemp("home")
    async with running_portal(database.url, home, observer=Observer(Log(everything_said.stream))) as portal:
        yield portal


@pytest.fixture
async def kept(logged_portal: RunningPortal, everything_said: Kept) -> Kept:
    """Its log, from now on."""
    await all_told(logged_portal)
    everything_said.forget()
    return everything_said


async def the_line(kept: Kept, **traits: object) -> dict[str, Any]:
    """The one line of a request, which is written once the answer is out."""

    def found() -> list[dict[str, Any]]:
        return [line for line in kept.requests if line.items() >= traits.items()]

    await eventually(lambda: len(found()) > 0)
    [line] = found()
    return line


# ------------------------------------------------------------ one line a request ---


async def test_line_of_a_query_says_what_was_asked_and_what_it_took(
    logged_portal: RunningPortal, kept: Kept, owner: Connection
) -> None:
    lan = await logged_portal.citizen(owner)
    answer = await logged_portal.ask("query Mine { mine: viewer { participant { fullName } } }", lan)
    line = await the_line(kept, kind="query")
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", line.pop("at"))
    assert re.fullmatch(r"[0-9a-f]{32}", line.pop("trace"))
    took_ms, steps = line.pop("took_ms"), [line.pop(f"{step}_ms") for step in ("parse", "plan", "db")]
    assert took_ms >= sum(steps) - 0.02
    assert answer.headers["server-timing"] == "parse;dur={:.2f}, plan;dur={:.2f}, db;dur={:.2f}".format(
        *steps
    )
    assert line == {
        "level": "info",
        "event": "request",
        "kind": "query",
        "fields": ["viewer"],
        "viewer": "CITIZEN",
        "status": 200,
        "cost": answer.json()["extensions"]["cost"]["requested"],
    }


async def test_line_of_a_mutation_says_its_kind(
    logged_portal: RunningPortal, kept: Kept, owner: Connection
) -> None:
    lan = await logged_portal.citizen(owner)
    await logged_portal.done(SUBMIT, lan, service=f"Service:{await people.a_service(owner)}")
    line = await the_line(kept, kind="mutation")
    assert (line["fields"], line["viewer"], line["status"]) == (["submitDossier"], "CITIZEN", 200)


async def test_an_operation_is_named_only_where_it_was_registered(
    logged_portal: RunningPortal, kept: Kept
) -> None:
    door = logged_portal.door
    text = "query Named { __typename }"
    await logged_portal.ask(text)
    assert "operation" not in await the_line(kept, kind="query")
    kept.forget()
    door.documents.texts["public", document_id(text)] = text
    door.translator.documents.register(text)
    await logged_portal.post(json.dumps({"documentId": document_id(text)}))
    line = await the_line(kept, kind="query")
    assert (line["operation"], line["document"]) == ("Named", document_id(text))
    door.translator.documents.withdraw(text)
    del door.documents.texts["public", document_id(text)]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("{ nonsense }", ["GRAPHQL_VALIDATION_FAILED"]),
        ("{", ["GRAPHQL_PARSE_FAILED"]),
        ("{ services(first: 0) { totalCount } }", ["BAD_PAGE_SIZE"]),
    ],
)
async def test_line_of_a_mistake_has_its_codes(
    logged_portal: RunningPortal, kept: Kept, text: str, codes: list[str]
) -> None:
    await logged_portal.ask(text)
    line = await the_line(kept, codes=codes)
    assert line["level"] == "info"


async def test_whoever_is_refused_has_a_line(logged_portal: RunningPortal, kept: Kept) -> None:
    await logged_portal.post("{}", authorization="Bearer nonsense")
    line = await the_line(kept, status=401)
    assert line["codes"] == ["TOKEN_REFUSED"]
    assert "viewer" not in line


CASE = "001192001234"
ASKED = '{"query": "{ participants(first: 1) { nodes { fullName sex } } }"}'


async def a_ministry(portal: RunningPortal, owner: Connection, *fields: str) -> tuple[Account, Agreement]:
    """A system under an agreement that covers these fields."""
    office = await people.an_office(owner)
    agreement = await people.an_agreement(owner, office=office, fields=fields)
    ministry = portal.account(a_persona(ViewerKind.PARTNER))
    await people.a_grant(
        owner, ministry.principal, office=office, kind=ViewerKind.PARTNER, agreement=agreement.id
    )
    return ministry, agreement


async def test_a13_refusal_of_a_partner_names_agreement_purpose_and_case(
    logged_portal: RunningPortal, kept: Kept, owner: Connection
) -> None:
    ministry, agreement = await a_ministry(
        logged_portal, owner, "Query.participants", "Participant.id", "Participant.fullName"
    )
    errand = {"ansinh_purpose": people.PURPOSE, "ansinh_case": CASE}
    await logged_portal.post(ASKED, ministry, **errand)
    line = await the_line(kept, codes=["FIELD_OUTSIDE_AGREEMENT"])
    # The case may be somebody's number: it is told by a mark, which whoever has the key can make of it.
    mark = people.KEYS.mark(CASE)
    told = (line["viewer"], line["agreement"], line["purpose"], line["case"])
    assert told == ("PARTNER", agreement.code, people.PURPOSE, mark)
    await people.revoke(owner, agreement)
    await eventually(lambda: is_refused(logged_portal, ministry, agreement, errand))
    line = await the_line(kept, codes=["AGREEMENT_REFUSED"])
    told = (line["viewer"], line["agreement"], line["purpose"], line["case"])
    assert told == ("PARTNER", agreement.code, people.PURPOSE, mark)
    assert CASE not in kept.text


async def is_refused(
    portal: RunningPortal, ministry: Account, agreement: Agreement, errand: dict[str, str]
) -> bool:
    answer = await portal.post(ASKED, ministry, ansinh_agreement=agreement.code, **errand)
    return answer.status_code == 403


async def test_a13_of_what_a_partner_sends_the_log_has_words_of_our_register_alone(
    logged_portal: RunningPortal, kept: Kept, owner: Connection
) -> None:
    ministry, _ = await a_ministry(logged_portal, owner)
    theirs = await people.an_agreement(owner, office=await people.an_office(owner))
    for agreement, purpose in (("001192001234", "NGUYEN_THI_LAN"), (theirs.code, people.PURPOSE)):
        kept.forget()
        await logged_portal.post(
            ASKED, ministry, ansinh_agreement=agreement, ansinh_purpose=purpose, ansinh_case=CASE
        )
        line = await the_line(kept, codes=["AGREEMENT_REFUSED"])
        assert line["agreement"] == "-"
        assert line["purpose"] == (people.PURPOSE if purpose == people.PURPOSE else "-")
        assert not {agreement, "NGUYEN_THI_LAN"} & set(re.findall(r"[\w-]+", kept.text))
        assert CASE not in kept.text


async def test_line_belongs_to_the_trace_of_the_caller(logged_portal: RunningPortal, kept: Kept) -> None:
    trace = uuid4().hex
    await logged_portal.post('{"query":"{__typename}"}', traceparent=f"00-{trace}-{'1' * 16}-01")
    assert (await the_line(kept, kind="query"))["trace"] == trace


@pytest.mark.parametrize("traceparent", ["Nguyen-Thi-Lan", f"00-{'0' * 32}-{'1' * 16}-01", "ff"])
async def test_what_is_no_trace_begins_a_new_one(
    logged_portal: RunningPortal, kept: Kept, traceparent: str
) -> None:
    await logged_portal.post('{"query":"{__typename}"}', traceparent=traceparent)
    trace = (await the_line(kept, kind="query"))["trace"]
    assert re.fullmatch(r"[0-9a-f]{32}", trace)
    assert trace != "0" * 32


async def test_a_subscription_and_its_socket_have_a_line_each_when_they_end(
    logged_portal: RunningPortal, kept: Kept, owner: Connection
) -> None:
    lan = await logged_portal.citizen(owner)
    dossier = await people.a_dossier(owner, participant=lan.participant)
    async with logged_portal.line(lan) as line:
        await (await line.follow(dossier)).event()
        assert not {"subscription", "socket"} & {line["kind"] for line in kept.requests}
    subscription = await the_line(kept, kind="subscription")
    socket = await the_line(kept, kind="socket", status=1000)
    assert subscription["fields"] == ["dossierEvents"]
    assert subscription["viewer"] == "CITIZEN"
    assert subscription["trace"] == socket["trace"]


async def test_a_subscription_that_is_refused_has_a_line(logged_portal: RunningPortal, kept: Kept) -> None:
    async with logged_portal.line() as line:
        await line.ask("{ __typename }")
        await line.hear()
    assert (await the_line(kept, codes=["SUBSCRIPTIONS_ONLY"]))["kind"] == "query"


async def test_whoever_watches_over_us_leaves_no_line(logged_portal: RunningPortal, kept: Kept) -> None:
    await logged_portal.http.get(f"{logged_portal.url}/health/live")
    await logged_portal.http.get(f"{logged_portal.url}/schema.graphql")
    await the_line(kept, kind="page")
    assert len(kept.requests) == 1


async def test_an_incident_is_found_by_its_number(
    logged_portal: RunningPortal, kept: Kept, owner: Connection
) -> None:
    await owner.execute("REVOKE SELECT ON service_versions FROM ansinh_api")
    answer = await logged_portal.ask("{ services { nodes { versions { nodes { law } } } } }")
    await owner.execute("GRANT SELECT ON service_versions TO ansinh_api")
    incident = answer.json()["errors"][0]["extensions"]["incidentId"]
    line = await the_line(kept, codes=["FAULT"])
    assert (line["level"], line["incident"]) == ("error", incident)
    [cause] = [line for line in kept.lines if line.get("incident") == incident and "logger" in line]
    assert "InsufficientPrivilegeError" in cause["event"]


async def test_whoever_goes_before_the_answer_has_a_line_without_a_status(
    logged_portal: RunningPortal, kept: Kept
) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", logged_portal.settings.port)
    writer.write(
        b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"
    )
    await writer.drain()
    await eventually(lambda: logged_portal.door.observer.open["request"] == 1)
    writer.close()
    assert "status" not in await the_line(kept, kind="unknown")


@pytest.mark.parametrize("switch", ["on", "off"])
async def test_a_process_of_its_own_logs_requests_unless_told_otherwise_and_shows_its_metrics(
    database: Database, tmp_path: Path, switch: str
) -> None:
    address = f"127.0.0.1:{free_port()}"
    given = {"ANSINH_LOG_REQUESTS": switch, "ANSINH_METRICS": address}
    with (tmp_path / "log").open("wb") as log:
        async with process_of_its_own(database, tmp_path / "home", log, **given) as (process, portal):
            await portal.told("{ __typename }")
            await eventually(lambda: is_counted(portal, address))
            process.terminate()
            assert await process.wait() == 0
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert [line["kind"] for line in lines if line["event"] == "request"] == ["query"] * (switch == "on")


async def is_counted(portal: RunningPortal, address: str) -> bool:
    metrics = (await portal.http.get(f"http://{address}/metrics")).text
    return 'ansinh_requests_total{code="OK",kind="query"} 1.0' in metrics


# ------------------------------------------------------------------ of nobody ---


@dataclass
class Crowd:
    """Everybody we know, and whatever could tell who they are."""

    accounts: dict[str, Account]
    secrets: list[str]


@pytest.fixture
async def crowd(logged_portal: RunningPortal, owner: Connection) -> Crowd:
    """The personas, with tokens, grants, and records of their own."""
    office = await people.an_office(owner)
    accounts, secrets = {}, [people.KEYS.sealing.hex(), people.KEYS.finding.hex(), "192.0.2.77"]
    for subject, known in PERSONAS.items():
        # Of other tests they are the participants of their own numbers.
        persona = replace(known, personal_number=known.personal_number and people.a_number())
        participant = None
        if persona.personal_number:
            participant = await people.a_participant(
                owner, office=office, name=persona.name, number=persona.personal_number
            )
            secrets += [persona.personal_number, str(participant)]
        account = logged_portal.account(persona, participant)
        if persona.kind is ViewerKind.EMPLOYER:
            employer = await people.an_employer(owner, office=office)
            await people.a_grant(owner, account.principal, employer=employer, kind=persona.kind)
        elif persona.kind is ViewerKind.PARTNER:
            agreement = await people.an_agreement(owner, office=office)
            await people.a_grant(
                owner, account.principal, office=office, kind=persona.kind, agreement=agreement.id
            )
        elif persona.kind is not ViewerKind.CITIZEN:
            await people.a_grant(owner, account.principal, office=office, kind=persona.kind)
        accounts[subject] = account
        secrets += [persona.name, folded(persona.name), str(account.principal), account.token]
        assert account.principal == principal_of(logged_portal.settings.issuer, subject)
    return Crowd(accounts, secrets)


@pytest.fixture
async def broken_dossiers(owner: Connection) -> AsyncIterator[None]:
    """A table that takes no more rows, and of which PostgreSQL says in full which one it refused."""
    await owner.execute("ALTER TABLE dossiers ADD CONSTRAINT no_more CHECK (request = 'never') NOT VALID")
    yield
    await owner.execute("ALTER TABLE dossiers DROP CONSTRAINT no_more")


@pytest.mark.usefixtures("broken_dossiers")
async def test_nobody_can_be_found_in_the_log(
    logged_portal: RunningPortal, crowd: Crowd, kept: Kept, owner: Connection
) -> None:
    portal, lan = logged_portal, crowd.accounts["lan"]
    service = f"Service:{await people.a_service(owner)}"
    dossier = "Dossier:" + str(lan.participant)
    for account in (None, *crowd.accounts.values()):
        for file in OPERATIONS:
            text = file.read_text()
            await portal.ask(text, account, **header_of(text).variables)
        for text, wish in (
            (
                SUBMIT,
                {
                    "idempotencyKey": uuid4().hex,
                    "service": service,
                    "request": " ".join(crowd.secrets)[:3000],
                },
            ),
            (ACCEPT, {"idempotencyKey": crowd.secrets[3], "dossier": dossier, "expectedVersion": 1}),
        ):
            await portal.ask(text, account, input=wish)
    persona = lan.persona
    tried = (persona.name, str(persona.personal_number), lan.token)
    for secret in tried:
        quoted = json.dumps(secret, ensure_ascii=False)
        name = re.sub(r"\W", "_", folded(secret))
        for text in (
            f"{{ node(id: {quoted}) {{ id }} }}",
            f"{{ services(after: {quoted}) {{ totalCount }} }}",
            f"{{ participants(namePrefix: {quoted}) {{ nodes {{ fullName }} }} }}",
            f"{{ {quoted} }}",
            f"# {secret}\nquery Q_{name} {{ _{name}: __typename }}",
            f"query Q_{name} {{ nobody_{name} }}",
            f"query Q_{name}($_{name}: Int!) {{ services(first: $_{name}) {{ totalCount }} }}",
        ):
            await portal.ask(text, lan, **{f"_{name}": secret, name: secret})
        await portal.post(json.dumps({"query": "{__typename}", "operationName": secret}), lan)
        await portal.post(json.dumps({"documentId": secret}), lan)
        await portal.post(quoted, lan)
        await portal.post(secret, lan)
        for headers in (
            {"authorization": f"Bearer {secret.encode().hex()}"},
            {"x-request-id": secret.encode().hex(), "traceparent": secret.encode().hex()},
            {"cookie": f"{COOKIE}={secret.encode().hex()}", "origin": portal.url, "ansinh-request": "1"},
            {"x-forwarded-for": "192.0.2.77", "user-agent": secret.encode().hex()},
        ):
            await portal.http.post(f"{portal.url}/graphql", content="{}", headers=headers)
        for path in (
            "/graphql",
            "/sign-in/callback",
            "/sign-in",
            f"/people/{secret}",
            f"/assets/{secret}",
            "/",
        ):
            await portal.http.get(
                f"{portal.url}{path}", params={"query": secret, "code": secret, "state": secret, "to": secret}
            )
        async with portal.line(introduced=False) as line:
            await line.say("connection_init", payload={"authorization": f"Bearer {secret}?"})
            await line.closed()
        async with portal.line(lan) as line:
            await line.ask(FOLLOW, secret, dossier=secret, after=secret)
            await line.hear()
            await line.socket.send(secret)
            await line.closed()
    await all_told(portal)
    assert len(kept.requests) > 20 * len(tried)
    assert {"query", "mutation", "subscription", "unknown", "socket", "page"} <= {
        line["kind"] for line in kept.requests
    }
    assert "FAULT" in kept.text
    assert "CheckViolationError" in kept.text
    said = [secret for secret in crowd.secrets if secret in kept.text or secret.encode().hex() in kept.text]
    assert said == []
    assert not any(re.sub(r"\W", "_", folded(secret)) in kept.text for secret in crowd.secrets)
    assert {key for line in kept.lines for key in line} <= set(KEYS)


def record(
    name: str, message: object, *values: object, fault: BaseException | None = None
) -> logging.LogRecord:
    """What somebody logs."""
    info = (type(fault), fault, fault.__traceback__) if fault else None
    return logging.LogRecord(name, logging.ERROR, "file.py", 1, message, values, info)


def a_fault() -> BaseException:
    try:
        raise asyncpg.UniqueViolationError(f"Key (full_name)=({LAN}) already exists.")  # noqa: TRY301
    except asyncpg.UniqueViolationError as fault:
        return fault


@pytest.mark.parametrize(
    ("told", "event"),
    [
        (record("httpx2", "HTTP Request: %s %s", "GET", f"/?name={LAN}"), "HTTP Request: %s %s"),
        (
            record("asyncio", f"Task exception was never retrieved\n{a_fault()!r}"),
            "Task exception was never retrieved",
        ),
        (record("strawberry.execution", a_fault()), "UniqueViolationError"),
    ],
    ids=["values", "further lines", "no text"],
)
def test_of_what_a_library_says_only_its_own_words_are_kept(told: logging.LogRecord, event: str) -> None:
    line = line_of(told)
    assert line["event"] == event
    assert LAN not in str(line)


def test_an_exception_is_told_without_its_message() -> None:
    line = line_of(record("uvicorn.error", "Exception in ASGI application\n", fault=a_fault()))
    assert line["fault"].startswith("UniqueViolationError\n")
    assert "in a_fault" in line["fault"]
    assert LAN not in str(line)


async def test_an_exception_that_nobody_waits_for_is_told_without_its_message(kept: Kept) -> None:
    async def fails() -> None:
        raise a_fault()

    task = asyncio.create_task(fails())
    await eventually(task.done)
    del task
    gc.collect()
    [line] = [line for line in kept.lines if line["logger"] == "asyncio"]
    assert line["event"] == "Task exception was never retrieved"
    assert LAN not in kept.text


PROGRAM = """
import logging, sys
from api import logs
logs.keep(logs.Log(sys.stderr))
logging.getLogger("httpx2").info("GET /?name=Nguyễn Thị Lan")
logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
logging.getLogger("ansinh.tests").info("begun")
raise ValueError(sys.argv[1])
"""


def test_a_process_tells_what_ended_it_without_its_message() -> None:
    ended = subprocess.run([sys.executable, "-c", PROGRAM, LAN], capture_output=True, check=False)  # noqa: S603
    lines = [json.loads(line) for line in ended.stderr.splitlines()]
    assert [line["logger"] for line in lines] == ["uvicorn.error", "ansinh.tests", "ansinh.running"]
    assert (lines[-1]["level"], ended.returncode) == ("critical", 1)
    assert lines[-1]["event"].startswith("ended by a fault: ValueError\n")
    assert LAN not in ended.stderr.decode()


# -------------------------------------------------------------------- its form ---


def test_a_line_has_known_keys_only() -> None:
    kept = Kept()
    Log(kept.stream).write({"event": "request", "name": LAN})
    assert kept.text == '{"event":"request"}\n'


def test_half_a_character_does_not_lose_a_line() -> None:
    kept = Kept()
    Log(kept.stream).write(line_of(record("ansinh.tests", "half of %s", "\ud83d")))
    assert kept.lines[0]["event"] == "half of \\ud83d"


def test_a_full_disk_stops_nobody() -> None:
    full = open("/dev/full", "w")  # noqa: PTH123, SIM115 -- a device, and closing it fails too
    Log(full).write({"event": "request"})
    with pytest.raises(OSError, match="No space left"):
        full.close()


def test_at_a_terminal_a_line_is_words() -> None:
    kept = Kept()
    kept.stream.isatty = lambda: True  # type: ignore[method-assign]
    Log(kept.stream).write(line_of(record("ansinh.tests", "It is %s", "back", fault=a_fault())))
    first, *rest = re.sub(r"\x1b\[[0-9;]*m", "", kept.text).splitlines()
    assert re.fullmatch(r"\d\d:\d\d:\d\d \[error *\] It is back \[ansinh.tests\]", first)
    assert rest[0] == "UniqueViolationError"
