"""What the door answers over HTTP, to whom, in which words; and that nothing one sends makes it stumble."""

import asyncio
import json
import re
from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import date
from uuid import uuid4

import gql
import pytest
from gql.transport.exceptions import TransportQueryError
from gql.transport.httpx import HTTPXAsyncTransport

from auth.viewer import ViewerKind
from db.pool import Connection, Pool
from tests import people
from tests.api.conftest import (
    ACCEPT,
    SUBMIT,
    WITHDRAW,
    RunningPortal,
    a_persona,
    a_session,
    cookie,
    global_id,
)

KIND = "{ viewer { kind } }"
MINE = "{ viewer { kind name participant { id fullName } } }"
RESPONSE_TYPE = "application/graphql-response+json"


def asked(text: str, **rest: object) -> str:
    """The body of a request."""
    return json.dumps({"query": text, **rest})


# ---------------------------------------------------------- GraphQL over HTTP ---


async def test_query_is_answered_in_json_and_kept_by_nobody(portal: RunningPortal) -> None:
    answer = await portal.ask(KIND)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["data"] == {"viewer": {"kind": "ANONYMOUS"}}


async def test_person_is_found_by_the_number_in_the_token(portal: RunningPortal, owner: Connection) -> None:
    lan = await portal.citizen(owner)
    assert await portal.told(MINE, lan) == {
        "viewer": {
            "kind": "CITIZEN",
            "name": "Nguyễn Thị Thử",
            "participant": {"id": f"Participant:{lan.participant}", "fullName": "Nguyễn Thị Thử"},
        }
    }


@pytest.mark.parametrize("text", [KIND, f"{KIND[:-1]} __schema {{ queryType {{ name }} }} }}"])
async def test_answer_has_the_media_type_asked_for(portal: RunningPortal, text: str) -> None:
    for media_type in (RESPONSE_TYPE, "application/json"):
        answer = await portal.post(asked(text), accept=media_type)
        assert answer.headers["content-type"] == f"{media_type}; charset=utf-8"


async def test_server_timing_names_the_steps(portal: RunningPortal) -> None:
    timing = (await portal.ask(KIND)).headers["server-timing"]
    assert re.fullmatch(r"parse;dur=[\d.]+, plan;dur=[\d.]+, db;dur=[\d.]+", timing)


async def test_answer_is_the_same_when_strawberry_executes(portal: RunningPortal, owner: Connection) -> None:
    lan = await portal.citizen(owner)
    dossier = await people.a_dossier(owner, participant=lan.participant)
    query = """query Page($id: ID!, $first: Int) {
      viewer { __typename kind name scopes participant { fullName sex birthDate office { code } } }
      node(id: $id) {
        __typename id
        ... on Dossier { reference submittedAt events(first: $first) { nodes { cursor seq at } } }
      }
      hidden: dossier(reference: "unknown") { id }
      dossiers(first: 3) { totalCount pageInfo { hasNextPage endCursor } edges { cursor node { id status } } }
    }"""
    variables = {"id": global_id(dossier), "first": 5}
    fast = await portal.ask(query, lan, **variables)
    slow = await portal.ask(f"{query[:-1]} __schema {{ queryType {{ name }} }} }}", lan, **variables)
    assert "server-timing" in fast.headers
    assert "server-timing" not in slow.headers
    told = slow.json()["data"]
    assert told.pop("__schema") == {"queryType": {"name": "Query"}}
    assert json.dumps(fast.json()["data"]) == json.dumps(told)


async def test_fault_is_the_same_when_strawberry_executes(portal: RunningPortal) -> None:
    query = '{ viewer { kind } bad: participant(id: "nobody") { id } }'
    fast = (await portal.ask(query)).json()
    slow = (await portal.ask(f"{query[:-1]} __schema {{ queryType {{ name }} }} }}")).json()
    del slow["data"]["__schema"], slow["extensions"], fast["extensions"]
    assert fast == slow
    assert fast["data"] == {"viewer": {"kind": "ANONYMOUS"}, "bad": None}


NOT_EXECUTED = {
    "syntax": "{ viewer { kind }",
    "validation": "{ unheardOf }",
    "variables": "query Who($id: ID!) { participant(id: $id) { id } }",
    "tokens": f"{{{' '.join(f'a{number}: __typename' for number in range(1_000))}}}",
    "depth": "{ viewer " * 2_000 + "}" * 2_000,
    "cycle": "{ viewer { ...A } } fragment A on Viewer { ...A }",
    "surrogate": "{ viewer { kind } } # \ud800",
}


@pytest.mark.parametrize("text", NOT_EXECUTED.values(), ids=NOT_EXECUTED)
async def test_what_is_not_executed_has_errors_and_no_data(portal: RunningPortal, text: str) -> None:
    strict = await portal.post(asked(text), accept=RESPONSE_TYPE)
    assert (strict.status_code, strict.headers["content-type"]) == (400, f"{RESPONSE_TYPE}; charset=utf-8")
    assert list(strict.json()) == ["errors", "extensions"]
    loose = await portal.post(asked(text))
    assert (loose.status_code, loose.json()) == (200, strict.json())


@pytest.mark.parametrize("name", ["C", None])
async def test_operation_of_several_must_be_named(portal: RunningPortal, name: str | None) -> None:
    answer = await portal.post(asked(f"query A {KIND} query B {KIND}", operationName=name))
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"] == {"code": "OPERATION_UNKNOWN"}


async def test_named_operation_of_several_is_answered(portal: RunningPortal) -> None:
    answer = await portal.post(asked(f"query A {KIND} query B {{ __typename }}", operationName="B"))
    assert answer.json()["data"] == {"__typename": "Query"}


@pytest.mark.parametrize("text", [KIND, "{ __schema { __typename } }", "mutation Do { __typename }"])
async def test_empty_name_of_an_operation_is_none(portal: RunningPortal, text: str) -> None:
    answer = await portal.post(asked(text, operationName=""))
    assert answer.status_code == 200
    assert answer.json()["data"]


async def test_subscription_over_http_is_sent_elsewhere(portal: RunningPortal) -> None:
    answer = await portal.ask('subscription { dossierEvents(dossier: "x") { seq } }')
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"] == {"code": "SUBSCRIPTIONS_ELSEWHERE"}


# ------------------------------------------------------------ not a request ---


MEDIA_TYPES = [
    "application/x-www-form-urlencoded",
    "text/plain",
    "text/plain; application/json",
    "multipart/form-data; boundary=x",
    "application/jsonp",
    "",
]


@pytest.mark.parametrize("media_type", MEDIA_TYPES)
async def test_only_json_is_read(portal: RunningPortal, media_type: str) -> None:
    answer = await portal.post(asked(KIND), content_type=media_type)
    assert answer.status_code == 415
    assert "data" not in answer.json()


async def test_media_type_has_parameters_and_any_case(portal: RunningPortal) -> None:
    answer = await portal.post(asked(KIND), content_type="Application/JSON; charset=UTF-8")
    assert answer.status_code == 200


BODIES = {
    "array": b'[{"query": "{ viewer { kind } }"}]',
    "number": b"5",
    "text": b'"{ viewer { kind } }"',
    "null": b"null",
    "no query": b"{}",
    "query null": b'{"query": null}',
    "query no text": b'{"query": 5}',
    "variables no object": b'{"query": "{ viewer { kind } }", "variables": [1]}',
    "operation name no text": b'{"query": "{ viewer { kind } }", "operationName": ["A"]}',
    "extensions no object": b'{"query": "{ viewer { kind } }", "extensions": []}',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
async def test_json_that_is_no_request_is_refused(portal: RunningPortal, body: bytes) -> None:
    answer = await portal.post(body)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"] == {"code": "BAD_REQUEST"}


@pytest.mark.parametrize("value", ["1e300", "-0.0", "1e-400", "99999999999999999999", '"\\ud800"'])
@pytest.mark.parametrize("kind", ["Int", "String", "ID", "Date", "Cursor"])
async def test_odd_value_of_a_variable_is_never_our_fault(
    portal: RunningPortal, owner: Connection, value: str, kind: str
) -> None:
    query = {
        "Int": "query ($v: Int) { participants(first: $v) { nodes { id } } }",
        "String": "query ($v: String!) { dossier(reference: $v) { id } }",
        "ID": "query ($v: ID!) { node(id: $v) { id } }",
        "Date": "query ($v: Date) { dossiers(dueFrom: $v) { nodes { id } } }",
        "Cursor": "query ($v: Cursor) { dossiers(after: $v) { nodes { id } } }",
    }[kind]
    answer = await portal.post(
        f'{{"query": "{query}", "variables": {{"v": {value}}}}}', await portal.citizen(owner)
    )
    assert answer.status_code == 200
    assert "FAULT" not in answer.text


@pytest.mark.parametrize("size", [70_000, 20_000_000])
async def test_large_body_is_refused(portal: RunningPortal, size: int) -> None:
    answer = await portal.post(asked(f"{KIND} # {'x' * size}"))
    assert answer.status_code == 413
    assert answer.json()["errors"][0]["extensions"] == {"code": "TOO_LARGE"}


async def test_large_body_without_its_length_is_refused(portal: RunningPortal) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(70):
            yield b" " * 1_000

    answer = await portal.http.post(
        f"{portal.url}/graphql", content=chunks(), headers={"content-type": "application/json"}
    )
    assert answer.status_code == 413


async def test_body_of_which_half_came_leaves_no_trace(
    portal: RunningPortal, caplog: pytest.LogCaptureFixture
) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", portal.settings.port)
    writer.write(
        b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"
    )
    await writer.drain()
    writer.close()
    await portal.told(KIND)
    assert caplog.records == []


# ----------------------------------------------------------------- by GET ---


async def test_query_by_get_is_answered(portal: RunningPortal) -> None:
    query = "query Which($code: String!) { service(code: $code) { id } }"
    answer = await portal.http.get(
        f"{portal.url}/graphql",
        params={"query": query, "variables": '{"code": "none"}', "operationName": "Which"},
    )
    assert answer.json()["data"] == {"service": None}


async def test_head_has_the_head_of_what_get_answers(portal: RunningPortal) -> None:
    get = await portal.http.get(f"{portal.url}/graphql", params={"query": KIND})
    head = await portal.http.head(f"{portal.url}/graphql", params={"query": KIND})
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == get.headers["content-type"]


async def test_query_by_get_with_a_session_is_refused(portal: RunningPortal, pool: Pool) -> None:
    answer = await portal.http.get(
        f"{portal.url}/graphql", params={"query": KIND}, headers=cookie(await a_session(pool))
    )
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, POST")


@pytest.mark.parametrize("extra", ["", "query A { __typename }"])
async def test_mutation_by_get_is_refused(portal: RunningPortal, owner: Connection, extra: str) -> None:
    lan = await portal.citizen(owner)
    wish = f'{{ idempotencyKey: "get", service: "Service:{await people.a_service(owner)}" }}'
    answer = await portal.http.get(
        f"{portal.url}/graphql",
        params={"query": f"mutation Do {{ submitDossier(input: {wish}) {{ replayed }} }} {extra}"}
        | ({"operationName": "Do"} if extra else {}),
        headers=lan.headers,
    )
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, POST")
    assert not await owner.fetchval("SELECT count(*) FROM dossiers WHERE submitted_by = $1", lan.principal)


@pytest.mark.parametrize(
    "parameters", [{}, {"query": KIND, "variables": "{"}, {"query": KIND, "variables": "[1]"}]
)
async def test_get_that_is_no_request_is_refused(portal: RunningPortal, parameters: dict[str, str]) -> None:
    assert (await portal.http.get(f"{portal.url}/graphql", params=parameters)).status_code == 400


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
async def test_other_methods_are_refused(portal: RunningPortal, method: str) -> None:
    answer = await portal.http.request(method, f"{portal.url}/graphql")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, POST")


# -------------------------------------------------------------- what is said ---


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("", "Một trang có từ 1 đến 100 dòng."),
        ("fr", "Một trang có từ 1 đến 100 dòng."),
        ("en-GB, vi;q=0.5", "A page has between 1 and 100 rows."),
        ("vi, en;q=0.9", "Một trang có từ 1 đến 100 dòng."),
    ],
)
@pytest.mark.parametrize("extra", ["", "__schema { queryType { name } }"])
async def test_faults_are_told_in_the_callers_language(
    portal: RunningPortal, owner: Connection, language: str, message: str, extra: str
) -> None:
    body = asked(f"{{ dossiers(first: 101) {{ nodes {{ id }} }} {extra} }}")
    answer = await portal.post(body, await portal.citizen(owner), accept_language=language)
    assert answer.json()["errors"][0]["message"] == message


async def test_refusals_are_told_in_the_callers_language(portal: RunningPortal, owner: Connection) -> None:
    lan = await portal.citizen(owner)
    wish = {"idempotencyKey": "k", "service": "Service:NONE"}
    body = asked(SUBMIT, variables={"input": wish})
    vietnamese = await portal.post(body, lan, accept_language="")
    english = await portal.post(body, lan)
    [first] = vietnamese.json()["data"]["submitDossier"]["errors"]
    [second] = english.json()["data"]["submitDossier"]["errors"]
    assert first["code"] == second["code"] == "SERVICE_NOT_OFFERED"
    assert first["message"] == "Hôm nay cơ quan không cung cấp dịch vụ NONE."
    assert second["message"] == "The agency does not offer the service NONE today."


async def test_what_is_no_request_is_told_in_vietnamese(portal: RunningPortal) -> None:
    answer = await portal.post("[]", accept_language="")
    assert answer.json()["errors"][0]["message"].startswith("Yêu cầu là một đối tượng JSON")


@pytest.fixture
async def broken(owner: Connection) -> AsyncIterator[None]:
    """A statement that fails: the portal's role may not read services, for a while."""
    await owner.execute("REVOKE SELECT ON service_versions FROM ansinh_api")
    yield
    await owner.execute("GRANT SELECT ON service_versions TO ansinh_api")


@pytest.mark.usefixtures("broken")
@pytest.mark.parametrize(
    "text",
    [
        "{ services { nodes { versions { nodes { law } } } } }",
        "{ services { nodes { versions { nodes { law } } } } __schema { queryType { name } } }",
        'mutation { submitDossier(input: { idempotencyKey: "k", service: "Service:X" }) { replayed } }',
    ],
    ids=["planned", "executed", "mutation"],
)
async def test_fault_of_ours_tells_a_number_and_nothing_of_the_cause(
    portal: RunningPortal, owner: Connection, caplog: pytest.LogCaptureFixture, text: str
) -> None:
    answer = await portal.ask(text, await portal.citizen(owner))
    [error] = answer.json()["errors"]
    incident = error["extensions"]["incidentId"]
    assert answer.status_code == 200
    assert re.fullmatch(r"[0-9a-f]{16}", incident)
    assert error["message"] == (
        f"Something went wrong on our side. Tell support the incident's number, {incident}."
    )
    assert error["extensions"] == {"code": "FAULT", "incidentId": incident}
    for telling in ("denied", "service_versions", "asyncpg", "SELECT", "Traceback"):
        assert telling not in answer.text
    assert f"incident {incident}: InsufficientPrivilegeError" in caplog.text
    assert "permission denied" not in caplog.text


# --------------------------------------------------------- a real client ---


async def test_real_client_checks_its_operations_against_our_schema(
    portal: RunningPortal, owner: Connection
) -> None:
    lan = await portal.citizen(owner)
    dossier = await people.a_dossier(owner, participant=lan.participant)
    transport = HTTPXAsyncTransport(f"{portal.url}/graphql", headers=lan.headers, trust_env=False)
    async with gql.Client(transport=transport, fetch_schema_from_transport=True) as client:
        query = gql.gql("query ($id: ID!) { node(id: $id) { ... on Dossier { status } } }")
        query.variable_values = {"id": global_id(dossier)}
        assert await client.execute(query) == {"node": {"status": "NEW"}}
        with pytest.raises(TransportQueryError, match="trang"):
            await client.execute(gql.gql("{ dossiers(first: 1000) { nodes { id } } }"))


# ------------------------------------------------------- the walking way ---


async def test_citizen_files_and_officer_accepts(portal: RunningPortal, owner: Connection) -> None:
    office = await people.an_office(owner)
    lan, thu = await portal.citizen(owner, office=office), await portal.officer(owner, office)
    service = f"Service:{await people.a_service(owner, days=10)}"

    page = await portal.told("{ viewer { participant { id dossiers { nodes { id } } } } }", lan)
    assert page["viewer"]["participant"] == {
        "id": f"Participant:{lan.participant}",
        "dossiers": {"nodes": []},
    }

    filed = await portal.done(SUBMIT, lan, service=service, request="Cấp lại sổ")
    assert filed["status"] == "NEW"
    assert re.fullmatch(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){2}", filed["reference"])
    assert (filed["code"], filed["dueOn"], filed["version"]) == (None, None, 1)

    accepted = await portal.done(ACCEPT, thu, dossier=filed["id"], expectedVersion=1)
    assert accepted["status"] == "ACCEPTED"
    assert re.fullmatch(r"[A-Z0-9.]{3,35}-\d{6}-\d{4}", accepted["code"])
    assert date.fromisoformat(accepted["dueOn"]) > date.fromisoformat(accepted["acceptedAt"][:10])

    mine = await portal.told(
        "query ($r: String!) { dossier(reference: $r) { status code events { nodes { seq kind } } } }",
        lan,
        r=accepted["code"],
    )
    assert mine["dossier"] == {
        "status": "ACCEPTED",
        "code": accepted["code"],
        "events": {"nodes": [{"seq": 1, "kind": "SUBMITTED"}, {"seq": 2, "kind": "ACCEPTED"}]},
    }


async def test_citizen_withdraws(portal: RunningPortal, owner: Connection) -> None:
    lan = await portal.citizen(owner)
    dossier = await people.a_dossier(owner, participant=lan.participant)
    withdrawn = await portal.done(WITHDRAW, lan, dossier=global_id(dossier), expectedVersion=1, reason="Nhầm")
    assert (withdrawn["status"], withdrawn["version"]) == ("WITHDRAWN", 2)


async def test_officer_of_another_office_finds_no_dossier(portal: RunningPortal, owner: Connection) -> None:
    son = await portal.officer(owner, await people.an_office(owner))
    told = [
        (
            await portal.told(
                ACCEPT, son, input={"idempotencyKey": "k", "dossier": dossier, "expectedVersion": 1}
            )
        )
        for dossier in (global_id(await people.a_dossier(owner)), global_id(uuid4()))
    ]
    assert told[0] == told[1]
    assert [error["code"] for error in told[0]["acceptDossier"]["errors"]] == ["NOT_FOUND"]
    assert told[0]["acceptDossier"]["dossier"] is None


async def test_officer_with_an_old_version_is_told_the_new_one(
    portal: RunningPortal, owner: Connection
) -> None:
    office = await people.an_office(owner)
    thu = await portal.officer(owner, office)
    dossier = await people.a_dossier(owner, participant=await people.a_participant(owner, office=office))
    await portal.done(ACCEPT, thu, dossier=global_id(dossier), expectedVersion=1)
    again = await portal.told(
        ACCEPT, thu, input={"idempotencyKey": "again", "dossier": global_id(dossier), "expectedVersion": 1}
    )
    [error] = again["acceptDossier"]["errors"]
    assert (error["code"], error["path"]) == ("VERSION_CONFLICT", ["expectedVersion"])


async def test_d1_same_key_gives_the_same_dossier(portal: RunningPortal, owner: Connection) -> None:
    lan = await portal.citizen(owner)
    wish = {"idempotencyKey": "once", "service": f"Service:{await people.a_service(owner)}"}
    first, second = [(await portal.told(SUBMIT, lan, input=wish))["submitDossier"] for _ in range(2)]
    assert (first["replayed"], second["replayed"]) == (False, True)
    assert first["dossier"] == second["dossier"]


async def test_same_key_for_another_wish_is_refused(portal: RunningPortal, owner: Connection) -> None:
    lan = await portal.citizen(owner)
    for request, code in (("a", []), ("b", ["IDEMPOTENCY_KEY_MISMATCH"])):
        wish = {
            "idempotencyKey": "k",
            "service": f"Service:{await people.a_service(owner)}",
            "request": request,
        }
        told = await portal.told(SUBMIT, lan, input=wish)
        assert [error["code"] for error in told["submitDossier"]["errors"]] == code


async def test_partner_may_read_and_do_nothing(portal: RunningPortal, owner: Connection) -> None:
    ministry = portal.account(a_persona(ViewerKind.PARTNER))
    office = await people.an_office(owner)
    agreement = await people.an_agreement(owner, office=office)
    await people.a_grant(
        owner, ministry.principal, office=office, kind=ViewerKind.PARTNER, agreement=agreement.id
    )
    answer = await portal.ask(SUBMIT, ministry, input={"idempotencyKey": "k", "service": "Service:X"})
    assert answer.json()["errors"][0]["extensions"]["code"] == "SCOPE_MISSING"


# ----------------------------------------------------------- many at once ---


async def test_d1_fifty_identical_submissions_file_one_dossier(
    portal: RunningPortal, owner: Connection
) -> None:
    lan = await portal.citizen(owner)
    wish = {"idempotencyKey": "fifty", "service": f"Service:{await people.a_service(owner)}"}
    told = await asyncio.gather(*(portal.told(SUBMIT, lan, input=wish) for _ in range(50)))
    payloads = [answer["submitDossier"] for answer in told]
    assert len({payload["dossier"]["reference"] for payload in payloads}) == 1
    assert sorted(payload["replayed"] for payload in payloads) == [False] + 49 * [True]
    assert await owner.fetchval("SELECT count(*) FROM dossiers WHERE submitted_by = $1", lan.principal) == 1


async def test_two_hundred_acceptances_at_once_give_codes_in_sequence(
    portal: RunningPortal, owner: Connection
) -> None:
    office = await people.an_office(owner)
    thu = await portal.officer(owner, office)
    person, service = await people.a_participant(owner, office=office), await people.a_service(owner)
    dossiers = [await people.a_dossier(owner, participant=person, service=service) for _ in range(200)]
    accepted = await asyncio.gather(
        *(portal.done(ACCEPT, thu, dossier=global_id(dossier), expectedVersion=1) for dossier in dossiers)
    )
    # A day's serials begin at 1, and midnight may fall into this test.
    serials = defaultdict(list)
    for dossier in accepted:
        agency_and_day, _, serial = dossier["code"].rpartition("-")
        serials[agency_and_day].append(int(serial))
    assert sum(map(len, serials.values())) == 200
    assert all(sorted(day) == list(range(1, len(day) + 1)) for day in serials.values())
    assert all(re.fullmatch(r"[A-Z0-9.]{3,35}-\d{6}-\d{4}", dossier["code"]) for dossier in accepted)


@pytest.mark.parametrize("rival", [ACCEPT, WITHDRAW])
async def test_d4_of_two_at_once_one_wins(portal: RunningPortal, owner: Connection, rival: str) -> None:
    office = await people.an_office(owner)
    lan, thu, son = (
        await portal.citizen(owner, office=office),
        await portal.officer(owner, office),
        await portal.officer(owner, office),
    )
    service = f"Service:{await people.a_service(owner)}"
    dossier = (await portal.done(SUBMIT, lan, service=service))["id"]
    told = await asyncio.gather(
        *(
            portal.told(text, who, input={"idempotencyKey": "k", "dossier": dossier, "expectedVersion": 1})
            for text, who in ((ACCEPT, thu), (rival, son if rival is ACCEPT else lan))
        )
    )
    errors = [error["code"] for answer in told for payload in answer.values() for error in payload["errors"]]
    assert errors == ["VERSION_CONFLICT"]
