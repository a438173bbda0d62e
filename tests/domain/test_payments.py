"""Where an employer's money goes: to the oldest months, in the order of the funds, and no đồng is lost."""

from hypothesis import given, settings
from hypothesis import strategies as st

from db.parameters import law_of
from domain.contributions import Fund
from domain.months import Month
from domain.payments import Owed, allocated, order_of_funds

MONTHS = st.builds(Month, st.integers(2016, 2026), st.integers(1, 12))
OWED = st.dictionaries(st.tuples(MONTHS, st.sampled_from(Fund)), st.integers(1, 10**9), max_size=12)
PAID = st.lists(st.integers(1, 10**10), max_size=6)


def test_health_comes_first_and_pensions_last() -> None:
    assert order_of_funds(law_of(Month(2026, 10))) == [
        Fund.HEALTH,
        Fund.UNEMPLOYMENT,
        Fund.OCCUPATIONAL,
        Fund.SICKNESS_MATERNITY,
        Fund.RETIREMENT_SURVIVORS,
    ]


@settings(deadline=None)
@given(OWED, PAID)
def test_what_is_paid_is_what_is_shared_out_and_what_is_left(
    owed: dict[tuple[Month, Fund], int], paid: list[int]
) -> None:
    shares = list(
        allocated(enumerate(paid), [Owed(*place, amount) for place, amount in owed.items()], law_of)
    )
    assert all(share.amount > 0 for share in shares)
    assert sum(share.amount for share in shares) == min(sum(owed.values()), sum(paid))
    for number, amount in enumerate(paid):
        assert sum(share.amount for share in shares if share.payment == number) <= amount
    for place, amount in owed.items():
        assert sum(share.amount for share in shares if (share.month, share.fund) == place) <= amount


@settings(deadline=None)
@given(OWED, PAID)
def test_no_month_is_begun_before_the_one_before_it_is_paid(
    owed: dict[tuple[Month, Fund], int], paid: list[int]
) -> None:
    shares = list(
        allocated(enumerate(paid), [Owed(*place, amount) for place, amount in owed.items()], law_of)
    )
    places = [(share.month, order_of_funds(law_of(share.month)).index(share.fund)) for share in shares]
    assert places == sorted(places)
    for place, amount in owed.items():
        left = amount - sum(share.amount for share in shares if (share.month, share.fund) == place)
        if left:
            assert all((share.month, share.fund) <= place or share.month == place[0] for share in shares)
