"""The page of rights, for whoever answers for people's data: who may see and do what, as declared.

`ansinh rights` prints it, and `make rights` writes docs/rights.md; a test says when it is stale. Nothing is
decided here: every sentence stands beside what enforces it.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict

from auth.scopes import Scope
from auth.viewer import ViewerKind
from db.tables import metadata
from schema.portal import schema
from schema.rights import Rule, acts, answers, is_owned, question, rules
from selection.catalogue import Catalogue, catalogue_of

PAGE = """\
# Rights

Who may see and do what in An Sinh. This page is read out of the code by `make rights`, and a test compares
it: each sentence stands beside what enforces it. `ansinh rights --json` prints the same as a table for
machines: a line for each type, field and capacity.

**Tóm tắt.** Mỗi người chỉ thấy dữ liệu của mình. Người dân thấy hồ sơ và quá trình của chính mình; đơn vị sử
dụng lao động thấy người đang làm việc cho mình và hồ sơ mình nộp; cán bộ thấy những gì thuộc cơ quan mình và
các cơ quan trực thuộc; cơ quan đối tác chỉ thấy những gì được chia sẻ với mình. Muốn xem hay làm việc gì,
phiên đăng nhập phải có phạm vi (scope) tương ứng và mức định danh đủ cao. Quyền được hỏi lại ở mỗi câu lệnh,
hai lần độc lập: một lần trong câu lệnh của cổng, một lần trong PostgreSQL (row-level security). Quyền bị thu
hồi mất hiệu lực ngay ở câu lệnh tiếp theo. Dữ liệu của người khác và dữ liệu không tồn tại trông như nhau.

## Who asks

One asks in one capacity at a time, and only its rights count.

| capacity | who that is |
|---|---|
{kinds}

## Whose data

What is not named is refused. A field that leads to another type shows the rows which the rule of that type
grants.

{owned}

## What is nobody's data

Everybody may see it, also who has not signed in: {public}.

## What one may do

An act is done once for an idempotency key. Nobody else does it: they are told that there is no such thing, or
that they may not.

| act | what it is | takes | by whom |
|---|---|---|---|
{acts}

## Scopes

A token or session has some of them; each takes a level of the electronic identity from a person.

| scope | level | opens |
|---|---|---|
{scopes}

## Tables and walls

Behind the first wall the statement asks, behind the second PostgreSQL asks again, of each statement, whoever
wrote it. A table that the first wall does not name is not in the schema: the portal itself reads it, behind
the second wall. What stands before both walls holds nobody's data.

| table | first wall: the policy of | second wall: row-level security, forced |
|---|---|---|
{tables}
"""


# What stands where nothing is to be said.
NONE = "\N{EN DASH}"


def page() -> str:
    """The page, as Markdown."""
    catalogue = catalogue_of(schema._schema)  # noqa: SLF001 -- graphql-core's own, as the translator takes it
    every = list(rules(schema))
    return PAGE.format(
        kinds=rows((said(kind), meaning) for kind, meaning in kinds(catalogue)),
        owned="\n\n".join(
            type_said(catalogue, name, [rule for rule in every if rule.type == name])
            for name in sorted(catalogue.entities)
            if is_owned(catalogue, name)
        ),
        public=", ".join(
            f"`{name}`"
            for name, entity in sorted(catalogue.entities.items())
            if entity.table is not None and not is_owned(catalogue, name)
        ),
        acts=rows(acts_said(catalogue)),
        scopes=rows(scopes_said(catalogue)),
        tables=rows(tables_said(catalogue)),
    )


def table() -> str:
    """Every rule on a line of its own, as JSON."""
    return "\n".join(json.dumps(asdict(rule), ensure_ascii=False) for rule in rules(schema))


def kinds(catalogue: Catalogue) -> Iterator[tuple[ViewerKind, str]]:
    """The capacities and what they mean, as the schema says it."""
    values = catalogue.schema.type_map["ViewerKind"].values  # type: ignore[attr-defined]  # an enum
    for kind in ViewerKind:
        yield kind, values[kind.name].description


def type_said(catalogue: Catalogue, name: str, found: list[Rule]) -> str:
    """What is said of a type: the question, the answers, the scopes, the fields."""
    entity = catalogue.entities[name]
    described = catalogue.schema.type_map[name].description
    by_scopes: dict[tuple[Scope, ...], dict[str, str]] = defaultdict(dict)
    for rule in found:
        led = f" → {' or '.join(rule.shows)}" if rule.shows else ""
        by_scopes[rule.scopes][rule.field] = f"`{rule.field}`{led}"
    lines = [
        f"### {name}",
        f"{described} *{question(entity.visible_to)}*",
        "| capacity | whose |\n|---|---|\n" + answers_said(answers(entity.visible_to)),
        "| fields | take |\n|---|---|\n"
        + rows((", ".join(fields.values()), taken(scopes)) for scopes, fields in by_scopes.items()),
    ]
    return "\n\n".join(lines)


def answers_said(granted: Mapping[ViewerKind, str]) -> str:
    """The answers of a policy, a line for each."""
    return rows(gathered(granted))


def gathered(granted: Mapping[ViewerKind, str]) -> Iterator[tuple[str, str]]:
    """The answers of a policy, each with the capacities that it is for."""
    by_answer: dict[str, list[ViewerKind]] = defaultdict(list)
    for kind, answer in granted.items():
        by_answer[answer].append(kind)
    for answer, kinds in by_answer.items():
        yield "everybody" if kinds == list(ViewerKind) else ", ".join(map(said, kinds)), answer


def acts_said(catalogue: Catalogue) -> Iterator[tuple[str, ...]]:
    """Each act: what it is, what it takes, and by whom it is done."""
    mutation = catalogue.schema.mutation_type
    assert mutation is not None  # noqa: S101 -- the portal has acts
    for name, allowed in acts(schema):
        if allowed:
            whom = "; ".join(f"{whom}: {answer}" for whom, answer in gathered(answers(allowed.policy)))
            yield f"`{name}`", mutation.fields[name].description or "", taken(allowed.scopes), whom


def scopes_said(catalogue: Catalogue) -> Iterator[tuple[str, ...]]:
    """Each scope: the level that it takes, and what it opens."""
    opened: dict[str, list[str]] = defaultdict(list)
    for name, entity in sorted(catalogue.entities.items()):
        opened[entity.needs or ""].append(f"`{name}`")
    for (name, field), declaration in sorted(catalogue.declarations.items()):
        opened[declaration.needs or ""].append(f"`{name}.{field}`")
    for name, allowed in acts(schema):
        for scope in allowed.scopes if allowed else ():
            opened[scope].append(f"`{name}`")
    for scope in Scope:
        yield f"`{scope}`", str(scope.least_assurance), ", ".join(opened[scope])


def tables_said(catalogue: Catalogue) -> Iterator[tuple[str, ...]]:
    """Each table, and the walls that it is behind."""
    tables = sorted(metadata.tables.values(), key=lambda table: table.name)
    types = {entity.table: name for name, entity in catalogue.entities.items() if is_owned(catalogue, name)}
    for table in tables:
        if table.info.get("public"):
            continue
        yield f"`{table.name}`", f"`{types[table]}`" if table in types else NONE, "yes"
    public = [f"`{table.name}`" for table in tables if table.info.get("public")]
    yield ", ".join(public), NONE, "no: nobody's data"


def taken(scopes: Iterable[Scope]) -> str:
    """Scopes and their levels."""
    return ", ".join(f"`{scope}` (level {scope.least_assurance})" for scope in scopes)


def said(kind: ViewerKind) -> str:
    """A capacity as people read it."""
    return kind.value.lower()


def rows(cells: Iterable[tuple[str, ...]]) -> str:
    """Lines of a table."""
    return "\n".join(f"| {' | '.join(line)} |" for line in cells)
