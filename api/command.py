"""The command `ansinh`: the house's verbs, typed in a terminal."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from api import agreeing, logs, registering, rights, running, suspending
from api.explanations import header_of
from api.graphql import GRAPHQL
from api.settings import Settings
from auth import provider
from auth.tokens import is_client
from db import roles
from db.parameters import parameters
from domain.examples import NoExamples, read_examples, run_examples
from domain.refusals import Refusal
from schema.portal import schema

EXIT_REFUSED = 2
LARGEST_EXAMPLES_BYTES = 4_000_000
DEVELOPMENT = "development"

WHO = (
    "lan, minh, hoa: citizens; det-may: an employer; thu, son: officers;"
    " bo-y-te, det-may-he-thong: systems of a ministry and of the employer"
)
Persona = Annotated[str, typer.Option("--as", help=f"{WHO}.")]
SUBJECT = "The account, by the `sub` of its tokens (ANSINH_ISSUER)."
CLIENT = "The client, by the `client_id` of its tokens; `public` is who shows none."


def read(file: Path) -> str:
    """Read a file that somebody named."""
    try:
        return file.read_text(encoding="utf-8")
    except ValueError as problem:
        raise typer.BadParameter(str(problem)) from problem


def printable(text: str) -> str:
    """Write out what a terminal would take for an order, or cannot show."""
    return "".join(mark if mark.isprintable() else ascii(mark)[1:-1] for mark in text)


def named(client: str) -> str:
    """Take the name of a client as tokens have them."""
    if not is_client(client):
        raise typer.BadParameter(CLIENT)
    return client


app = typer.Typer(
    help="An Sinh: a social-security agency's public service portal.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Do what was typed; say in one sentence, Vietnamese and English, why something cannot be done."""
    try:
        app()
    except Refusal as refusal:
        sys.stderr.write(f"{refusal.message('vi')}\n{refusal.message('en')}\n")
        sys.exit(EXIT_REFUSED)


@app.command()
def run() -> None:
    """Run everything on this machine: PostgreSQL, jobs, sign-in provider, API (ANSINH_PORT, ANSINH_HOME)."""
    logs.keep(logs.Log(sys.stderr))
    running.until_stopped(running.run(Settings.read(os.environ, otherwise=DEVELOPMENT)))


@app.command()
def prepare(
    admin_url: Annotated[str, typer.Option("--as", help="A role that may create roles and databases.")],
) -> None:
    """Create roles, database and extension in a PostgreSQL 18; print a URL for each new role, this once."""
    passwords = asyncio.run(roles.prepare(admin_url, with_passwords=True))
    given = urlsplit(admin_url)
    for role, password in passwords.items():
        place = given.netloc.rpartition("@")[2]
        typer.echo(given._replace(netloc=f"{role}:{password}@{place}", path=f"/{roles.DATABASE}").geturl())


@app.command()
def migrate() -> None:
    """Bring the database to the newest revision (DATABASE_URL, as ansinh_owner)."""
    running.until_stopped(running.migrate(Settings.read(os.environ, otherwise=DEVELOPMENT)))


@app.command()
def serve() -> None:
    """Serve the API alone (DATABASE_URL, as ansinh_api)."""
    logs.keep(logs.Log(sys.stderr))
    running.until_stopped(running.serve(Settings.read(os.environ)))


@app.command()
def jobs() -> None:
    """Do the jobs alone (DATABASE_URL, as ansinh_jobs)."""
    logs.keep(logs.Log(sys.stderr))
    running.until_stopped(running.work(Settings.read(os.environ)))


@app.command()
def load(
    people: Annotated[int, typer.Option("--participants", min=1, help="How many people.")] = 10_000,
    seed: Annotated[int, typer.Option(help="Which people: the same seed makes the same.")] = 1,
) -> None:
    """Fill an empty database with people who do not exist (DATABASE_URL, as ansinh_owner)."""
    settings = Settings.read(os.environ, otherwise=DEVELOPMENT)
    running.until_stopped(running.load(settings, people, seed))


@app.command()
def token(
    persona: Persona,
    *,
    proof: Annotated[
        bool,
        typer.Option(
            "--proof", help="The headers of one POST to /graphql, for `curl -H @-`: a system's are good once."
        ),
    ] = False,
) -> None:
    """Print an access token of ten minutes for a persona, of five for a system's, in development."""
    settings = Settings.read(os.environ, otherwise=DEVELOPMENT)
    home, issuer, is_development = settings.home, settings.issuer, settings.is_development
    if proof:
        address = f"{settings.url}{GRAPHQL}"
        lines = provider.issue_headers(home, issuer, persona, address, is_development=is_development)
        typer.echo("\n".join(lines))
    else:
        typer.echo(provider.issue_token(home, issuer, persona, is_development=is_development))


@app.command()
def sdl() -> None:
    """Print the schema."""
    typer.echo(schema.as_str())


@app.command(name="rights")
def rights_of_all(
    *,
    as_table: Annotated[
        bool, typer.Option("--json", help="A line for each type, field and capacity, for machines.")
    ] = False,
) -> None:
    """Print who may see and do what, as the code declares it (docs/rights.md)."""
    typer.echo(rights.table() if as_table else rights.page(), nl=as_table)


@app.command()
def explain(
    operation: Annotated[Path, typer.Argument(help="A file with one query.", exists=True, dir_okay=False)],
    persona: Annotated[
        str | None, typer.Option("--as", help=f"{WHO}; where absent, whom the file names.")
    ] = None,
    variables: Annotated[
        str | None, typer.Option(help="The variables, in JSON; where absent, those of the file.")
    ] = None,
) -> None:
    """Show the plan of a query, the one statement that it becomes, and PostgreSQL's plan of that."""
    text = read(operation)
    header = header_of(text)
    try:
        inputs = header.variables if variables is None else json.loads(variables)
    except ValueError as problem:
        raise typer.BadParameter(str(problem), param_hint="--variables") from problem
    settings = Settings.read(os.environ, otherwise=DEVELOPMENT)
    running.until_stopped(running.explain(settings, text, persona or header.subject, inputs))


@app.command(name="examples")
def run_worked_examples(
    file: Annotated[Path, typer.Argument(help="Worked examples.", exists=True, dir_okay=False)],
) -> None:
    """Work out a file of examples by the rules of the law; print what differs, and how many passed."""
    if file.stat().st_size > LARGEST_EXAMPLES_BYTES:
        raise typer.BadParameter(f"more than {LARGEST_EXAMPLES_BYTES} bytes")
    try:
        outcomes = list(run_examples(parameters(), read_examples(read(file))))
    except NoExamples as problem:
        raise typer.BadParameter(str(problem)) from problem
    for outcome in outcomes:
        for difference in outcome.differences:
            typer.echo(printable(f"{outcome.id}: {difference}"))
    failed = sum(bool(outcome.differences) for outcome in outcomes)
    typer.echo(f"{len(outcomes) - failed} passed, {failed} failed")
    if failed:
        raise typer.Exit(1)


@app.command()
def register(
    operations: Annotated[
        Path, typer.Argument(help="Operations and their fragments.", exists=True, dir_okay=False)
    ],
    client: Annotated[str, typer.Option(help=CLIENT, callback=named)],
) -> None:
    """Register a client's operations, all of a file or none; print each one's documentId and cost."""
    settings = Settings.read(os.environ, otherwise=DEVELOPMENT)
    running.until_stopped(registering.register(settings, client, read(operations), str(operations)))


@app.command()
def withdraw(
    document: Annotated[str, typer.Argument(help="Its documentId.")],
    client: Annotated[str, typer.Option(help=CLIENT, callback=named)],
) -> None:
    """Let a client ask a registered document no more."""
    settings = Settings.read(os.environ, otherwise=DEVELOPMENT)
    running.until_stopped(registering.withdraw(settings, client, document))


@app.command()
def documents(
    client: Annotated[str | None, typer.Option(help="Only this one's.")] = None,
) -> None:
    """List what is registered, each with its cost in this schema; fail where one does not fit it."""
    settings = Settings.read(os.environ, otherwise=DEVELOPMENT)
    running.until_stopped(registering.review(settings, client))


@app.command()
def client(
    name: Annotated[str, typer.Argument(help=CLIENT, callback=named)],
    *,
    registered_only: Annotated[
        bool, typer.Option("--registered-only/--any", help="May it ask only what it has registered?")
    ],
) -> None:
    """Say whether a client may ask only what it has registered, or anything."""
    settings = Settings.read(os.environ, otherwise=DEVELOPMENT)
    running.until_stopped(registering.rule(settings, name, registered_only=registered_only))


@app.command()
def suspend(subject: Annotated[str, typer.Argument(help=SUBJECT)]) -> None:
    """Let an account in no more: its tokens and sessions end within a second, its sockets within five."""
    settings = Settings.read(os.environ, otherwise=DEVELOPMENT)
    running.until_stopped(suspending.suspend(settings, subject))


@app.command()
def restore(subject: Annotated[str, typer.Argument(help=SUBJECT)]) -> None:
    """Let a suspended account in again; its sessions have ended."""
    settings = Settings.read(os.environ, otherwise=DEVELOPMENT)
    running.until_stopped(suspending.restore(settings, subject))


agreement = typer.Typer(help="Record, list and revoke the agreements with partners.", no_args_is_help=True)
app.add_typer(agreement, name="agreement")


@agreement.command(name="record")
def record_agreement(
    file: Annotated[
        Path, typer.Argument(help="What was agreed, in YAML: docs/operation.md.", exists=True, dir_okay=False)
    ],
) -> None:
    """Record an agreement with its partner and purposes, and let its accounts act under it; all or none."""
    settings = Settings.read(os.environ, otherwise=DEVELOPMENT)
    running.until_stopped(agreeing.record(settings, read(file), str(file)))


@agreement.command(name="list")
def list_agreements() -> None:
    """List all agreements: with whom, for how long, whether in force, what for."""
    settings = Settings.read(os.environ, otherwise=DEVELOPMENT)
    running.until_stopped(agreeing.review(settings))


@agreement.command(name="revoke")
def revoke_agreement(
    code: Annotated[str, typer.Argument(help="Its code.")],
    reason: Annotated[str, typer.Option("--because", help="Why; the partner reads it.")],
) -> None:
    """End an agreement now: the next statement under it finds nothing."""
    settings = Settings.read(os.environ, otherwise=DEVELOPMENT)
    running.until_stopped(agreeing.revoke(settings, code, reason))


if __name__ == "__main__":
    main()
