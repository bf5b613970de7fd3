import pytest
from rdflib import RDF, Graph, URIRef

from catalog.metadata.elements import ELEMENTS, FIFTEEN, Joining, find_element


def test_the_fifteen_elements_of_simple_dublin_core_are_all_there():
    assert len(FIFTEEN) == 15
    assert set(FIFTEEN) <= set(ELEMENTS)


def test_every_element_can_be_said_in_simple_dublin_core_or_has_no_place_there():
    outside = {name for name, element in ELEMENTS.items() if name not in FIFTEEN and not element.refines}
    assert outside == {"rightsHolder", "provenance"}
    assert {element.refines for element in ELEMENTS.values()} - {""} <= set(FIFTEEN)


def test_title_and_date_are_required_and_nothing_else():
    assert [element.name for element in ELEMENTS.values() if element.required] == ["title", "created"]


def test_an_element_with_one_value_is_not_repeatable_and_can_contradict():
    for element in ELEMENTS.values():
        if element.has_one_value:
            assert not element.repeatable
            assert element.joining in (Joining.MOST_SPECIFIC, Joining.AGREED)


@pytest.mark.parametrize(
    "heading", ["created", "Date created", "date_created", "DCTERMS:created", "dc:Created", " date created "]
)
def test_an_element_is_found_by_name_or_label_whatever_the_case(heading):
    assert find_element(heading) is ELEMENTS["created"]


def test_a_heading_that_is_no_element_finds_none():
    assert find_element("notes") is None


def test_every_term_is_a_property_of_dcmi(shared):
    dcmi = Graph().parse(shared / "conformance/rdf-vocab/dublin-core-terms.ttl")
    assert [element.name for element in ELEMENTS.values() if not element.iri] == ["digitized"]
    for element in ELEMENTS.values():
        if element.iri:
            assert (URIRef(element.iri), RDF.type, RDF.Property) in dcmi, element.name
