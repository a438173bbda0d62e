"""Notices: what people are told of what employers say about them."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry
from sqlalchemy import ColumnElement, case, func, select

from auth import policies, rights
from auth.scopes import Scope
from db.employers import employers
from db.notices import notices
from domain.months import Month
from domain.notices import WORDS, NoticeKind
from schema.access_rights import AccessRight, seen_by
from schema.employers import Employer
from schema.enums import described
from schema.scalars import MONTH
from selection import Columns, Condition, Node, Order, computed, entity, link, stored
from selection.literals import words

if TYPE_CHECKING:
    from schema.participants import Participant

described(
    NoticeKind,
    CONTRIBUTION_CHANGED="Mức đóng thay đổi: an employer has filed another base.",
    EMPLOYMENT_ENDED="Nghỉ việc: an employer has said that an employment ended.",
    EMPLOYMENT_STARTED="Bắt đầu làm việc: an employer has said that an employment began.",
    REGISTERED="Đăng ký tham gia: an employer has registered the person with the agency.",
)

NEWEST_NOTICE = {"NEWEST": Order(("id",), descending=True)}


def _text(notice: Columns, *, in_english: bool) -> ColumnElement[str]:
    # Employers are public, and no look-up of their own: a page of notices names a few.
    employer = employers.alias("its_employer")
    name = select(employer.c.name).where(employer.c.id == notice.employer_id).scalar_subquery()
    said = case(*((notice.kind == words(kind), words(text[in_english])) for kind, text in WORDS.items()))
    month = func.to_char(notice.from_month, words("MM/YYYY"))
    return func.concat(name, words(" "), said, words(" "), month, words("."))


def text_in_vietnamese(notice: Columns) -> ColumnElement[str]:
    """What the person is told, in Vietnamese."""
    return _text(notice, in_english=False)


def text_in_english(notice: Columns) -> ColumnElement[str]:
    """What the person is told, in English."""
    return _text(notice, in_english=True)


@entity(
    notices,
    visible_to=policies.notices,
    needs=Scope.NOTICE_READ,
    about="participant_id",
    by_right=rights.notices,
)
class Notice(Node):
    """What a person is told of what an employer has said about them (thông báo)."""

    kind: NoticeKind = stored("What it is about.")
    from_month: Month = computed("Since which month.", lambda notice: func.to_char(notice.from_month, MONTH))
    to_month: Month | None = computed(
        "Until which month, included; null where no end is said.",
        lambda notice: func.to_char(notice.to_month, MONTH),
    )
    created_at: datetime = stored("When it was said.")
    text_vi: str = computed("It in Vietnamese.", text_in_vietnamese)
    text_en: str = computed("It in English.", text_in_english)
    employer: Employer = link(
        "The employer that said it.", lambda notice, employer: employer.id == notice.employer_id
    )
    participant: Annotated["Participant", strawberry.lazy("schema.participants")] | None = link(
        "Whom it tells; null where the viewer may not see the person.",
        lambda notice, participant: participant.id == notice.participant_id,
    )
    access_right: AccessRight = seen_by(rights.notices)


def notices_of(participant: Columns, notice: Columns) -> Iterator[Condition]:
    """What a person was told."""
    yield notice.participant_id == participant.id
