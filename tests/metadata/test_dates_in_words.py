"""Dates as catalogues print them."""

import pytest

from catalog.metadata.dates_in_words import edtf_of_words


@pytest.mark.parametrize(
    ("words", "edtf"),
    [
        ("1944", "1944"),
        ("c. 1952", "1952~"),
        ("ca. 1952", "1952~"),
        ("circa 1952", "1952~"),
        ("c. 1940-1950", "1940~/1950~"),
        ("1942\u20131943", "1942/1943"),
        ("September 1959", "1959-09"),
        ("August  1961", "1961-08"),
        ("November, 1953", "1953-11"),
        ("Sept. 1959", "1959-09"),
        ("March 13, 1965", "1965-03-13"),
        ("13 March 1965", "1965-03-13"),
        ("March 27-29, 1956", "1956-03-27/1956-03-29"),
        ("May 26 - 28,1959", "1959-05-26/1959-05-28"),
        ("June 30 - July 2, 1959", "1959-06-30/1959-07-02"),
        ("September - October 1959", "1959-09/1959-10"),
        ("December 1959 - January 1960", "1959-12/1960-01"),
        ("c. March 1951", "1951-03~"),
        ("1998-05-03", "1998-05-03"),
        ("196X", "196X"),
        ("n.d.", "unknown"),
        ("Undated", "unknown"),
    ],
)
def test_words_become_edtf(words, edtf):
    assert edtf_of_words(words) == edtf


@pytest.mark.parametrize("words", ["3/4/1956", "February 30, 1956", "Smarch 1959", "the fifties", "", "19590", "c."])
def test_what_could_be_otherwise_is_not_read(words):
    assert edtf_of_words(words) is None
