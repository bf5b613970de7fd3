"""data.json as cities give it to data.gov: DCAT-US 1.1, and the same catalog as DCAT-US 3.0.

Both are written record by record. What a schema demands and nobody filed is said in words, or left to what the
catalog itself knows; no licence, date or place is made up.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from catalog.formats.dates import bounds, xsd_type
from catalog.formats.entry import AgencyEntry, Audience, Catalog, Entry, FileEntry, Text
from catalog.formats.graph.resources import moment, outside_iri
from catalog.formats.text import well_formed

_PROJECT = "https://project-open-data.cio.gov/v1.1/schema"
_EMAIL = re.compile(r"[\w.+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2}(-[A-Z]{2})?")
_MIME = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+-]*")
_ANY_BYTES = "application/octet-stream"
_KEYWORD = "image"
_MOST_KEYWORDS, _LONGEST_KEYWORD, _LONGEST_RIGHTS, _LONGEST_DESCRIPTION = 1_000, 1_000, 255, 10_000
_ACCESS = {Audience.PUBLIC: "public", Audience.INTERNAL: "non-public", Audience.RESTRICTED: "non-public"}

Dataset = dict[str, Any]


def data_json(entries: Iterable[Entry], catalog: Catalog) -> Iterator[bytes]:
    """Yield a DCAT-US 1.1 catalog, a chunk for each record."""
    head = {
        "@context": f"{_PROJECT}/catalog.jsonld",
        "@id": catalog.addresses.data_json,
        "@type": "dcat:Catalog",
        "conformsTo": _PROJECT,
        "describedBy": f"{_PROJECT}/catalog.json",
    }
    return _streamed(head, entries, lambda entry: dataset_1_1(entry, catalog))


def dcat_us_3(entries: Iterable[Entry], catalog: Catalog) -> Iterator[bytes]:
    """Yield a DCAT-US 3.0 catalog, a chunk for each record."""
    head = {
        "@type": "Catalog",
        "@id": catalog.addresses.catalog,
        "conformsTo": {"@type": "Standard", "title": "DCAT-US 3.0"},
        "title": catalog.title,
        "description": catalog.description,
        "publisher": {"@type": "Organization", "name": catalog.publisher_name},
        "contactPoint": [_desk(catalog, None, "Kind")],
    }
    return _streamed(head, entries, lambda entry: dataset_3(entry, catalog))


def _streamed(head: Mapping, entries: Iterable[Entry], write: Callable[[Entry], Dataset]) -> Iterator[bytes]:
    yield (json.dumps(head, ensure_ascii=False, indent=1)[:-2] + ',\n "dataset": [').encode()
    before = "\n"
    for entry in entries:
        yield f"{before}{json.dumps(write(entry), ensure_ascii=False)}".encode()
        before = ",\n"
    yield b"\n]}\n"


def dataset_1_1(entry: Entry, catalog: Catalog) -> Dataset:
    """Return a record as data.gov's non-federal schema has it."""
    address, agency = catalog.addresses.image(entry.public_id), entry.summary.publisher
    city = {"@type": "org:Organization", "name": catalog.publisher_name}
    named = agency and _said(agency.name)
    publisher = {"@type": "org:Organization", "name": named, "subOrganizationOf": city} if named else city
    licences = [iri for value in entry.values.get("license", ()) if (iri := outside_iri(value.text))]
    related = [catalog.addresses.image(one.record_id) for one in entry.relations]
    return _filled(
        {
            "@type": "dcat:Dataset",
            "identifier": address,
            "accessLevel": _ACCESS[entry.audience],
            "rights": _rights(entry),
            "title": _title(entry),
            "description": _shortened(_description(entry), _LONGEST_DESCRIPTION),
            "keyword": [word[:_LONGEST_KEYWORD] for word in _keywords(entry)] or [_KEYWORD],
            "issued": _moment(entry.issued),
            "modified": _moment(entry.modified) or _moment(entry.issued) or _moment(catalog.modified),
            "language": _languages(entry),
            "license": licences[0] if licences else None,
            "spatial": _spatial(entry),
            "temporal": _temporal(entry),
            "landingPage": catalog.addresses.page(entry.public_id),
            "references": list(dict.fromkeys([f"{address}.ttl", *related])),
            "publisher": publisher,
            "contactPoint": _desk(catalog, agency, "vcard:Contact"),
            "distribution": [_distribution_1_1(copy, catalog) for copy in entry.copies],
        }
    )


def _distribution_1_1(copy: FileEntry, catalog: Catalog) -> Dataset:
    checksum = f"SHA-256 {copy.sha256.lower()}" if copy.sha256 else ""
    return _filled(
        {
            "@type": "dcat:Distribution",
            "title": _said(copy.title),
            "description": _said("; ".join(part for part in (copy.differs, checksum) if part)),
            "mediaType": _media_type(copy) or _ANY_BYTES,  # the schema wants one beside a downloadURL
            "downloadURL": catalog.addresses.original(copy.public_id),
        }
    )


def _media_type(copy: FileEntry) -> str | None:
    return copy.mime if _MIME.fullmatch(copy.mime or "") else None


def dataset_3(entry: Entry, catalog: Catalog) -> Dataset:
    """Return a record as the definitions of DCAT-US 3.0 have it."""
    address, agency = catalog.addresses.image(entry.public_id), entry.summary.publisher
    concept = {"@type": "Concept", "prefLabel": "Still image"}
    scheme = {"@type": "ConceptScheme", "title": "DCMI Type Vocabulary"}
    numbers = [
        {"@type": "Identifier", "schemaAgency": _said(known.issuer or known.scheme), "notation": _said(known.value)}
        for known in entry.identifiers
    ]
    return _filled(
        {
            "@type": "Dataset",
            "@id": address,
            "identifier": address,
            "otherIdentifier": numbers,
            "title": _title(entry),
            "description": _description(entry),
            "keyword": _keywords(entry),
            "category": [{**concept, "inScheme": scheme}],
            "language": [language[:2] for language in _languages(entry)],
            "created": _created(entry),
            "issued": _moment(entry.issued),
            "modified": _moment(entry.modified),
            "accessRights": str(entry.audience),
            "rights": [_said(value.text) for value in entry.values.get("rights", ()) if value.text.strip()],
            "provenance": [
                _said(f"Filed by {filing.agency.name} on {filing.filed_at:%Y-%m-%d}.") for filing in entry.filings
            ],
            "publisher": {"@type": "Organization", "name": _said(agency and agency.name) or catalog.publisher_name},
            "contactPoint": _desk(catalog, agency, "Kind"),
            "landingPage": {
                "@type": "Document",
                "title": _title(entry),
                "accessURL": catalog.addresses.page(entry.public_id),
            },
            "wasGeneratedBy": [{"@type": "Activity", "label": _said(merge.label)} for merge in entry.merges],
            "distribution": [_distribution_3(copy, entry, catalog) for copy in entry.copies],
        }
    )


def _distribution_3(copy: FileEntry, entry: Entry, catalog: Catalog) -> Dataset:
    checksum = {"@type": "Checksum", "algorithm": "SHA-256", "checksumValue": (copy.sha256 or "").lower()}
    return _filled(
        {
            "@type": "Distribution",
            "title": _said(copy.title),
            "description": _said(copy.differs),
            "mediaType": _media_type(copy),
            "accessURL": catalog.addresses.page(entry.public_id),
            "downloadURL": catalog.addresses.original(copy.public_id),
            "byteSize": str(copy.size_bytes) if copy.size_bytes is not None else None,
            "license": _said(copy.licence),
            "checksum": checksum if copy.sha256 else None,
        }
    )


# ---- parts that both have --------------------------------------------------------------------------------------


def _filled(dataset: Dataset) -> Dataset:
    """Leave out what nobody knows."""
    return {key: value for key, value in dataset.items() if value not in (None, "", [])}


def _said(text: str | None) -> str:
    return well_formed(text or "").strip()


def _title(entry: Entry) -> str:
    return next((_said(title.text) for title in entry.titles if title.text.strip()), f"Image {entry.public_id}")


def _description(entry: Entry) -> str:
    said = [_said(value.text) for value in entry.descriptions if value.text.strip()]
    return "\n\n".join(said) or "No description has been filed for this image."


def _shortened(text: str, most: int) -> str:
    """Return as much of a text as the schema of version 1.1 allows."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _keywords(entry: Entry) -> list[str]:
    words = dict.fromkeys(_said(value.text) for value in entry.keywords)
    return [word for word in words if word][:_MOST_KEYWORDS]


def _rights(entry: Entry) -> str:
    said = [_said(value.text) for term in ("rights", "accessRights") for value in entry.values.get(term, ())]
    return _shortened(" ".join(one for one in said if one), _LONGEST_RIGHTS)


def _moment(at: Any) -> str | None:
    literal = moment(at)
    return literal.value if literal else None


def _created(entry: Entry) -> str | None:
    """Return the date of the scene where the schema knows its form: a year, a month, a day or a moment with zone."""
    created = entry.created or ""
    kind = xsd_type(created)
    if kind == "dateTime" and not re.search(r"(Z|[+-]\d\d:\d\d)$", created):
        return created[:10]
    return created if kind else None


def _languages(entry: Entry) -> list[str]:
    tags: Iterable[Text] = entry.values.get("language", ())
    return list(dict.fromkeys(value.text for value in tags if _LANGUAGE.fullmatch(value.text)))


def _spatial(entry: Entry) -> str | None:
    """Return longitude and latitude of the first point, or the first place in words."""
    for place in entry.places:
        if point := place.point:
            return f"{point[0]},{point[1]}"
    named = [place.label for place in entry.places if place.label] + list(entry.values.get("spatial", ()))
    return next((_said(label.text) for label in named if label.text.strip()), None)


def _temporal(entry: Entry) -> str | None:
    """Return the first and the last day of the scene, where its date is a day or an interval of days."""
    ends = bounds(entry.created or "")
    if not ends or any(len(end) != len("2026-03-04") for end in ends):
        return None
    return f"{ends[0]}T00:00:00Z/{ends[1]}T23:59:59Z"


def _desk(catalog: Catalog, agency: AgencyEntry | None, kind: str) -> Dataset:
    """Return whom to write to: the department, or the catalog where the department has no address."""
    name, email = (agency.name, agency.email) if agency else (None, None)
    if not _EMAIL.fullmatch(_said(email)):
        name, email = catalog.contact_name or catalog.publisher_name, catalog.contact_email
    return {"@type": kind, "fn": _said(name), "hasEmail": f"mailto:{_said(email)}"}
