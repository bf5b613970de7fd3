import pytest
from lxml import etree

from catalog.formats.dublin_core import element_of, simple_values, write_simple_dublin_core
from catalog.formats.entry import Entry
from catalog.formats.text import well_formed

from .examples import CATALOG, HOSTILE_TEXTS, damaged, hostile, minimal, nameless, photograph, withdrawn

DC = "{http://purl.org/dc/elements/1.1/}"


def values(entry: Entry, element: str) -> list[str]:
    root = etree.fromstring(write_simple_dublin_core(entry, CATALOG))
    return [child.text for child in root.findall(f"{DC}{element}")]


@pytest.mark.parametrize("entry", [photograph(), minimal(), nameless(), damaged(), withdrawn()])
def test_a_record_is_valid_oai_dc(check, tmp_path, entry):
    file = tmp_path / "record.xml"
    file.write_bytes(write_simple_dublin_core(entry, CATALOG))
    assert check.check_xsd("oai_dc", file) == 0


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)
def test_hostile_text_is_valid_and_says_the_same(check, tmp_path, text):
    file = tmp_path / "record.xml"
    file.write_bytes(write_simple_dublin_core(hostile(text), CATALOG))
    assert check.check_xsd("oai_dc", file) == 0
    assert values(hostile(text), "description")[:1] == ([well_formed(text)] if text.strip() else [])


def test_the_address_of_the_image_is_its_first_identifier():
    first, *others = values(photograph(), "identifier")
    assert first == "https://images.city.example/id/image/01JQ7X"
    assert "apn: 5006-001-002" in others
    assert f"urn:sha256:{'3b6f' * 16}" in others


def test_the_office_of_record_publishes_and_the_others_contribute():
    assert values(photograph(), "publisher") == ["Planning Department"]
    assert values(photograph(), "contributor") == ["Inspections Department", "Permits Office", "Site team 4"]


def test_refinements_are_dumbed_down():
    assert values(photograph(), "date") == ["2025-11-18T10:42:07Z", "2025-11-19"]
    assert "digital photograph" in values(photograph(), "format")
    assert values(photograph(), "coverage")[:2] == ["12 Mill Street", "east=-71.0589; north=42.3601"]
    assert element_of("nonsense") == "description"


def test_a_language_is_kept_where_it_is_one():
    root = etree.fromstring(write_simple_dublin_core(photograph(), CATALOG))
    assert root.find(f"{DC}title").get("{http://www.w3.org/XML/1998/namespace}lang") == "en"
    assert root.find(f"{DC}creator").keys() == []


def test_every_value_stands_once_and_in_the_order_of_the_elements():
    said = simple_values(photograph(), CATALOG)
    assert len(said) == len(set(said))
    assert [element for element, _, _ in said][:3] == ["title", "creator", "creator"]
    assert values(photograph(), "format").count("image/jpeg") == 1


def test_retired_and_related_records_are_relations():
    assert values(photograph(), "relation")[:3] == [
        "https://images.city.example/id/image/01JQ9C",
        "https://images.city.example/id/image/01JPM2",
        "https://images.city.example/id/image/01JPZ8",
    ]


def test_a_missing_licence_is_no_right_at_all():
    assert values(damaged(), "rights") == []
