"""Acting for others: on which basis somebody may, for how long, and how the agency says no.

Source: Civil Code 2015 articles 21 (a minor is not yet 18), 136 (parents and guardians), 138 and 140
(authorised agents, the end of a representation), 613 (heirs).
"""

from datetime import date, timedelta
from enum import StrEnum

from domain.refusals import Refusal

OF_AGE = 18


class MandateBasis(StrEnum):
    """Why somebody may act for somebody else."""

    AGENT = "AGENT"
    GUARDIAN = "GUARDIAN"
    HEIR = "HEIR"
    PARENT = "PARENT"


# What the law says of two people, which an officer records from papers; an agent is whom a person chooses.
RECORDED = frozenset({MandateBasis.GUARDIAN, MandateBasis.HEIR, MandateBasis.PARENT})


class MandateToOneself(Refusal):
    """Nobody takes a mandate to act for themself."""

    code = "MANDATE_TO_ONESELF"
    vietnamese = "Không ai cần ủy quyền để tự làm việc cho mình."


class MandateGroupsMissing(Refusal):
    """A mandate covers at least one group of services."""

    code = "MANDATE_GROUPS_MISSING"
    vietnamese = "Việc đại diện phải gồm ít nhất một nhóm thủ tục."


class MandateLevelRefused(Refusal):
    """The least level of assurance of a mandate is from {least} to {most}."""

    code = "MANDATE_LEVEL_REFUSED"
    vietnamese = "Mức định danh tối thiểu của việc đại diện là từ {least} đến {most}."


class MandatePeriodRefused(Refusal):
    """A mandate lasts from a day to a later day, or to the same, and not only in the past."""

    code = "MANDATE_PERIOD_REFUSED"
    vietnamese = (
        "Thời hạn đại diện phải có ngày kết thúc không trước ngày bắt đầu,"
        " và không ở hoàn toàn trong quá khứ."
    )


class MandateBasisRefused(Refusal):
    """A mandate of the basis {basis} is not set up so: people appoint agents, officers record the others."""

    code = "MANDATE_BASIS_REFUSED"
    vietnamese = (
        "Không lập quan hệ đại diện {basis} theo cách này: cá nhân ủy quyền,"
        " cán bộ ghi nhận các trường hợp khác."
    )


class NotMinor(Refusal):
    """A parent acts for a child until the day before the child is 18, {last}, at the latest."""

    code = "NOT_A_MINOR"
    vietnamese = "Cha, mẹ đại diện cho con đến hết ngày trước khi con đủ 18 tuổi, muộn nhất là {last}."


class NotDeceased(Refusal):
    """An heir acts only for somebody who has died."""

    code = "NOT_DECEASED"
    vietnamese = "Người thừa kế chỉ đại diện cho người đã chết."


class MandateOver(Refusal):
    """This mandate has been revoked, or has ended."""

    code = "MANDATE_OVER"
    vietnamese = "Việc đại diện này đã bị chấm dứt hoặc đã hết hạn."


def last_day_as_minor(birth_date: date) -> date:
    """The day before the 18th birthday; who was born on 29 February comes of age on 1 March.

    Source: Civil Code 2015 article 21.
    """
    year = birth_date.year + OF_AGE
    try:
        birthday = birth_date.replace(year=year)
    except ValueError:
        birthday = date(year, 3, 1)
    return birthday - timedelta(days=1)


def check_period(valid_from: date, valid_to: date | None, *, today: date) -> None:
    """Raises: MandatePeriodRefused for a mandate that ends before it begins, or has ended."""
    if valid_to is not None and (valid_to < valid_from or valid_to < today):
        raise MandatePeriodRefused(path=("validTo",))


def last_day(
    basis: MandateBasis, birth_date: date, died_on: date | None, valid_to: date | None, *, today: date
) -> date | None:
    """The last day of a mandate that an officer records, both ends included; None where no end is set.

    Raises: MandateBasisRefused for an agent; NotMinor; NotDeceased.
    """
    match basis:
        case MandateBasis.AGENT:
            raise MandateBasisRefused(path=("basis",), basis=basis)
        case MandateBasis.HEIR if died_on is None:
            raise NotDeceased(path=("basis",))
        case MandateBasis.PARENT:
            last = last_day_as_minor(birth_date)
            if last < today or (valid_to is not None and valid_to > last):
                raise NotMinor(path=("basis",) if last < today else ("validTo",), last=last)
            return valid_to or last
    return valid_to
