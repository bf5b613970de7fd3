from collections.abc import Iterable
from dataclasses import replace

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from catalog.formats.addresses import Addresses
from catalog.formats.entry import AgencyEntry, Audience, Entry, FileEntry, Text
from catalog.formats.graph.vocabularies import ADMS, DC, DCAT, DCTERMS, EDTF_DATATYPE, FOAF, PROV, RDF, RDFS, SKOS, XSD
from catalog.formats.rdf import catalog_triples, record_triples

from .examples import (
    AGENCIES,
    CATALOG,
    CC0,
    HOSTILE_TEXTS,
    PLANNING,
    crop,
    damaged,
    hostile,
    minimal,
    nameless,
    photograph,
    withdrawn,
    worked_example,
)

ADDRESSES = Addresses(CATALOG.base_iri)


def graph_of(*entries: Entry) -> list[Triple]:
    return [triple for entry in entries for triple in record_triples(entry, CATALOG)]


def objects(triples: Iterable[Triple], subject: str, predicate: NamedNode) -> list[NamedNode | Literal]:
    return [each.object for each in triples if each.subject.value == subject and each.predicate == predicate]


def said(entry: Entry, predicate: NamedNode) -> list[NamedNode | Literal]:
    """Return what is said of the image itself."""
    return objects(graph_of(entry), ADDRESSES.image(entry.public_id), predicate)


def with_values(**values: tuple[Text, ...]) -> Entry:
    return replace(minimal(), values=values)


# Conformance


def test_the_worked_example_conforms(violations):
    assert violations([*catalog_triples(CATALOG, AGENCIES), *graph_of(*worked_example())]) == 0


@pytest.mark.parametrize("entry", [photograph(), crop(), minimal(), nameless(), damaged(), withdrawn()])
def test_a_record_conforms_by_itself(violations, entry):
    assert violations(graph_of(entry)) == 0


def test_a_catalog_of_the_least_that_is_known_conforms(violations):
    least = replace(CATALOG, language="tlh", issued=None, modified=None, licence=None, contact_email=None)
    assert violations([*catalog_triples(least), *record_triples(minimal(), least)]) == 0


def test_hostile_text_conforms(violations):
    assert violations(graph_of(*map(hostile, HOSTILE_TEXTS.values()))) == 0


def test_the_gates_notice_what_is_missing(violations):
    graph = [each for each in graph_of(minimal()) if each.predicate != DCTERMS.publisher]
    assert violations(graph) > 0


# The shape of the graph


def test_there_are_no_blank_nodes():
    graph = graph_of(*worked_example(), hostile("text"))
    assert not any(isinstance(term, BlankNode) for each in graph for term in (each.subject, each.object))


def test_a_record_says_nothing_twice():
    graph = graph_of(photograph())
    assert len(graph) == len(set(graph))


def test_the_same_record_is_the_same_graph_every_time():
    assert graph_of(photograph()) == graph_of(photograph())


def test_the_image_its_page_and_its_catalog_record_are_three_things():
    graph = graph_of(photograph())
    assert DCAT.Dataset in objects(graph, ADDRESSES.image("01JQ7X"), RDF.type)
    assert objects(graph, ADDRESSES.page("01JQ7X"), RDF.type) == [FOAF.Document]
    assert objects(graph, ADDRESSES.catalog_record("01JQ7X"), RDF.type) == [DCAT.CatalogRecord]


def test_the_catalog_lists_the_record_and_every_filing():
    graph = graph_of(photograph())
    assert objects(graph, ADDRESSES.catalog, DCAT.dataset) == [NamedNode(ADDRESSES.image("01JQ7X"))]
    assert len(objects(graph, ADDRESSES.catalog, DCAT.record)) == 4


# What stands in it


def test_the_agency_of_the_record_copy_publishes_and_the_others_are_depositors():
    graph = graph_of(photograph())
    assert said(photograph(), DCTERMS.publisher) == [NamedNode(ADDRESSES.agency("planning"))]
    attributions = objects(graph, ADDRESSES.image("01JQ7X"), PROV.qualifiedAttribution)
    roles = [objects(graph, each.value, DCAT.hadRole)[0].value.rsplit("/")[-1] for each in attributions]
    assert roles == ["authoritative-source", "depositor", "depositor"]


def test_without_filings_the_city_publishes():
    assert said(minimal(), DCTERMS.publisher) == [NamedNode(ADDRESSES.agency("city"))]


def test_an_agency_that_is_the_city_itself_is_not_part_of_itself():
    graph = list(catalog_triples(CATALOG, [AgencyEntry(slug="city", name="City of Example")]))
    assert objects(graph, ADDRESSES.agency("city"), FOAF.name) == [Literal("City of Example")]
    assert ADDRESSES.agency("city") not in {each.object.value for each in graph if each.predicate != DCTERMS.publisher}


def test_a_lesser_copy_is_the_best_one_in_another_form():
    graph = graph_of(photograph())
    best = NamedNode(ADDRESSES.copy("01K8QW"))
    assert objects(graph, ADDRESSES.copy("01K8R3"), DCTERMS.isFormatOf) == [best]
    assert objects(graph, best.value, DCTERMS.isFormatOf) == []


def test_a_licence_is_an_address_or_words():
    graph = graph_of(photograph())
    assert objects(graph, ADDRESSES.copy("01K8QW"), DCTERMS.license) == [NamedNode(CC0)]
    (in_words,) = objects(graph, ADDRESSES.copy("01K8R3"), DCTERMS.license)
    assert objects(graph, in_words.value, RDFS.label) == [Literal("For use within the city")]


@pytest.mark.parametrize("licence", [None, "", "  "])
def test_a_missing_licence_is_none_at_all(licence):
    entry = replace(minimal(), copies=(FileEntry(public_id="c", licence=licence, is_best=True),))
    assert not any(each.predicate == DCTERMS.license for each in graph_of(entry))


def test_a_copy_that_lies_elsewhere_cannot_be_downloaded():
    graph = graph_of(damaged())
    assert objects(graph, ADDRESSES.copy("d1"), DCAT.downloadURL) == [NamedNode(ADDRESSES.original("d1"))]
    assert objects(graph, ADDRESSES.copy("d2"), DCAT.downloadURL) == []


def test_a_damaged_file_says_so_and_a_sound_one_says_nothing():
    assert objects(graph_of(damaged()), ADDRESSES.copy("d1"), ADMS.status) == [
        NamedNode(ADDRESSES.defined("condition", "damaged"))
    ]
    assert objects(graph_of(photograph()), ADDRESSES.copy("01K8QW"), ADMS.status) == []


@pytest.mark.parametrize(
    ("copy", "extent"),
    [
        (FileEntry(public_id="c", width=4032, height=3024), ["4,032 x 3,024 pixels"]),
        (FileEntry(public_id="c", width=10, height=20, pages=3), ["10 x 20 pixels, 3 pages"]),
        (FileEntry(public_id="c", pages=3), ["3 pages"]),
        (FileEntry(public_id="c"), []),
    ],
)
def test_the_extent_counts_pixels_and_pages(copy, extent):
    graph = graph_of(replace(minimal(), copies=(copy,)))
    assert [each.value for each in objects(graph, ADDRESSES.copy("c") + "#extent", RDFS.label)] == extent


def test_a_withdrawn_record_stays_as_a_tombstone_that_the_catalog_no_longer_lists():
    graph = graph_of(withdrawn())
    gone = NamedNode("http://purl.org/adms/status/Withdrawn")
    assert objects(graph, ADDRESSES.image("withdrawn"), ADMS.status) == [gone]
    assert objects(graph, ADDRESSES.filing("H-78"), ADMS.status) == [gone]
    assert objects(graph, ADDRESSES.catalog, DCAT.dataset) == []
    assert len(objects(graph, ADDRESSES.catalog, DCAT.record)) == 2


def test_an_absorbed_record_points_to_the_one_that_answers_for_it():
    graph = graph_of(photograph())
    old = ADDRESSES.image("01JPM2")
    assert objects(graph, old, DCTERMS.isReplacedBy) == [NamedNode(ADDRESSES.image("01JQ7X"))]
    assert objects(graph, old, PROV.wasInvalidatedBy) == [NamedNode(ADDRESSES.merge("77"))]


def test_a_crop_names_its_source_where_the_source_is_described():
    source, cut = worked_example()
    image = NamedNode(ADDRESSES.image(source.public_id))
    assert said(cut, DCTERMS.source) == [image]
    assert said(crop(), DCTERMS.source) == []
    assert said(crop(), PROV.wasDerivedFrom)[-1] == image


def test_what_a_crop_says_of_its_source_the_source_says_too():
    source, cut = worked_example()
    image = NamedNode(ADDRESSES.image(source.public_id))
    about_source = {each for each in graph_of(cut) if each.subject == image}
    assert about_source <= set(graph_of(source))


@pytest.mark.parametrize(
    ("audience", "code"),
    [(Audience.PUBLIC, "PUBLIC"), (Audience.INTERNAL, "RESTRICTED"), (Audience.RESTRICTED, "NON_PUBLIC")],
)
def test_the_audience_is_an_access_right(audience, code):
    (right,) = said(replace(minimal(), audience=audience), DCTERMS.accessRights)
    assert right.value.endswith(f"access-right/{code}")


def test_a_point_off_the_globe_is_left_out():
    graph = graph_of(hostile("text"))
    assert [each.object.value for each in graph if each.predicate == DCAT.centroid] == ["POINT(-180.0000000 0.0000001)"]


def test_an_agency_without_a_desk_is_reached_by_that_of_the_catalog():
    assert said(photograph(), DCAT.contactPoint) == [NamedNode(ADDRESSES.agency(PLANNING.slug) + "#contact")]
    assert said(crop(), DCAT.contactPoint) == [NamedNode(ADDRESSES.agency("city") + "#contact")]


# The description


@pytest.mark.parametrize(
    ("date", "predicate", "datatype"),
    [
        ("1987", DCTERMS.created, XSD.gYear),
        ("1987-04-30", DCTERMS.created, XSD.date),
        ("1987~", DCTERMS.date, EDTF_DATATYPE),
        ("1920/1930", DCTERMS.date, EDTF_DATATYPE),
        ("unknown", DCTERMS.date, XSD.string),
    ],
)
def test_a_date_is_typed_honestly(date, predicate, datatype):
    assert said(with_values(created=(Text(date),)), predicate) == [Literal(date, datatype=datatype)]


def test_the_first_creator_is_an_agent_and_all_are_named():
    entry = with_values(creator=(Text("A. Osei"), Text("B. Ruiz")))
    (first,) = said(entry, DCTERMS.creator)
    assert objects(graph_of(entry), first.value, FOAF.name) == [Literal("A. Osei")]
    assert said(entry, DC.creator) == [Literal("A. Osei"), Literal("B. Ruiz")]


def test_subjects_are_keywords():
    assert said(photograph(), DCAT.keyword) == [Literal("facade", language="en"), Literal("demolition", language="en")]


def test_a_language_in_no_list_stays_in_words():
    entry = with_values(language=(Text("es-MX"), Text("spa"), Text("tlh")))
    spanish = NamedNode("http://publications.europa.eu/resource/authority/language/SPA")
    assert set(said(entry, DCTERMS.language)) == {spanish}
    assert said(entry, DC.language) == [Literal("tlh")]


def test_a_reference_is_a_link_where_it_is_an_address():
    entry = with_values(references=(Text("https://city.example/P 118"), Text("permit P-118")))
    assert said(entry, DCTERMS.references) == [NamedNode("https://city.example/P%20118")]
    assert said(entry, DC.relation) == [Literal("permit P-118")]


def test_replaces_in_a_description_is_not_mistaken_for_a_retired_record():
    entry = with_values(replaces=(Text("https://city.example/old"),))
    assert said(entry, DCTERMS.replaces) == []
    assert said(entry, DC.relation) == [Literal("https://city.example/old")]


def test_all_rights_are_one_statement():
    (rights,) = said(photograph(), DCTERMS.rights)
    assert len(objects(graph_of(photograph()), rights.value, RDFS.label)) == 2


def test_a_period_has_its_two_ends():
    entry = with_values(temporal=(Text("1920/1930"),))
    (period,) = said(entry, DCTERMS.temporal)
    graph = graph_of(entry)
    assert objects(graph, period.value, DCAT.startDate) == [Literal("1920", datatype=XSD.gYear)]
    assert objects(graph, period.value, DCAT.endDate) == [Literal("1930", datatype=XSD.gYear)]


def test_a_term_that_nobody_knows_describes():
    assert said(with_values(nonsense=(Text("why"),)), DC.description) == [Literal("why")]


def test_conflicts_are_notes_of_the_editors():
    assert len(said(photograph(), SKOS.editorialNote)) == 1
