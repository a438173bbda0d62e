"""The numbers people are known by, masked."""

from collections.abc import Iterator
from datetime import date

from auth import policies, rights
from auth.scopes import Scope
from db.identifiers import IdentifierKeys, identifiers
from domain.identifiers import IdentifierKind, is_formed
from schema.access_rights import AccessRight, seen_by
from schema.enums import described
from selection import Columns, Condition, Node, entity, stored
from selection.arguments import Functions
from selection.faults import OperationFault

described(
    IdentifierKind,
    HEALTH_CARD_NUMBER="Mã thẻ BHYT: the number of a health insurance card.",
    IDENTITY_CARD_NUMBER="CMND: the nine digits of an old identity card.",
    PERSONAL_NUMBER="Số định danh cá nhân: the twelve digits of a person's life.",
    SOCIAL_INSURANCE_NUMBER="Mã số BHXH: the number of a person in social insurance.",
)


@entity(
    identifiers,
    visible_to=policies.identifiers,
    needs=Scope.IDENTIFIER_READ,
    about="participant_id",
    by_right=rights.identifiers,
)
class Identifier(Node):
    """A number that a person is or was known by, shown masked; a stolen copy of what is kept names nobody."""

    kind: IdentifierKind = stored("What the number is.")
    masked: str = stored("Its last three characters; the others as dots.")
    valid_from: date = stored("The first day on which it names the person.")
    valid_to: date | None = stored("The last such day, included; null while it goes on.")
    access_right: AccessRight = seen_by(rights.identifiers)


# Under this name the translator is given how a number is looked for: with a key of the installation.
FINDING = "finding"


class NumberMalformed(OperationFault):
    """This is no number by which the agency knows people: digits, or two letters and digits, no spaces."""

    code = "BAD_NUMBER"
    vietnamese = "Đây không phải là dạng số mà cơ quan dùng để định danh người tham gia."


def finding(keys: IdentifierKeys) -> Functions:
    """How a number is looked for: by what it is found by as each kind that it may be.

    Raises (when read): NumberMalformed.
    """

    def indexes(number: str) -> list[bytes]:
        kinds = [kind for kind in IdentifierKind if is_formed(kind, number)]
        if not kinds:
            raise NumberMalformed
        return [keys.blind_index(kind, number) for kind in kinds]

    return {FINDING: indexes}


def identifiers_of(participant: Columns, identifier: Columns) -> Iterator[Condition]:
    """The numbers of a person."""
    yield identifier.participant_id == participant.id
