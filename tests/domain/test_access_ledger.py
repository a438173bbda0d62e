"""Who looked, in words: of every field that tells something of somebody."""

import pytest

from domain.access_ledger import FIELDS, reader_in_english, reader_in_vietnamese, shown
from schema.portal import schema
from tests.portal import portal

OWNED = [name for name, entity in portal().catalogue.entities.items() if entity.about]


@pytest.mark.parametrize("name", OWNED)
def test_every_field_of_a_type_that_is_about_somebody_has_words(name: str) -> None:
    fields = {*schema._schema.type_map[name].fields, "__typename", "cursor", "totalCount"}  # type: ignore[union-attr]  # noqa: SLF001 -- an object
    assert {f"{name}.{field}" for field in fields} <= FIELDS.keys()
    for field in fields:
        assert shown(f"{name}.{field}").name_vi != shown(f"{name}.{field}").name_en


@pytest.mark.parametrize(
    ("kind", "vietnamese", "english"),
    [
        ("CITIZEN", "Chính chủ hồ sơ", "The person themself"),
        ("OFFICER", "Cán bộ Thu, BHXH Hà Nội", "Officer Thu, Hanoi"),
        ("EMPLOYER", "Thu, Dệt May", "Thu, Dệt May"),
        ("PARTNER", "Thu", "Thu"),
        ("REPRESENTATIVE", "Thu, người đại diện", "Thu, who represents the person"),
    ],
)
def test_a_reader_is_called_as_one_says_it(kind: str, vietnamese: str, english: str) -> None:
    office = ("BHXH Hà Nội", "Hanoi") if kind == "OFFICER" else (None, None)
    employer = "Dệt May" if kind == "EMPLOYER" else None
    assert reader_in_vietnamese(kind, "Thu", *office, employer) == vietnamese
    assert reader_in_english(kind, "Thu", *office, employer) == english
