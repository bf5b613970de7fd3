"""The files of a record (dcat:Distribution) and the acts of filing them (dcat:CatalogRecord)."""

from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode

from catalog.formats.addresses import part
from catalog.formats.entry import Catalog, Entry, FileEntry, FilingEntry, Text
from catalog.formats.graph import agencies, codes
from catalog.formats.graph.resources import Resource, Statement, moment, resource, words
from catalog.formats.graph.vocabularies import ADMS, DC, DCAT, DCTERMS, FOAF, PROV, RDFS, SPDX, XSD


def file(copy: FileEntry, entry: Entry, catalog: Catalog) -> Resource:
    """Return one distinct sequence of bytes; its licence is stated only where one is known."""
    addresses = catalog.addresses
    address = addresses.copy(copy.public_id)
    mime = codes.media_type(copy.mime) if copy.mime else None
    return resource(
        address,
        [DCAT.Distribution, PROV.Entity],
        (DCTERMS.title, words(copy.title, "en") if copy.title else None),
        (DCTERMS.description, words(copy.differs, "en") if copy.differs else None),
        (DCAT.accessURL, NamedNode(addresses.page(entry.public_id))),
        (DCAT.downloadURL, NamedNode(addresses.original(copy.public_id)) if copy.is_downloadable else None),
        (DCAT.mediaType, mime),
        (DC.format, words(copy.mime) if copy.mime and not mime else None),
        (DCAT.byteSize, _size(copy.size_bytes)),
        (DCTERMS.extent, _extent(address, copy)),
        (DCTERMS.license, codes.licence(copy.licence, part(address, "licence"))),
        (ADMS.status, codes.condition(addresses, copy.condition)),
        (SPDX.checksum, _checksum(address, copy.sha256) if copy.sha256 else None),
        *_rendition(copy, entry, catalog),
    )


def _rendition(copy: FileEntry, entry: Entry, catalog: Catalog) -> Iterator[Statement]:
    """Yield that a lesser copy is the same picture as the best one in another form."""
    best = entry.best_copy
    if best and best.public_id != copy.public_id:
        node = NamedNode(catalog.addresses.copy(best.public_id))
        yield DCTERMS.isFormatOf, node
        yield PROV.alternateOf, node


def _size(size_bytes: int | None) -> Literal | None:
    return None if size_bytes is None else Literal(str(size_bytes), datatype=XSD.nonNegativeInteger)


def _extent(owner: str, copy: FileEntry) -> Resource | None:
    """Return the size of the picture, and the number of pictures where there are several."""
    pixels = [f"{copy.width:,} x {copy.height:,} pixels"] if copy.width and copy.height else []
    pages = [f"{copy.pages:,} pages"] if copy.pages > 1 else []
    if not pixels and not pages:
        return None
    said = words(", ".join(pixels + pages), "en")
    return resource(part(owner, "extent"), [DCTERMS.SizeOrDuration], (RDFS.label, said))


def _checksum(owner: str, sha256: str) -> Resource:
    """Return the SHA-256 in lower case, as DCAT-AP asks."""
    value = Literal(sha256.lower(), datatype=XSD.hexBinary)
    said = (SPDX.algorithm, codes.SHA256), (SPDX.checksumValue, value)
    return resource(part(owner, "checksum"), [SPDX.Checksum], *said)


def filing(filing: FilingEntry, entry: Entry, catalog: Catalog) -> Resource:
    """Return one act of filing, which stays when it is withdrawn."""
    addresses = catalog.addresses
    key = f"{filing.agency.slug}/{filing.item_key}"
    title = filing.title or Text(f"Filing {key}", "en")
    file_name = words(f"Filed under the name {filing.file_name}", "en") if filing.file_name else None
    return resource(
        addresses.filing(filing.public_id),
        [DCAT.CatalogRecord, PROV.Entity],
        (DCTERMS.identifier, words(key)),
        (DCTERMS.title, words(title.text, title.language)),
        (DCTERMS.description, file_name),
        (FOAF.primaryTopic, NamedNode(addresses.image(entry.public_id))),
        (PROV.hadPrimarySource, NamedNode(addresses.copy(filing.copy_id)) if filing.copy_id else None),
        (DCTERMS.issued, moment(filing.filed_at)),
        (DCTERMS.modified, moment(filing.modified_at or filing.withdrawn_at or filing.filed_at)),
        (PROV.invalidatedAtTime, moment(filing.withdrawn_at)),
        (PROV.wasAttributedTo, agencies.agency(catalog, filing.agency)),
        (ADMS.status, codes.status("Withdrawn" if filing.withdrawn_at else "Completed")),
    )


def catalog_record(entry: Entry, catalog: Catalog) -> Resource | None:
    """Return the catalog's own line about the image; None if it is not known when that last changed."""
    if entry.modified is None:
        return None
    return resource(
        catalog.addresses.catalog_record(entry.public_id),
        [DCAT.CatalogRecord],
        (DCTERMS.title, words(f"Catalog record for {entry.public_id}", "en")),
        (FOAF.primaryTopic, NamedNode(catalog.addresses.image(entry.public_id))),
        (DCTERMS.issued, moment(entry.issued)),
        (DCTERMS.modified, moment(entry.modified)),
        (ADMS.status, codes.status("Withdrawn" if entry.withdrawn_at else "Completed")),
    )
