"""Articles of the law on social insurance, named by whichever of its two laws is in force."""

from domain.parameters import Law

LAW_41 = "41/2024"


def is_law_41(law: Law) -> bool:
    """Whether Law 41/2024 is in force, rather than Law 58/2014."""
    return law.number == LAW_41


def article(law: Law, under_58: str, under_41: str) -> str:
    """The article of the law in force."""
    return f"Law 41/2024 art.{under_41}" if is_law_41(law) else f"Law 58/2014 art.{under_58}"
