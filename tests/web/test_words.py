from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.web import words


@pytest.mark.parametrize(
    ("size_bytes", "said"),
    [
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (188_400, "188 kB"),
        (999_999, "1.0 MB"),
        (26_000_000, "26 MB"),
    ],
)
def test_sizes_are_said_in_powers_of_a_thousand(size_bytes, said):
    assert words.size_in_words(size_bytes) == said


@pytest.mark.parametrize(
    ("edtf", "said"),
    [
        ("2024-03-12", "12 March 2024"),
        ("2024-03", "March 2024"),
        ("2024", "2024"),
        ("2024-03-12T09:12:44", "12 March 2024, 09:12:44"),
        ("2024-03-12T09:12:44-08:00", "12 March 2024, 09:12:44 UTC-08:00"),
        ("1984?", "1984?"),
        ("2004-06/2006-08", "2004-06/2006-08"),
        ("unknown", "unknown"),
    ],
)
def test_plain_dates_are_said_in_words_and_others_as_written(edtf, said):
    assert words.date_in_words(edtf) == said


def test_a_moment_of_today_is_said_by_its_distance():
    assert words.since_in_words(timezone.now()) == "just now"
    assert words.since_in_words(timezone.now() - timedelta(minutes=5)) == "5\xa0minutes ago"
    assert "," in words.since_in_words(timezone.now() - timedelta(days=3))


def test_names_are_joined_as_in_a_sentence():
    assert [words.joined(n) for n in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]
