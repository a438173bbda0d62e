"""What determinations find, by name: in which unit it is, and how people say it."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from domain.determinations import Words


class Unit(StrEnum):
    """In which unit something is found."""

    CALENDAR_DAYS = "CALENDAR_DAYS"
    DATE = "DATE"
    DAYS = "DAYS"
    DONG = "DONG"
    MONTHS = "MONTHS"
    PERSONS = "PERSONS"
    SHARE = "SHARE"
    WORKING_DAYS = "WORKING_DAYS"
    YEARS = "YEARS"
    YES_NO = "YES_NO"


def _in(unit: Unit, names: Mapping[str, tuple[str, str]]) -> dict[str, tuple[Unit, Words]]:
    return {name: (unit, Words(*words)) for name, words in names.items()}


FINDINGS: Mapping[str, tuple[Unit, Words]] = MappingProxyType(
    {
        **_in(
            Unit.DONG,
            {
                "after_raise": ("Lương hưu sau khi điều chỉnh", "Pension after the raise"),
                "amount": ("Mức hưởng", "Amount"),
                "attendance": ("Trợ cấp phục vụ", "For attendance"),
                "average": ("Mức bình quân tiền lương", "Mean salary"),
                "average_exact": ("Mức bình quân tiền lương, chưa làm tròn", "Mean salary, not rounded"),
                "base_social_health": (
                    "Tiền lương đóng BHXH, BHYT",
                    "Base of social and health insurance",
                ),
                "base_unemployment": ("Tiền lương đóng BHTN", "Base of unemployment insurance"),
                "before_2014": ("Cho thời gian trước năm 2014", "For the time before 2014"),
                "by_degree": ("Theo mức suy giảm", "By the degree of the loss"),
                "by_seniority": ("Theo số năm đóng", "By the years contributed"),
                "cap": ("Mức tối đa", "The most there is"),
                "ceiling": ("Mức cùng chi trả tối đa trong năm", "The most copaid in a year"),
                "contributed": ("Số tiền đã đóng", "What was contributed"),
                "copay": ("Người bệnh cùng chi trả", "Copaid by the patient"),
                "employee": ("Người lao động đóng", "Paid by the employee"),
                "employee_total": ("Người lao động đóng, tổng cộng", "Paid by the employee in all"),
                "employer": ("Người sử dụng lao động đóng", "Paid by the employer"),
                "employer_total": ("Người sử dụng lao động đóng, tổng cộng", "Paid by the employer in all"),
                "extra": ("Số tiền phải nộp thêm", "To be paid on top"),
                "from_2014": ("Cho thời gian từ năm 2014", "For the time from 2014"),
                "full_per_month": ("Mức đóng một tháng", "Contribution of a month"),
                "funeral": ("Trợ cấp mai táng", "For the funeral"),
                "fund": ("Quỹ chi trả", "Paid by the fund"),
                "left": ("Còn phải cùng chi trả trong năm", "Still to be copaid this year"),
                "lump_sum": ("Trợ cấp một lần", "Lump sum"),
                "minimum": ("Mức thấp nhất", "The least there is"),
                "monthly": ("Mức hưởng hằng tháng", "Amount a month"),
                "monthly_per_member": (
                    "Mức đóng một tháng của từng thành viên",
                    "Premium a month, by member",
                ),
                "monthly_total": ("Cho thời gian nghỉ", "For the months of leave"),
                "paid": ("Số tiền đóng", "To be paid"),
                "patient": ("Người bệnh chi trả", "Paid by the patient"),
                "pension": ("Lương hưu", "Pension"),
                "sum": ("Tổng tiền lương", "Sum of the salaries"),
                "support_deducted": ("Trừ tiền Nhà nước hỗ trợ", "The State's support, deducted"),
                "support_per_month": ("Nhà nước hỗ trợ một tháng", "The State's support a month"),
                "to_pay_per_month": ("Phải đóng một tháng", "To be paid a month"),
                "to_pay_total": ("Phải đóng tổng cộng", "To be paid in all"),
                "total": ("Tổng cộng", "In all"),
            },
        ),
        **_in(
            Unit.MONTHS,
            {
                "age_months": ("Tuổi nghỉ hưu, tính theo tháng", "Retirement age in months"),
                "benefit_months": ("Số tháng hưởng", "Months paid"),
                "months": ("Số tháng", "Months"),
                "months_before_birth": ("Số tháng nghỉ trước khi sinh", "Months of them before the birth"),
                "months_kept": ("Số tháng bảo lưu", "Months kept for the next time"),
            },
        ),
        **_in(
            Unit.YEARS,
            {
                "excess_years": ("Số năm vượt mức tối đa", "Years beyond the full rate"),
                "excess_years_after_age": (
                    "Số năm vượt sau tuổi nghỉ hưu",
                    "Of them after the retirement age",
                ),
                "excess_years_before_age": (
                    "Số năm vượt trước tuổi nghỉ hưu",
                    "Of them before the retirement age",
                ),
                "years_for_75pct": ("Số năm để hưởng mức tối đa", "Years for the full rate"),
            },
        ),
        **_in(
            Unit.DAYS,
            {
                "days": ("Số ngày", "Days"),
                "max_days": ("Số ngày tối đa", "The most days"),
                "odd_days": ("Số ngày lẻ", "Days beyond whole months"),
                "paid_days": ("Số ngày được hưởng", "Days paid"),
            },
        ),
        **_in(Unit.CALENDAR_DAYS, {"calendar_days": ("Số ngày, kể cả ngày nghỉ", "Calendar days")}),
        **_in(
            Unit.WORKING_DAYS,
            {
                "starts_on_working_day": (
                    "Hưởng từ ngày làm việc thứ mấy sau khi nộp hồ sơ",
                    "Starts on this working day after filing",
                ),
                "working_days": ("Số ngày làm việc", "Working days"),
            },
        ),
        **_in(Unit.PERSONS, {"persons_paid": ("Số người được hưởng", "Persons paid")}),
        **_in(
            Unit.SHARE,
            {
                "rate": ("Tỷ lệ hưởng", "Rate"),
                "rate_before_reduction": ("Tỷ lệ hưởng trước khi giảm", "Rate before the reduction"),
                "reduction": ("Tỷ lệ giảm", "Reduction"),
            },
        ),
        **_in(
            Unit.DATE,
            {
                "continuous_since": ("Tham gia liên tục từ ngày", "Insured without a break since"),
                "file_by": ("Hạn nộp hồ sơ", "To be filed by"),
                "five_years_on": ("Đủ 5 năm liên tục từ ngày", "Five years without a break from"),
                "paid_from": ("Hưởng từ ngày", "Paid from"),
                "pension_from": ("Hưởng lương hưu từ ngày", "Pension from"),
                "retirement_moment": ("Ngày cuối trước khi nghỉ hưu", "Last day before retirement"),
                "starts_on": ("Hưởng từ ngày", "Starts on"),
            },
        ),
        **_in(Unit.YES_NO, {"eligible": ("Đủ điều kiện hưởng", "Entitled")}),
    }
)
