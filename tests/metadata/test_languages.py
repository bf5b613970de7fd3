import pytest

from catalog.metadata.languages import is_language_code, is_language_tag, three_letter_code


@pytest.mark.parametrize("code", ["eng", "spa", "ger", "deu", "ase", "und", "zxx", "qaa"])
def test_codes_of_iso_639_are_known(code):
    assert is_language_code(code)


@pytest.mark.parametrize("code", ["en", "xqq", "English", "ENG", ""])
def test_what_is_no_three_letter_code_is_not(code):
    assert not is_language_code(code)


@pytest.mark.parametrize("tag", ["en", "es-MX", "zh-Hant-TW", "ase", "de-CH-1996", "en-x-plan"])
def test_language_tags_are_known(tag):
    assert is_language_tag(tag)


@pytest.mark.parametrize("tag", ["english", "x-default", "en_US", "qq", "en--US", "e"])
def test_what_is_no_language_tag_is_not(tag):
    assert not is_language_tag(tag)


def test_every_kind_of_code_leads_to_the_three_letter_one():
    assert [three_letter_code(code) for code in ("en", "EN", "ger", "nonsense")] == ["eng", "eng", "deu", None]
