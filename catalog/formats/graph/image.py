"""The image itself: dcat:Dataset, and a class of the DCMI Type Vocabulary."""

from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode

from catalog.formats.addresses import part
from catalog.formats.entry import Catalog, Entry, Place, RelationEntry, Summary
from catalog.formats.graph import agencies, codes
from catalog.formats.graph.description import described
from catalog.formats.graph.resources import Resource, Statement, dated, moment, resource, worded, words
from catalog.formats.graph.vocabularies import (
    ADMS,
    DC,
    DCAT,
    DCMITYPE,
    DCTERMS,
    FOAF,
    GEO,
    PROV,
    SKOS,
    XSD,
)

_XSD_DATES = frozenset({XSD.gYear, XSD.gYearMonth, XSD.date, XSD.dateTime})


def image(entry: Entry, catalog: Catalog) -> Resource:
    """Return the image with its description, its agencies and its relations; its files are only named."""
    address = catalog.addresses.image(entry.public_id)
    return resource(
        address,
        [DCAT.Dataset, DCAT.Resource, DCMITYPE[entry.dcmi_type], PROV.Entity],
        (DCTERMS.identifier, Literal(address)),
        *_summary(entry.public_id, entry.summary, catalog),
        *_dates(entry),
        *described(address, entry.values),
        *_places(address, entry),
        (DCTERMS.type, codes.dcmi_type(entry.dcmi_type)),
        (DCTERMS.accessRights, codes.access_right(entry.audience)),
        (DCAT.contactPoint, agencies.contact(catalog, entry.summary.publisher)),
        (DCAT.landingPage, _page(entry, catalog)),
        *_identifiers(address, entry),
        *_version(entry),
        *_origins(entry, catalog),
        *_attributions(address, entry, catalog),
        *(said for relation in entry.relations for said in _relation(address, relation, catalog)),
    )


def _summary(record_id: str, summary: Summary, catalog: Catalog) -> Iterator[Statement]:
    titles = worded(summary.titles) or [words(f"Image {record_id}", "en")]
    descriptions = worded(summary.descriptions) or [words("No description has been filed for this image.", "en")]
    yield from ((DCTERMS.title, title) for title in titles)
    yield from ((DCTERMS.description, description) for description in descriptions)
    agency = summary.publisher
    yield DCTERMS.publisher, agencies.agency(catalog, agency) if agency else agencies.city(catalog)


def _dates(entry: Entry) -> Iterator[Statement]:
    yield DCTERMS.issued, moment(entry.issued)
    yield DCTERMS.modified, moment(entry.modified)
    yield PROV.invalidatedAtTime, moment(entry.withdrawn_at)
    yield ADMS.status, codes.status("Withdrawn") if entry.withdrawn_at else None
    first, *others = [dated(date.text) for date in entry.values.get("created", ()) if date.text.strip()] or [None]
    if first:
        yield (DCTERMS.created if first.datatype in _XSD_DATES else DCTERMS.date), first
    yield from ((DC.date, other) for other in others)


def _places(address: str, entry: Entry) -> Iterator[Statement]:
    named = [Place(label=value) for value in entry.values.get("spatial", ()) if value.text.strip()]
    for position, place in enumerate((*entry.places, *named), start=1):
        yield DCTERMS.spatial, _location(part(address, "place", str(position)), place)


def _location(address: str, place: Place) -> Resource:
    label = words(place.label.text, place.label.language) if place.label else None
    point = f"POINT({place.point[0]:.7f} {place.point[1]:.7f})" if place.point else None
    return resource(
        address,
        [DCTERMS.Location],
        (SKOS.prefLabel, label),
        (DCAT.centroid, Literal(point, datatype=GEO.wktLiteral) if point else None),
    )


def _page(entry: Entry, catalog: Catalog) -> Resource:
    title = words(f"Page of image {entry.public_id}", "en")
    return resource(catalog.addresses.page(entry.public_id), [FOAF.Document], (DCTERMS.title, title))


def _identifiers(address: str, entry: Entry) -> Iterator[Statement]:
    for known in entry.identifiers:
        scheme = f"{known.issuer}: {known.scheme}" if known.issuer else known.scheme
        yield ADMS.identifier, _identifier(part(address, "identifier", known.scheme, known.value), scheme, known.value)
    if phash := entry.phash:
        yield ADMS.identifier, _identifier(part(address, "phash"), f"pHash, {len(phash) * 4} bit", phash)


def _identifier(address: str, scheme: str, value: str) -> Resource:
    return resource(address, [ADMS.Identifier], (ADMS.schemaAgency, words(scheme)), (SKOS.notation, words(value)))


def _version(entry: Entry) -> Iterator[Statement]:
    notes = entry.version_notes
    yield DCAT.version, words(entry.version) if entry.version else None
    yield ADMS.versionNotes, words(notes.text, notes.language) if notes else None
    yield from ((SKOS.editorialNote, words(conflict, "en")) for conflict in entry.conflicts)


def _origins(entry: Entry, catalog: Catalog) -> Iterator[Statement]:
    """Name the files, the filings, what merged them, and the records that were retired."""
    addresses = catalog.addresses
    yield from ((DCAT.distribution, NamedNode(addresses.copy(copy.public_id))) for copy in entry.copies)
    yield from ((PROV.wasDerivedFrom, NamedNode(addresses.filing(filing.public_id))) for filing in entry.filings)
    yield from ((PROV.wasGeneratedBy, NamedNode(addresses.merge(merge.public_id))) for merge in entry.merges)
    yield from ((DCTERMS.replaces, NamedNode(addresses.image(record_id))) for record_id in entry.replaces)


def _attributions(address: str, entry: Entry, catalog: Catalog) -> Iterator[Statement]:
    """Yield each agency once: as office of record, or as one that filed the image too."""
    office = entry.summary.publisher
    for agency in dict.fromkeys(filing.agency for filing in entry.filings):
        role = ("authoritative-source", "office of record") if agency == office else ("depositor", "depositor")
        yield (
            PROV.qualifiedAttribution,
            resource(
                part(address, "attribution", agency.slug),
                [PROV.Attribution],
                (PROV.agent, agencies.agency(catalog, agency)),
                (DCAT.hadRole, codes.role(catalog.addresses, *role)),
            ),
        )


def _relation(address: str, relation: RelationEntry, catalog: Catalog) -> Iterator[Statement]:
    other = catalog.addresses.image(relation.record_id)
    yield (
        DCAT.qualifiedRelation,
        resource(
            part(address, relation.role, relation.record_id),
            [DCAT.Relationship],
            (DCTERMS.relation, NamedNode(other)),
            (DCAT.hadRole, codes.role(catalog.addresses, relation.role)),
        ),
    )
    if relation.is_derived:
        yield PROV.wasDerivedFrom, NamedNode(other)
    if relation.is_derived and relation.summary:
        said = _summary(relation.record_id, relation.summary, catalog)
        yield DCTERMS.source, resource(other, [DCAT.Dataset, DCAT.Resource], *said)
