"""Public calculators: what the law says of plain inputs, for anybody, with nothing personal.

Each asks a rule of `domain/` and takes what the rule takes (schema/calculators.py).
"""

from collections.abc import Iterable
from datetime import date

import domain.average_salary
import domain.contributions
import domain.health
import domain.maternity
import domain.old_age
import domain.one_off
import domain.retirement_age
import domain.sickness
import domain.survivors
import domain.unemployment
import domain.work_injury
from auth import policies
from domain import laws
from domain.determinations import Determination as Said
from domain.parameters import Law
from schema.calculators import Asked, calculator, event, money, years
from schema.determinations import Determination
from schema.enums import described
from selection import entity

described(
    domain.contributions.Region,
    I="Vùng I: the highest minimum wage.",
    II="Vùng II.",
    III="Vùng III.",
    IV="Vùng IV: the lowest minimum wage.",
)
described(
    domain.contributions.Payer,
    PRIVATE="Người sử dụng lao động quyết định: an employer.",
    STATE_SALARY="Nhà nước quy định: the State, by its scale.",
)
described(
    domain.contributions.OwnPayer,
    BUSINESS_HOUSEHOLD_OWNER="Chủ hộ kinh doanh: the owner of a business household.",
    WORKER_ABROAD="Người lao động ở nước ngoài: somebody who works abroad under a contract.",
)
described(
    domain.contributions.SupportGroup,
    POOR="Hộ nghèo: a poor household.",
    POOR_OR_ISLAND_COMMUNE="Hộ nghèo, xã đảo, đặc khu: a poor household or an island commune.",
    NEAR_POOR="Hộ cận nghèo: a near-poor household.",
    ETHNIC_MINORITY="Dân tộc thiểu số: an ethnic minority.",
    OTHER="Đối tượng khác: anybody else.",
    EXHAUSTED="Đã hết thời gian hỗ trợ: who has been supported for as long as the law allows.",
)
described(
    domain.sickness.Cause,
    name="SicknessCause",
    ILLNESS="Ốm đau: an illness.",
    LONG_TERM="Bệnh dài ngày: an illness of the list of long ones.",
    SELF_HARM="Tự gây thương tích: one's own doing, which is excluded.",
    DRUGS="Dùng chất ma túy: drugs, which are excluded.",
    DRUNKENNESS="Say rượu: drunkenness, which Law 58/2014 excluded.",
    WORK_ACCIDENT="Tai nạn lao động: a work accident, which has a benefit of its own.",
    PAID_LEAVE="Nghỉ phép, nghỉ việc riêng: a leave that is paid anyway.",
    MATERNITY="Nghỉ thai sản: maternity, which has a benefit of its own.",
)
described(
    domain.sickness.Recovery,
    name="SicknessRecovery",
    LONG_TERM="Bệnh dài ngày: an illness of the list of long ones.",
    SURGERY="Phẫu thuật: surgery.",
    OTHER="Trường hợp khác: anything else.",
)
described(
    domain.maternity.Recovery,
    name="MaternityRecovery",
    MULTIPLE_BIRTH="Sinh từ hai con trở lên: two children or more.",
    SURGERY="Sinh con phải phẫu thuật: a birth by surgery.",
    OTHER="Trường hợp khác: any other birth or loss.",
)
described(
    domain.maternity.Contraception,
    IUD="Đặt dụng cụ tránh thai: an intrauterine device.",
    STERILISATION="Triệt sản: a sterilisation.",
)
described(
    domain.work_injury.Cause,
    name="WorkInjuryCause",
    ACCIDENT="Tai nạn lao động: a work accident.",
    DISEASE="Bệnh nghề nghiệp: an occupational disease.",
)
described(
    domain.retirement_age.Work,
    name="WorkConditions",
    NORMAL="Điều kiện bình thường: normal conditions.",
    HAZARDOUS="Nặng nhọc, độc hại, nguy hiểm hoặc vùng khó khăn: hazardous, or in a hard area.",
    UNDERGROUND_COAL="Khai thác than trong hầm lò: coal underground.",
)
described(
    domain.one_off.Ground,
    name="OneOffGround",
    EMIGRATION="Ra nước ngoài để định cư: emigration.",
    CANCER="Ung thư: cancer.",
    POLIO="Bại liệt: polio.",
    CIRRHOSIS="Xơ gan mất bù: decompensated cirrhosis.",
    TUBERCULOSIS="Lao nặng: severe tuberculosis.",
    AIDS="AIDS.",
    FATAL_ILLNESS="Bệnh nguy hiểm đến tính mạng khác: another fatal illness.",
    CAPACITY_LOSS="Suy giảm khả năng lao động từ 81%: 81 percent of the capacity lost or more.",
    DISABILITY="Khuyết tật đặc biệt nặng: a very severe disability.",
    NONE="Không: none of these.",
)
described(
    domain.survivors.Scheme,
    name="InsuranceScheme",
    COMPULSORY="Bắt buộc: by duty.",
    VOLUNTARY="Tự nguyện: by choice.",
)
described(
    domain.survivors.Kin,
    CHILD="Con: a child.",
    SPOUSE="Vợ, chồng: the spouse.",
    PARENT="Cha, mẹ: a parent.",
    PARENT_IN_LAW="Cha, mẹ vợ hoặc chồng: a parent in law.",
    DEPENDANT="Người khác phải nuôi dưỡng: somebody else whom the deceased had to support.",
)
described(
    domain.unemployment.Regime,
    name="UnemploymentRegime",
    PRIVATE="Người sử dụng lao động quyết định: an employer.",
    STATE="Nhà nước quy định: the State, by its scale.",
)
described(
    domain.health.Hospital,
    name="HospitalLevel",
    CENTRAL="Tuyến trung ương: central.",
    PROVINCIAL="Tuyến tỉnh: provincial.",
    DISTRICT="Tuyến huyện: district.",
)


def mean_salary(
    law: Law, *, periods: Iterable[domain.average_salary.Period], first_year: int | None = None
) -> Said:
    """The mean salary, settled in the year of the day."""
    return domain.average_salary.average_salary(
        law, settlement_year=law.day.year, periods=periods, first_year=first_year
    )


def copayment_left(law: Law, *, paid_before: int) -> Said:
    """What is left to copay in the year, after the base salary changed in it."""
    began = law.parameters.on(date(law.day.year, 1, 1), law.number)
    return domain.health.health_copay_ceiling(law, began, paid_before=paid_before)


@entity(None, visible_to=policies.everybody)
class Estimate:
    """What the law says of plain inputs. Nothing of anybody is asked or kept, and nobody need sign in.

    Each calculator takes the day of the event as `on`, and asks the law of that day. It gives what the law
    says, with reasons; null where an input is none, and the fault says which and why. An estimate decides
    nothing: the agency decides on a dossier.
    """

    # Contributions.
    contribution: Determination | None = calculator(
        "Mức đóng bắt buộc: what employee and employer pay for a month, to each fund.",
        domain.contributions.contribution,
        laws.SOCIAL_INSURANCE,
        on=event("A day of the month"),
    )
    own_contribution: Determination | None = calculator(
        "Tự đóng bắt buộc: what is paid for a month by whoever is insured by duty and pays alone.",
        domain.contributions.own_contribution,
        laws.SINCE_LAW_41,
        payer=Asked("Who pays alone."),
        on=event("A day of the month"),
    )
    voluntary_contribution: Determination | None = calculator(
        "Bảo hiểm xã hội tự nguyện: what is paid by choice, what the State adds, and what is left to pay.",
        domain.contributions.voluntary_contribution,
        laws.SOCIAL_INSURANCE,
        months=Asked("For how many months.", 1),
        on=event("A day of the month"),
    )
    voluntary_ahead: Determination | None = calculator(
        "Đóng trước nhiều năm: what is paid by choice, at once, for two to five years ahead.",
        domain.contributions.voluntary_ahead,
        laws.SINCE_LAW_41,
        years=years("Years ahead: 2 to 5.", 1),
        on=event("The day it is paid"),
    )
    voluntary_missing: Determination | None = calculator(
        "Đóng cho thời gian còn thiếu: what is paid by choice, at once, for months missing for a pension.",
        domain.contributions.voluntary_missing,
        laws.SINCE_LAW_41,
        months=Asked("Months missing, at most 60.", 1),
        on=event("The day it is paid"),
    )
    late_payment: Determination | None = calculator(
        "Chậm đóng, trốn đóng: what an employer pays on top of an amount that it paid late or evaded.",
        domain.contributions.late_payment,
        laws.SINCE_LAW_41,
        on=event("The day of the payment"),
    )
    late_payment_by_yield: Determination | None = calculator(
        "Chậm đóng trước ngày 01/7/2025: the same under Law 58/2014, by the yield of the funds.",
        domain.contributions.late_payment_by_yield,
        laws.SOCIAL_INSURANCE,
        on=event("The day of the payment"),
    )

    # Sickness.
    sickness: Determination | None = calculator(
        "Chế độ ốm đau: for days off for one's own illness.",
        domain.sickness.sickness,
        laws.SOCIAL_INSURANCE,
        days=Asked("Working days off; calendar days in a long illness under Law 58/2014.", most=36_600),
        on=event("The first day off"),
    )
    child_sickness: Determination | None = calculator(
        "Nghỉ chăm con ốm: for days off with a sick child under seven.",
        domain.sickness.sickness_child,
        laws.SOCIAL_INSURANCE,
        on=event("The first day off"),
    )
    long_sickness: Determination | None = calculator(
        "Bệnh dài ngày: for the days off of a long illness beyond the ordinary limit.",
        domain.sickness.sickness_long_term,
        laws.SOCIAL_INSURANCE,
        days=Asked("Days off beyond the ordinary limit.", most=36_600),
        on=event("The first day off"),
    )
    sickness_recovery: Determination | None = calculator(
        "Dưỡng sức sau ốm đau: for days of getting well again after days off for illness.",
        domain.sickness.sickness_convalescence,
        laws.SOCIAL_INSURANCE,
        on=event("The first day off"),
    )

    # Maternity.
    maternity: Determination | None = calculator(
        "Chế độ thai sản khi sinh con: a mother's leave, and what is paid for it and for each child.",
        domain.maternity.maternity,
        laws.SOCIAL_INSURANCE,
        on=event("The day of birth"),
    )
    maternity_eligibility: Determination | None = calculator(
        "Điều kiện hưởng thai sản: whether enough months are paid for the benefit of a birth or an adoption.",
        domain.maternity.maternity_eligibility,
        laws.SOCIAL_INSURANCE,
        on=event("The day of birth"),
    )
    maternity_lump_sum: Determination | None = calculator(
        "Trợ cấp một lần khi sinh con: for each child, also to a father where only he has paid enough.",
        domain.maternity.maternity_lump_sum,
        laws.SOCIAL_INSURANCE,
        on=event("The day of birth"),
    )
    fathers_leave: Determination | None = calculator(
        "Lao động nam có vợ sinh con: a father's leave.",
        domain.maternity.maternity_father,
        laws.SOCIAL_INSURANCE,
        on=event("The day of birth"),
    )
    prenatal_checks: Determination | None = calculator(
        "Khám thai: for days off for checks before the birth.",
        domain.maternity.prenatal_check,
        laws.SOCIAL_INSURANCE,
        on=event("The first day off"),
    )
    miscarriage: Determination | None = calculator(
        "Sẩy thai, phá thai, thai chết: for days off after a pregnancy was lost.",
        domain.maternity.miscarriage,
        laws.SOCIAL_INSURANCE,
        on=event("The day of the loss"),
    )
    contraception: Determination | None = calculator(
        "Biện pháp tránh thai: for days off for a contraceptive measure.",
        domain.maternity.contraception,
        laws.SOCIAL_INSURANCE,
        on=event("The first day off"),
    )
    adoption: Determination | None = calculator(
        "Nhận nuôi con nuôi: for the leave until an adopted child is six months old.",
        domain.maternity.adoption,
        laws.SOCIAL_INSURANCE,
        day="adopted_on",
    )
    maternity_recovery: Determination | None = calculator(
        "Dưỡng sức sau thai sản: for days of getting well again after the leave.",
        domain.maternity.maternity_convalescence,
        laws.SOCIAL_INSURANCE,
        on=event("The first day off"),
    )
    voluntary_maternity: Determination | None = calculator(
        "Trợ cấp thai sản tự nguyện: for each child of one who is insured by choice.",
        domain.maternity.maternity_voluntary,
        laws.SOCIAL_INSURANCE,
        on=event("The day of birth"),
    )

    # Work accidents and occupational diseases.
    work_injury: Determination | None = calculator(
        "Tai nạn lao động, bệnh nghề nghiệp: for a loss of capacity, at once from 5 %, monthly from 31 %.",
        domain.work_injury.work_injury,
        laws.WORK_INJURY,
        on=event("The day on which treatment ended"),
    )
    work_injury_death: Determination | None = calculator(
        "Chết do tai nạn lao động, bệnh nghề nghiệp: what the family is paid at once.",
        domain.work_injury.work_injury_death,
        laws.WORK_INJURY,
        on=event("The day of death"),
    )
    work_injury_recovery: Determination | None = calculator(
        "Dưỡng sức sau điều trị: for days of getting well again after treatment.",
        domain.work_injury.work_injury_convalescence,
        laws.WORK_INJURY,
        on=event("The first day off"),
    )

    # Old age.
    retirement_age: Determination | None = calculator(
        "Tuổi nghỉ hưu: at which age somebody retires, on which day, and from when a pension is paid.",
        domain.retirement_age.retirement_date,
        laws.RETIREMENT_AGE,
        on=event("The day on which one asks whether the age is reached"),
    )
    average_salary: Determination | None = calculator(
        "Mức bình quân tiền lương: the mean salary that pensions rest on, settled in the year of `on`.",
        mean_salary,
        laws.SOCIAL_INSURANCE,
        on=event("The day of retirement"),
    )
    pension: Determination | None = calculator(
        "Lương hưu hằng tháng: the share of the mean salary that is paid, and the pension of a month.",
        domain.old_age.pension,
        laws.SOCIAL_INSURANCE,
        on=event("The day of retirement"),
    )
    retirement_lump_sum: Determination | None = calculator(
        "Trợ cấp một lần khi nghỉ hưu: for years beyond those that give the full rate.",
        domain.old_age.retirement_lump_sum,
        laws.SOCIAL_INSURANCE,
        on=event("The day of retirement"),
    )
    pension_raise: Determination | None = calculator(
        "Điều chỉnh lương hưu: a pension after the last raise until the day.",
        domain.old_age.pension_indexation,
        laws.PENSION_RAISES,
        pension=money("The pension before the raise, a month"),
        on=event("The day on which the pension is drawn"),
    )
    social_pension: Determination | None = calculator(
        "Trợ cấp hưu trí xã hội: for the old who have no pension.",
        domain.old_age.social_pension,
        laws.SINCE_LAW_41,
        on=event("The day on which it is asked for"),
    )
    allowance_until_social_pension: Determination | None = calculator(
        "Trợ cấp hằng tháng chờ hưu trí xã hội: for who has the age of a pension, and too few years.",
        domain.old_age.allowance_until_social_pension,
        laws.SINCE_LAW_41,
        on=event("The day on which it is asked for"),
    )

    # The one-off payment.
    one_off: Determination | None = calculator(
        "Bảo hiểm xã hội một lần: how much the one-off payment is.",
        domain.one_off.one_off,
        laws.SOCIAL_INSURANCE,
        on=event("The day on which it is asked for"),
    )
    one_off_eligibility: Determination | None = calculator(
        "Điều kiện nhận bảo hiểm xã hội một lần: who may take the one-off payment.",
        domain.one_off.one_off_eligibility,
        laws.SOCIAL_INSURANCE,
        on=event("The day on which it is asked for"),
    )

    # Survivors.
    funeral: Determination | None = calculator(
        "Trợ cấp mai táng: for whoever sees to the funeral.",
        domain.survivors.funeral,
        laws.SOCIAL_INSURANCE,
        on=event("The day of death"),
    )
    survivors: Determination | None = calculator(
        "Trợ cấp tuất hằng tháng: what relatives are paid each month.",
        domain.survivors.survivor_monthly,
        laws.SOCIAL_INSURANCE,
        on=event("The day of death"),
    )
    entitled_relative: Determination | None = calculator(
        "Thân nhân đủ điều kiện: whether a relative may be paid each month.",
        domain.survivors.entitled_relative,
        laws.SOCIAL_INSURANCE,
        income=money("The relative's income, a month"),
        on=event("The day of death"),
    )
    survivors_of_insured: Determination | None = calculator(
        "Trợ cấp tuất một lần, người đang đóng: what relatives of one still insured are paid at once.",
        domain.survivors.survivor_lump_sum_active,
        laws.SOCIAL_INSURANCE,
        on=event("The day of death"),
    )
    survivors_of_pensioner: Determination | None = calculator(
        "Trợ cấp tuất một lần, người đang hưởng lương hưu: what relatives of a pensioner are paid at once.",
        domain.survivors.survivor_lump_sum_pensioner,
        laws.SOCIAL_INSURANCE,
        on=event("The day of death"),
    )

    # Unemployment.
    unemployment: Determination | None = calculator(
        "Trợ cấp thất nghiệp: how much a month, and for how many months.",
        domain.unemployment.unemployment,
        laws.UNEMPLOYMENT,
        average=money("Mean monthly wage of the last six months contributed"),
        months=Asked("Months contributed and not yet used."),
        on=event("The day on which the contract ended"),
    )

    # Health.
    health: Determination | None = calculator(
        "Khám chữa bệnh: what the fund pays of a visit, and what is left to the patient.",
        domain.health.health,
        laws.HEALTH,
        on=event("The day of the visit"),
    )
    copayment_left: Determination | None = calculator(
        "Mức cùng chi trả còn lại: what is left to copay in a year in which the base salary changed.",
        copayment_left,
        laws.HEALTH,
        on=event("A day after the change"),
    )
    household_health_premium: Determination | None = calculator(
        "Bảo hiểm y tế hộ gia đình: the premium of each member of a household, and of all.",
        domain.health.household_health_premium,
        laws.HEALTH,
        months=Asked("For how many months: 3, 6 or 12.", 1, 12),
        on=event("A day of the first month"),
    )
