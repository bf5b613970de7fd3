"""What two copies say, word by word."""

import pytest

from catalog.web.comparison import marked


def shown(value: str, other: str) -> str:
    return "".join(f"[{part.text}]" if part.differs else part.text for part in marked(value, other))


@pytest.mark.parametrize(
    ("value", "other", "said"),
    [
        ("Corner of Mill Street", "Corner of Hill Street", "Corner of [Mill] Street"),
        ("5149-015-902", "5149-015-903", "5149-015-[902]"),
        ("12 March 2024", "13 March 2024", "[12] March 2024"),
        ("Mill Street, north", "Mill Street", "Mill Street[, north]"),
        ("Mill Street", "Mill Street, north", "Mill Street"),
        ("Dwelling unit, 640 Alder Avenue", "Checklist for, 640 Alder Avenue", "[Dwelling unit], 640 Alder Avenue"),
        ("Platform", "A red house", "Platform"),
        ("Only here", "", "Only here"),
        ("a " * 300, "a " * 299 + "b", "a " * 300),
    ],
)
def test_words_that_differ_are_marked_where_most_is_alike(value, other, said):
    assert shown(value, other) == said


def test_nothing_of_a_value_is_lost():
    for value, other in (("x  y, z", "x y z"), ("one two three", "three two one"), ("ñ é", "n e")):
        assert "".join(part.text for part in marked(value, other)) == value
