"""The Dublin Core elements that describe an image, as plain data.

The fifteen elements of ISO 15836-1 (DCMES 1.1) and those terms of ISO 15836-2 (DCMI Metadata Terms,
https://www.dublincore.org/specifications/dublin-core/dcmi-terms/) that images need. Names are the local
names in http://purl.org/dc/terms/. The definitions say in our own words what the element means for an
image in this catalog. One element is the catalog's own: `digitized`, the day of the scan, which DCMI
does not tell apart from other dates.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

DCTERMS = "http://purl.org/dc/terms/"
PERSON = "person"
"""The scheme of a subject that is somebody depicted: such names are never joined across filings."""


class Joining(StrEnum):
    """How the values of several filings become one description; the value is a phrase for the page."""

    RECORD_COPY = "the record copy's own, else the most complete"
    UNION = "everything that is said"
    EARLIEST = "the earliest"
    LATEST = "the latest"
    MOST_SPECIFIC = "the most specific of those that agree"
    AGREED = "what the filings agree on, else the record copy's own"


@dataclass(frozen=True)
class Element:
    """One Dublin Core element.

    `iri` is empty where DCMI has no such term; exports then say the element that it `refines`.
    `refines` names the one of the fifteen elements that a reader of simple Dublin Core is told instead.
    `schemes` are encoding schemes by name, the one that is assumed first. An `is_open` element also takes
    free text and the names of other vocabularies; a closed one must follow one of its schemes.
    `repeatable` is about one filing; `has_one_value` says that filings which differ contradict one another.
    """

    name: str
    label: str
    definition: str
    joining: Joining
    iri: str
    schemes: tuple[str, ...] = ()
    refines: str = ""
    is_open: bool = True
    repeatable: bool = True
    required: bool = False
    has_one_value: bool = False
    may_be_unknown: bool = False
    keeps_line_breaks: bool = False


DATE_SCHEMES = ("EDTF", "W3CDTF")
LANGUAGE_SCHEMES = ("ISO639-2", "ISO639-3")


def _term(name: str, label: str, definition: str, joining: Joining, **rest: object) -> Element:
    return Element(name, label, definition, joining, **{"iri": DCTERMS + name, **rest})  # type: ignore[arg-type]


def _date(name: str, label: str, definition: str, joining: Joining, **rest: object) -> Element:
    refines = "" if name == "date" else "date"
    return _term(
        name, label, definition, joining, **{"schemes": DATE_SCHEMES, "is_open": False, "refines": refines, **rest}
    )


def _relation(name: str, label: str, definition: str) -> Element:
    return _term(name, label, definition, Joining.UNION, schemes=("URI",), refines="relation")


_IN_ORDER = (
    _term(
        "title",
        "Title",
        "What the image is called; a short sentence that tells it from its neighbours.",
        Joining.RECORD_COPY,
        required=True,
    ),
    _term("creator", "Creator", "Who took the photograph, drew the plan or made the scan's original.", Joining.UNION),
    _term(
        "subject",
        "Subject",
        "What the image shows or is about: keywords, terms of a vocabulary, or people depicted.",
        Joining.UNION,
        schemes=(PERSON, "LCSH", "TGM", "AAT"),
    ),
    _term(
        "description",
        "Description",
        "An account of the image in sentences: what is to be seen, from where, on what occasion.",
        Joining.RECORD_COPY,
        keeps_line_breaks=True,
    ),
    _term("publisher", "Publisher", "The body that makes the image available.", Joining.UNION),
    _term("contributor", "Contributor", "Anybody else who had a part in making the image.", Joining.UNION),
    _date(
        "created",
        "Date created",
        "When the scene was photographed or the drawing made, as exactly as it is known.",
        Joining.MOST_SPECIFIC,
        required=True,
        repeatable=False,
        has_one_value=True,
        may_be_unknown=True,
    ),
    _date(
        "digitized",
        "Date digitized",
        "When a print, negative or sheet was scanned; never the date of the scene.",
        Joining.MOST_SPECIFIC,
        iri="",
        repeatable=False,
        has_one_value=True,
        may_be_unknown=True,
    ),
    _date("issued", "Date issued", "When the image was formally published.", Joining.EARLIEST, repeatable=False),
    _date("modified", "Date modified", "When the image itself was last changed.", Joining.LATEST, repeatable=False),
    _date("date", "Date", "A date of the image that is none of the others.", Joining.UNION, may_be_unknown=True),
    _term(
        "type",
        "Type",
        "What kind of thing it is, in the words of the DCMI Type Vocabulary.",
        Joining.AGREED,
        schemes=("DCMIType",),
        is_open=False,
        repeatable=False,
        has_one_value=True,
    ),
    _term("format", "Format", "The file's media type.", Joining.UNION, schemes=("IMT",), is_open=False),
    _term(
        "extent",
        "Extent",
        "How large it is: pixels, pages, or inches of the original.",
        Joining.RECORD_COPY,
        refines="format",
    ),
    _term(
        "medium",
        "Medium",
        "What the original is made of, such as a gelatin silver print.",
        Joining.UNION,
        refines="format",
    ),
    _term(
        "identifier",
        "Identifier",
        "A number or address under which the image is known.",
        Joining.UNION,
        schemes=("URI",),
    ),
    _term("source", "Source", "The original from which the image was derived.", Joining.UNION, schemes=("URI",)),
    _term(
        "language",
        "Language",
        "The language of the words that can be read in the image.",
        Joining.UNION,
        schemes=LANGUAGE_SCHEMES,
        is_open=False,
    ),
    _term("relation", "Relation", "Another thing that has to do with the image.", Joining.UNION, schemes=("URI",)),
    _relation("isVersionOf", "Is version of", "The earlier state of which this is a revision."),
    _relation("hasVersion", "Has version", "A later revision of this image."),
    _relation("replaces", "Replaces", "An entry for which this one answers now."),
    _relation("isReplacedBy", "Is replaced by", "The entry that answers for this one now."),
    _relation("isFormatOf", "Is format of", "The same image in another file format."),
    _relation("isPartOf", "Is part of", "The sheet, series or collection to which the image belongs."),
    _relation("references", "References", "A thing that the image shows, cites or points at."),
    _term(
        "coverage",
        "Coverage",
        "The place or time that the image is about.",
        Joining.UNION,
        schemes=("Point", "Box", "TGN", "Period"),
    ),
    _term(
        "spatial",
        "Place",
        "The place that the image shows: its name, a point or a box.",
        Joining.UNION,
        schemes=("Point", "Box", "TGN"),
        refines="coverage",
    ),
    _term(
        "temporal",
        "Period",
        "The time that the image is about, where that is not the day it was made.",
        Joining.UNION,
        schemes=("Period", "EDTF", "W3CDTF"),
        refines="coverage",
    ),
    _term("rights", "Rights", "A statement about rights in the image, in words.", Joining.RECORD_COPY),
    _term(
        "license",
        "Licence",
        "The address of the document that permits use; a missing licence permits nothing.",
        Joining.AGREED,
        schemes=("URI",),
        refines="rights",
        is_open=False,
        repeatable=False,
        has_one_value=True,
    ),
    _term(
        "accessRights",
        "Access rights",
        "Who may see the image, and on what ground.",
        Joining.AGREED,
        schemes=("URI",),
        refines="rights",
        repeatable=False,
        has_one_value=True,
    ),
    _term("rightsHolder", "Rights holder", "Who owns or manages the rights.", Joining.RECORD_COPY),
    _term("provenance", "Provenance", "Whose hands the image went through before it was filed.", Joining.UNION),
)

ELEMENTS: dict[str, Element] = {element.name: element for element in _IN_ORDER}
"""Every element by name, in the order in which a page shows them."""

FIFTEEN = [
    "title",
    "creator",
    "subject",
    "description",
    "publisher",
    "contributor",
    "date",
    "type",
    "format",
    "identifier",
    "source",
    "language",
    "relation",
    "coverage",
    "rights",
]
"""The names of simple Dublin Core, in the order of ISO 15836-1."""


def find_element(name_or_label: str) -> Element | None:
    """Return the element of this name or label, whatever its case, spaces and prefix (`dc:`, `dcterms:`)."""
    wanted = name_or_label.strip().casefold().removeprefix("dcterms:").removeprefix("dc:")
    return _BY_ANY_NAME.get(wanted.replace(" ", "").replace("_", ""))


_BY_ANY_NAME = {
    name.casefold().replace(" ", ""): element for element in _IN_ORDER for name in (element.name, element.label)
} | {"place": ELEMENTS["spatial"], "licence": ELEMENTS["license"]}
