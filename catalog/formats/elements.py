"""The fifteen elements of Dublin Core, and which of them each DCMI term refines."""

ELEMENTS = (
    "title", "creator", "subject", "description", "publisher", "contributor", "date", "type", "format",
    "identifier", "source", "language", "relation", "coverage", "rights",
)  # fmt: skip

# Which element each DCMI term refines ("DCMI Metadata Terms", section 2), with `digitized`, a date of ours.
_REFINED = {
    "date": ("created", "available", "valid", "dateAccepted", "dateCopyrighted", "dateSubmitted", "issued", "modified",
             "digitized"),
    "description": ("abstract", "tableOfContents", "provenance"),
    "format": ("extent", "medium"),
    "identifier": ("bibliographicCitation",),
    "relation": ("conformsTo", "hasFormat", "hasPart", "hasVersion", "isFormatOf", "isPartOf", "isReferencedBy",
                 "isReplacedBy", "isRequiredBy", "isVersionOf", "references", "replaces", "requires"),
    "coverage": ("spatial", "temporal"),
    "rights": ("accessRights", "license", "rightsHolder"),
    "title": ("alternative",),
}  # fmt: skip
_ELEMENT_OF = {term: element for element, terms in _REFINED.items() for term in terms}
_OURS = frozenset({"digitized"})
REFINEMENTS = frozenset(_ELEMENT_OF) - _OURS
"""The terms of DCMI that refine one of the fifteen."""


def element_of(term: str) -> str:
    """Return the simple element that a term refines; a term unknown to DCMI describes."""
    return term if term in ELEMENTS else _ELEMENT_OF.get(term, "description")
