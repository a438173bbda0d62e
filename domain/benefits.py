"""Benefits in payment: what the agency has decided to pay, and how it is paid."""

from enum import StrEnum


class BenefitKind(StrEnum):
    """What is paid."""

    MATERNITY = "MATERNITY"
    ONE_OFF = "ONE_OFF"
    PENSION = "PENSION"
    SICKNESS = "SICKNESS"
    SOCIAL_PENSION = "SOCIAL_PENSION"
    SURVIVOR_LUMP_SUM = "SURVIVOR_LUMP_SUM"
    SURVIVOR_MONTHLY = "SURVIVOR_MONTHLY"
    UNEMPLOYMENT = "UNEMPLOYMENT"
    WORK_INJURY_LUMP_SUM = "WORK_INJURY_LUMP_SUM"
    WORK_INJURY_MONTHLY = "WORK_INJURY_MONTHLY"


class BenefitPayment(StrEnum):
    """How it is paid."""

    MONTHLY = "MONTHLY"
    ONCE = "ONCE"
