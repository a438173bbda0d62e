"""How surely somebody must be who they say, for each scope."""

import json
from itertools import product

import pytest

from auth.scopes import Scope, scopes_of
from auth.sessions import SCOPES_OF_KIND
from auth.viewer import ACCOUNT_KINDS, Viewer, ViewerKind
from selection.entities import Entity
from tests.portal import portal

EVERY = frozenset(Scope)


@pytest.mark.parametrize("scope", Scope)
def test_scope_takes_a_level_that_there_is(scope: Scope) -> None:
    assert scope.least_assurance in {1, 2, 3}


def test_scopes_are_kept_in_alphabetical_order() -> None:
    assert list(Scope) == sorted(Scope)


@pytest.mark.parametrize("scope", [Scope.DOSSIER_READ, Scope.EMPLOYMENT_READ, Scope.IDENTIFIER_READ])
def test_personal_history_takes_level_2(scope: Scope) -> None:
    assert scope.least_assurance == 2


def test_text_names_scopes_and_what_is_none_is_left_out() -> None:
    assert scopes_of("dossier:read openid dossier:Read  session:end") == {
        Scope.DOSSIER_READ,
        Scope.SESSION_END,
    }


@pytest.mark.parametrize(("kind", "assurance"), [*product(ACCOUNT_KINDS, range(4))])
def test_viewer_reaches_what_the_assurance_suffices_for(kind: ViewerKind, assurance: int) -> None:
    viewer = Viewer.proven(kind, EVERY, assurance)
    if kind is ViewerKind.PARTNER:
        assert (viewer.scopes, viewer.withheld) == (EVERY, {})
    else:
        assert viewer.scopes == {scope for scope in EVERY if scope.least_assurance <= assurance}
        assert viewer.withheld == {scope: scope.least_assurance for scope in EVERY - viewer.scopes}


@pytest.mark.parametrize("kind", ACCOUNT_KINDS)
def test_nobody_is_given_by_assurance_what_they_do_not_hold(kind: ViewerKind) -> None:
    held = SCOPES_OF_KIND[kind]
    for assurance in range(4):
        viewer = Viewer.proven(kind, held, assurance)
        assert viewer.scopes | viewer.withheld.keys() == held


def test_second_wall_is_told_the_reached_scopes_only() -> None:
    viewer = Viewer.proven(ViewerKind.CITIZEN, EVERY, 1)
    told = json.loads(viewer.binding)
    assert told["scopes"].split() == sorted(viewer.scopes)
    assert told["assurance"] == "1"


def test_viewers_of_two_levels_are_told_apart_and_can_be_keys() -> None:
    weak, strong = (Viewer.proven(ViewerKind.CITIZEN, EVERY, level) for level in (1, 2))
    assert len({weak, strong}) == 2


# Of no person: what a program may ask under it, it reads before it asks for scopes.
OF_ORGANISATIONS = {"Agreement"}
OWNED = [
    entity
    for entity in portal().catalogue.entities.values()
    if entity.table is not None
    and not entity.table.info.get("public")
    and entity.name not in OF_ORGANISATIONS
]


@pytest.mark.parametrize("entity", OWNED, ids=lambda entity: entity.name)
def test_what_is_somebodys_takes_a_scope_and_so_a_level(entity: Entity) -> None:
    assert entity.needs in set(Scope)
