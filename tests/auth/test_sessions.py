"""Browser sessions: begun, found by every process, ended for good."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from auth.sessions import SCOPES_OF_KIND, Sessions, browser_family
from auth.viewer import Viewer, ViewerKind, principal_of
from db.connection import fetch_one, open_pool
from db.pool import Connection, Pool
from db.sessions import FOUND, holder, remove_ended
from tests.conftest import Database

ISSUER = "https://issuer.example"
NOW = datetime.now(UTC)


class Clock:
    """A clock that the test turns."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.now


def a_viewer(subject: str, kind: ViewerKind = ViewerKind.CITIZEN) -> Viewer:
    return Viewer(kind=kind, principal=principal_of(ISSUER, subject), name="Nguyễn Thị Lan", assurance=2)


async def begin(sessions: Sessions, viewer: Viewer, subject: str = "lan") -> str:
    return await sessions.begin(viewer, issuer=ISSUER, subject=subject, user_agent="Firefox/140.0")


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime.now(UTC))


@pytest.fixture
def sessions(pool: Pool, clock: Clock) -> Sessions:
    return Sessions(pool, clock=clock)


@pytest.fixture
def elsewhere(pool: Pool, clock: Clock) -> Sessions:
    """The sessions as another process sees them: it remembers nothing of this one's."""
    return Sessions(pool, clock=clock)


async def test_session_gives_back_the_viewer_who_signed_in(sessions: Sessions, elsewhere: Sessions) -> None:
    secret = await begin(sessions, a_viewer("whole"))
    found = await elsewhere.viewer(secret)
    assert found
    assert (found.kind, found.principal, found.name, found.assurance) == (
        ViewerKind.CITIZEN,
        principal_of(ISSUER, "whole"),
        "Nguyễn Thị Lan",
        2,
    )
    assert found.scopes == SCOPES_OF_KIND[ViewerKind.CITIZEN]
    assert found.session_id


async def test_secret_has_256_bits_and_is_never_stored(sessions: Sessions, owner: Connection) -> None:
    secret = await begin(sessions, a_viewer("secret"))
    assert len(secret) * 6 >= 256
    row = await owner.fetchrow("SELECT * FROM sessions WHERE id_hash = $1", sha256(secret.encode()).digest())
    assert row
    assert secret not in repr(row)


async def test_session_keeps_the_family_of_the_browser_only(sessions: Sessions, owner: Connection) -> None:
    secret = await begin(sessions, a_viewer("browser"))
    browser = await owner.fetchval(
        "SELECT browser FROM sessions WHERE id_hash = $1", sha256(secret.encode()).digest()
    )
    assert browser == "Firefox"


@pytest.mark.parametrize(
    ("user_agent", "family"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge"),
        ("Mozilla/5.0 (X11) AppleWebKit/537.36 coc_coc_browser/130.0 Chrome/124.0 Safari/537.36", "Cốc Cốc"),
        ("curl/8.5.0", ""),
    ],
)
def test_browser_is_named_by_its_most_telling_mark(user_agent: str, family: str) -> None:
    assert browser_family(user_agent) == family


@pytest.mark.parametrize("secret", ["", "short", "é" * 43, "a" * 44, "../../etc/passwd", "\x00" * 43])
async def test_what_cannot_be_a_secret_of_ours_is_nobody(sessions: Sessions, secret: str) -> None:
    assert await sessions.viewer(secret) is None


async def test_unknown_secret_is_nobody(sessions: Sessions) -> None:
    assert await sessions.viewer("a" * 43) is None


async def test_a23_session_idle_for_15_minutes_is_dead(
    sessions: Sessions, clock: Clock, elsewhere: Sessions
) -> None:
    secret = await begin(sessions, a_viewer("idle"))
    clock.now += timedelta(minutes=15)
    assert await elsewhere.viewer(secret) is None


async def test_session_in_use_outlives_the_idle_time(
    sessions: Sessions, clock: Clock, elsewhere: Sessions
) -> None:
    secret = await begin(sessions, a_viewer("used"))
    for _ in range(3):
        clock.now += timedelta(minutes=10)
        assert await elsewhere.viewer(secret)


async def test_being_seen_is_written_at_most_once_a_minute(
    sessions: Sessions, clock: Clock, owner: Connection, elsewhere: Sessions
) -> None:
    secret = await begin(sessions, a_viewer("seen"))
    began = clock.now
    seen = []
    for seconds in (59, 60, 61, 119, 120):
        clock.now = began + timedelta(seconds=seconds)
        await elsewhere.viewer(secret)
        seen.append(
            await owner.fetchval(
                "SELECT last_seen_at FROM sessions WHERE id_hash = $1", sha256(secret.encode()).digest()
            )
        )
    assert [(at - began).total_seconds() for at in seen] == [0, 60, 60, 60, 120]


@pytest.mark.parametrize(("kind", "hours"), [(ViewerKind.CITIZEN, 12), (ViewerKind.OFFICER, 10)])
async def test_session_ends_12_hours_after_sign_in_an_officers_10(
    sessions: Sessions, clock: Clock, kind: ViewerKind, hours: int
) -> None:
    viewer = await sessions.viewer(await begin(sessions, a_viewer(f"lasting-{kind}", kind)))
    assert viewer
    assert viewer.expires_at == clock.now + timedelta(hours=hours)


async def test_a23_session_in_constant_use_ends_at_its_absolute_limit(
    sessions: Sessions, elsewhere: Sessions, clock: Clock
) -> None:
    secret = await begin(sessions, a_viewer("absolute"))
    end = clock.now + timedelta(hours=12)
    while clock.now < end:
        assert await elsewhere.viewer(secret)
        clock.now += timedelta(minutes=10)
    assert await elsewhere.viewer(secret) is None


async def test_second_wall_hides_an_expired_session_whatever_the_statement_says(
    sessions: Sessions, clock: Clock, owner: Connection, elsewhere: Sessions
) -> None:
    secret = await begin(sessions, a_viewer("walled"))
    await owner.execute(
        "UPDATE sessions SET created_at = now() - interval '2 hours', expires_at = now() - interval '1 hour'"
        " WHERE id_hash = $1",
        sha256(secret.encode()).digest(),
    )
    clock.now -= timedelta(hours=1, minutes=30)
    assert await elsewhere.viewer(secret) is None


async def test_a23_ended_session_is_dead_here_at_once(sessions: Sessions) -> None:
    secret = await begin(sessions, a_viewer("ended"))
    assert await sessions.viewer(secret)
    await sessions.end(secret)
    assert await sessions.viewer(secret) is None


async def test_a23_ended_session_is_dead_in_every_process_within_a_second(
    sessions: Sessions, elsewhere: Sessions, clock: Clock
) -> None:
    secret = await begin(sessions, a_viewer("elsewhere"))
    assert await elsewhere.viewer(secret)
    await sessions.end(secret)
    clock.now += timedelta(seconds=1)
    assert await elsewhere.viewer(secret) is None


async def test_a23_ending_all_ends_every_browser_of_the_account_and_no_other(sessions: Sessions) -> None:
    viewer = a_viewer("everywhere")
    first, second = await begin(sessions, viewer), await begin(sessions, viewer)
    other = await begin(sessions, a_viewer("somebody else"))
    assert await sessions.end_all(viewer) == 2
    assert await sessions.viewer(first) is None
    assert await sessions.viewer(second) is None
    assert await sessions.viewer(other)


async def test_a23_whoever_signs_in_with_another_role_is_nowhere_signed_in_with_the_former(
    sessions: Sessions, elsewhere: Sessions
) -> None:
    former = await begin(sessions, a_viewer("promoted"))
    untouched = await begin(sessions, a_viewer("not promoted"))
    present = await begin(sessions, a_viewer("promoted", ViewerKind.OFFICER))
    assert await elsewhere.viewer(former) is None
    assert await elsewhere.viewer(present)
    assert await elsewhere.viewer(untouched)


async def test_a23_whoever_signs_in_with_the_same_role_stays_signed_in_elsewhere(
    sessions: Sessions, elsewhere: Sessions
) -> None:
    first = await begin(sessions, a_viewer("same role"))
    await begin(sessions, a_viewer("same role"))
    assert await elsewhere.viewer(first)


async def test_open_subscription_learns_that_its_session_ended(
    sessions: Sessions, elsewhere: Sessions
) -> None:
    secret = await begin(sessions, a_viewer("subscribed"))
    viewer = await sessions.viewer(secret)
    assert viewer
    assert await elsewhere.is_live(viewer)
    await sessions.end(secret)
    assert not await elsewhere.is_live(viewer)


async def test_asking_whether_a_session_stands_does_not_prolong_it(sessions: Sessions, clock: Clock) -> None:
    secret = await begin(sessions, a_viewer("watched"))
    viewer = await sessions.viewer(secret)
    assert viewer
    clock.now += timedelta(minutes=14)
    assert await sessions.is_live(viewer)
    clock.now += timedelta(minutes=1)
    assert not await sessions.is_live(viewer)


async def test_session_survives_a_restart(sessions: Sessions, database: Database) -> None:
    secret = await begin(sessions, a_viewer("restarted"))
    other_process = await open_pool(database.url("ansinh_api"), size=1, name="restarted")
    assert await Sessions(other_process).viewer(secret)
    await other_process.close()


async def test_hash_of_another_session_shows_nothing(sessions: Sessions, pool: Pool) -> None:
    mine, other = await begin(sessions, a_viewer("mine")), await begin(sessions, a_viewer("other"))
    row = await fetch_one(
        pool,
        FOUND,
        viewer=holder(sha256(mine.encode()).digest()),
        id_hash=sha256(other.encode()).digest(),
        now=NOW,
        idle_since=NOW - timedelta(minutes=15),
    )
    assert row
    assert row[0] is None


async def test_unset_viewer_sees_no_session(sessions: Sessions, pool: Pool) -> None:
    await begin(sessions, a_viewer("unset"))
    assert await pool.fetch("SELECT FROM sessions") == []


async def test_jobs_remove_what_has_ended_and_nothing_else(
    sessions: Sessions, clock: Clock, owner: Connection, database: Database
) -> None:
    live = sha256((await begin(sessions, a_viewer("live"))).encode()).digest()
    idle = sha256((await begin(sessions, a_viewer("long idle"))).encode()).digest()
    await owner.execute(
        "UPDATE sessions SET last_seen_at = last_seen_at - interval '16 minutes' WHERE id_hash = $1", idle
    )
    jobs = await open_pool(database.url("ansinh_jobs"), size=1, name="jobs")
    # The statement names everything; the wall keeps the live one.
    assert await remove_ended(jobs, now=clock.now + timedelta(days=1), idle_since=clock.now) >= 1
    await jobs.close()
    left = {row[0] for row in await owner.fetch("SELECT id_hash FROM sessions")}
    assert live in left
    assert idle not in left
