"""Records and the catalog as RDF: DCAT 3 with Dublin Core, PROV, SPDX and ADMS.

Conforms to the SHACL shapes of DCAT-AP 3.0.1 and DCAT-US 3.0. Three things follow from those shapes:

* A date that XML Schema cannot say ("1987~") is dcterms:date with the EDTF datatype, as dcterms:created may
  only be an XML Schema date there.
* A value in words of a term that wants a resource (a source, a format) is stated with the element of the same
  name in the /elements/1.1/ namespace, whose range is open; so are creators beyond the first.
* A record without description says so in words, as a description is mandatory. Nothing else is filled in:
  a file without a known licence has none.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import NamedNode, Triple

from catalog.formats.addresses import part
from catalog.formats.entry import AgencyEntry, Catalog, Entry
from catalog.formats.graph import agencies as agents
from catalog.formats.graph import codes, files, history
from catalog.formats.graph.image import image
from catalog.formats.graph.resources import Resource, moment, resource, triples, words
from catalog.formats.graph.vocabularies import DCAT, DCTERMS, FOAF, HYDRA


def record_triples(entry: Entry, catalog: Catalog, told: set[Resource] | None = None) -> Iterator[Triple]:
    """Yield all that is to be said of a record, with everything that it points at.

    With `told`, shared resources (agencies, codes) that are already in that set are not said again.
    """
    return triples(_record(entry, catalog), told)


@dataclass(frozen=True, slots=True)
class View:
    """One page of the catalog: its own address, and that of the next one."""

    address: str
    following: str | None = None


def catalog_triples(
    catalog: Catalog,
    agencies: Iterable[AgencyEntry] = (),
    told: set[Resource] | None = None,
    view: View | None = None,
) -> Iterator[Triple]:
    """Yield the catalog's own description and its agencies; that it lists a record, the record's triples say."""
    described = [_catalog(catalog), *(agents.agency(catalog, agency) for agency in agencies)]
    return triples([*described, _view(catalog, view)] if view else described, told)


def _view(catalog: Catalog, view: View) -> Resource:
    following = NamedNode(view.following) if view.following else None
    page = resource(view.address, [HYDRA.PartialCollectionView], (HYDRA["next"], following))
    return resource(catalog.addresses.catalog, [HYDRA.Collection], (HYDRA.view, page))


def _record(entry: Entry, catalog: Catalog) -> Iterator[Resource]:
    yield image(entry, catalog)
    yield from (files.file(copy, entry, catalog) for copy in entry.copies)
    yield from (files.filing(filing, entry, catalog) for filing in entry.filings)
    if record := files.catalog_record(entry, catalog):
        yield record
    yield from (history.merge(merge, catalog) for merge in entry.merges)
    yield from (history.match(match, catalog) for match in entry.matches)
    yield from (history.absorbed(record_id, entry, catalog) for record_id in entry.replaces)
    yield _membership(entry, catalog)


def _membership(entry: Entry, catalog: Catalog) -> Resource:
    """Return what the catalog lists: the image while it stands, its record, and every filing for good."""
    addresses = catalog.addresses
    records = [addresses.catalog_record(entry.public_id)] if entry.modified else []
    records += (addresses.filing(filing.public_id) for filing in entry.filings)
    return resource(
        addresses.catalog,
        [],
        (DCAT.dataset, None if entry.withdrawn_at else NamedNode(addresses.image(entry.public_id))),
        *((DCAT.record, NamedNode(record)) for record in records),
    )


def _catalog(catalog: Catalog) -> Resource:
    address = catalog.addresses.catalog
    title = words(catalog.title, catalog.language)
    return resource(
        address,
        [DCAT.Catalog],
        (DCTERMS.title, title),
        (DCTERMS.description, words(catalog.description, catalog.language)),
        (DCTERMS.publisher, agents.city(catalog)),
        (DCTERMS.language, codes.language(catalog.language)),
        (DCTERMS.issued, moment(catalog.issued)),
        (DCTERMS.modified, moment(catalog.modified)),
        (DCTERMS.license, codes.licence(catalog.licence, part(address, "licence"))),
        (DCAT.contactPoint, agents.contact(catalog, None)),
        (FOAF.homepage, resource(catalog.addresses.home, [FOAF.Document], (DCTERMS.title, title))),
    )
