"""Health insurance: what the fund pays of a visit, what is left to copay, and a household's premium.

Source: Law 25/2008 on health insurance, articles 13 and 22, as amended by Laws 46/2014 and 51/2024;
ND 146/2018 and ND 188/2025; QD 3276/QD-BYT 2025 for the codes of visits.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction

from domain.determinations import Change, Condition, Determination, Finding, Words, any_of, claim
from domain.money import dong
from domain.parameters import Citation, Confidence, Dated, Law, NoParameter

# Until 2024 the level of the hospital said what was paid without referral; since July 2025 a code does. In
# the months between, the law had the new levels, but nobody has confirmed that it had these codes.
LEVELS_UNTIL = date(2024, 12, 31)
CODES_FROM = date(2025, 7, 1)
CODES_OF_VISITS = "health_copay_matrix_from_2025_07"
REGISTERED = "1.1"
# Registered facility, commune, referral, emergency: paid as the card says, whatever the levels.
AS_THE_CARD_SAYS = frozenset({REGISTERED, "1.2", "1.3", "2"})

COVERED = Words("Được quỹ bảo hiểm y tế chi trả", "The fund pays for the visit")
COME_OTHERWISE = Words(
    "Chỉ khi khám đúng nơi đăng ký, có giấy chuyển hoặc cấp cứu",
    "Only at the registered facility, with a referral or in an emergency",
)
IN_FULL = Words("Được chi trả toàn bộ", "Paid in full")
CARD_IN_FULL = Words("Thẻ có mức hưởng 100 %", "The card's level is 100 %")
COMMUNE = Words("Khám tại tuyến xã", "At commune level, anywhere")
SMALL_COST = Words("Chi phí một lần khám dưới {limit} đồng", "The visit costs less than {limit} đồng")
ENOUGH_COPAID = Words(
    "Tham gia 5 năm liên tục và đã cùng chi trả {limit} đồng trong năm",
    "Insured five years without a break, and {limit} đồng copaid in the year",
)
STILL_COPAYS = Words("Còn phải cùng chi trả trong năm", "Copayments are still due this year")
PERIOD = Words("Đóng cho 3, 6 hoặc 12 tháng", "Paid for 3, 6 or 12 months")
ANOTHER_PERIOD = Words("Chỉ khi đóng cho {months} tháng", "Only for {months} months")


class Hospital(StrEnum):
    """The level of a hospital until 2024, to which somebody came without referral."""

    CENTRAL = "central"
    PROVINCIAL = "provincial"
    DISTRICT = "district"


# The code that the levels of before have now, outside and inside a ward.
CODES = {
    Hospital.CENTRAL: ("3.1", "3.1"),
    Hospital.PROVINCIAL: ("1.18", "3.2"),
    Hospital.DISTRICT: ("3.3", "3.3"),
}


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit: its cost in đồng, the digit of the card's level, and how somebody came.

    `code` is of the table of codes, or, without referral, `hospital` the level of before; `copaid_before` are
    the year's copayments in đồng until this visit.
    """

    cost: int
    card_level: int
    code: str = REGISTERED
    hospital: Hospital | None = None
    is_inpatient: bool = False
    has_five_years: bool = False
    copaid_before: int = 0


def health(law: Law, visit: Visit) -> Determination:
    """Đồng of a visit that the fund pays, that are copaid of the insured part, and that the patient pays.

    The card's level is of the insured part. Where nothing is cut off that part, small costs are
    paid in full, and nobody copays more in a year than six base salaries after five years.
    Raises: NoParameter. Source: Law on HI article 22; ND 146/2018 article 14; ND 188/2025 article 19.
    """
    part = insured_part(law, visit)
    level = law.share(f"health_insurance.benefit_level_digit.{visit.card_level}")
    base, ceiling = law.whole("base_salary"), law.multiple("health_insurance.five_year_copay_ceiling")
    small = law.multiple("health_insurance.small_cost_threshold")
    limit, most = small.value * base.value, ceiling.value * base.value
    is_whole = part.value == 1
    commune = is_whole and law.has(f"{_row_of(law, visit)}.ignore_card_level")
    is_small = is_whole and visit.cost < limit
    left = max(Fraction(0), most - visit.copaid_before)
    insured = part.value * visit.cost
    copay = Fraction(0) if commune or is_small else insured * (1 - level.value)
    if is_whole and visit.has_five_years:
        copay = min(copay, left)
    fund = dong(insured - copay)
    article = "Law on HI art.22"
    reasons = any_of(
        "PAID_IN_FULL",
        IN_FULL,
        article,
        claim("CARD_IN_FULL", CARD_IN_FULL, article, is_met=is_whole and level.value == 1, cites=(level,)),
        claim("COMMUNE", COMMUNE, article, is_met=commune),
        claim(
            "SMALL_COST", SMALL_COST.about(limit=dong(limit)), article, is_met=is_small, cites=(small, base)
        ),
        claim(
            "ENOUGH_COPAID",
            ENOUGH_COPAID.about(limit=dong(most)),
            article,
            is_met=is_whole and visit.has_five_years and left == 0,
            cites=(ceiling, base),
        ),
    )
    is_covered = part.value > 0
    change = None if is_covered else Change(COME_OTHERWISE)
    condition = Condition(
        "HEALTH", COVERED, article, is_covered, change=change, parts=(reasons,), cites=(part,)
    )
    findings: dict[str, Finding] = {
        "fund": fund,
        "copay": dong(insured) - fund,
        "patient": visit.cost - fund,
    }
    return Determination("HEALTH", law.number, law.day, condition, findings)


def insured_part(law: Law, visit: Visit) -> Dated[Fraction]:
    """The part of a visit's cost that is insured, by how somebody came.

    Raises: NoParameter. Source: Law on HI article 22(3), (4); ND 188/2025 article 19.
    """
    row = _row_of(law, visit)
    where = "inpatient" if visit.is_inpatient else "outpatient"
    kind = next((kind for kind in ("factor", "all", where) if law.has(f"{row}.{kind}")), where)
    part = law.share(f"{row}.{kind}")
    if visit.hospital is None and visit.code in AS_THE_CARD_SAYS:
        return part
    if LEVELS_UNTIL < law.day < CODES_FROM:
        return replace(part, confidence=Confidence.UNSURE)
    if visit.hospital is None and law.day <= LEVELS_UNTIL:
        raise NoParameter(f"code {visit.code} on {law.day}")
    return part


def _row_of(law: Law, visit: Visit) -> str:
    """The path of the row that a visit falls under on the day."""
    if visit.hospital and law.day <= LEVELS_UNTIL:
        return f"health_copay_until_2024[{visit.hospital}]"
    code = CODES[visit.hospital][visit.is_inpatient] if visit.hospital else visit.code
    return path_of_code(code)


def codes_by_words(law: Law) -> Mapping[str, str]:
    """The codes by the cases that they stand for, in the table's words."""
    return {row["case"]: row["code"] for row in law.parameters.tree[CODES_OF_VISITS]["rows"]}


def path_of_code(code: str) -> str:
    """Where a code of the table stands in the parameters."""
    return f"{CODES_OF_VISITS}[{code}]"


def health_copay_ceiling(law: Law, former: Law, *, paid_before: int, paid_since: int = 0) -> Determination:
    """Đồng left to copay this year after the base salary changed: the base salaries left, in the new one.

    `paid_before` was copaid under the former base salary, `paid_since` under the new one.

    Raises: NoParameter. Source: letter 302/CSYT-CD of 2026; ND 146/2018 article 14.
    """
    ceiling = law.multiple("health_insurance.five_year_copay_ceiling")
    old, new = former.whole("base_salary"), law.whole("base_salary")
    paid = Fraction(paid_before, old.value) + Fraction(paid_since, new.value)
    left = max(Fraction(0), ceiling.value - paid) * new.value
    condition = claim("STILL_COPAYS", STILL_COPAYS, "ND 146/2018 art.14", is_met=left > 0)
    cites: tuple[Citation, ...] = (ceiling, old, new)
    findings = {"ceiling": dong(ceiling.value * new.value), "left": dong(left)}
    return Determination("HEALTH_COPAY_CEILING", law.number, law.day, condition, findings, cites)


def health_copayments(law: Law, paid: Iterable[tuple[date, int]]) -> Determination:
    """Đồng left to copay this year, of what was copaid on which days of it.

    Raises: NoParameter. Source: as of `health_copay_ceiling`; the base salary changed once a year at most.
    """
    base, before, since = law.whole("base_salary"), 0, 0
    for day, amount in paid:
        if replace(law, day=day).whole("base_salary").value == base.value:
            since += amount
        else:
            before += amount
    january = replace(law, day=law.day.replace(month=1, day=1))
    return health_copay_ceiling(law, january, paid_before=before, paid_since=since)


def household_health_premium(
    law: Law, *, members: int, months: int, join_together: bool = True
) -> Determination:
    """Đồng a month for each member of a household, the first to the last, and for all of them all months.

    Who does not join in the same year pays as the first. The base salary is that of the first month: a later
    rise asks for no more.
    Raises: NoParameter. Source: Law on HI article 13(3); ND 146/2018 article 7.
    """
    path = "household_health_insurance"
    rate, base = law.share(f"{path}.monthly_rate_first_member"), law.whole("base_salary")
    factors, periods = law.table(f"{path}.member_factor"), law.wholes(f"{path}.periods_months")
    of_all = [
        factors.value.get(str(number if join_together else 1), factors.value["5+"])
        for number in range(1, members + 1)
    ]
    first = rate.value * base.value
    condition = claim(
        "PERIOD",
        PERIOD,
        "Law on HI art.13",
        is_met=months in periods.value,
        change=Change(ANOTHER_PERIOD.about(months=", ".join(map(str, periods.value)))),
        cites=(periods,),
    )
    findings: dict[str, Finding] = {
        "monthly_per_member": tuple(dong(first * factor) for factor in of_all),
        "total": dong(first * sum(of_all) * months),
    }
    cites = (rate, base, factors)
    return Determination("HOUSEHOLD_HEALTH_PREMIUM", law.number, law.day, condition, findings, cites)
