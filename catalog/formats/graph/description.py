"""The values of a description as statements in RDF, term by term."""

from collections.abc import Callable, Iterator, Mapping

from pyoxigraph import NamedNode

from catalog.formats.addresses import part
from catalog.formats.dates import bounds
from catalog.formats.elements import element_of
from catalog.formats.entry import Text
from catalog.formats.graph import agencies, codes
from catalog.formats.graph.resources import Statement, dated, outside_iri, resource, worded
from catalog.formats.graph.vocabularies import DC, DCAT, DCTERMS, RDFS

Values = tuple[Text, ...]

# Terms with an open or literal range, which can hold words as they are.
_IN_WORDS = frozenset({"alternative", "abstract", "tableOfContents", "bibliographicCitation"})
_DATES = frozenset({"available", "valid", "dateAccepted", "dateCopyrighted", "dateSubmitted", "date"})
# Terms that may point anywhere. Not among them: `source` and `conformsTo`, whose objects DCAT-AP wants described,
# and the terms by which the catalog itself says what replaces or derives from what.
_LINKS = frozenset({"relation", "hasPart", "isPartOf", "isReferencedBy", "isRequiredBy", "references", "requires"})


def described(address: str, values: Mapping[str, Values]) -> Iterator[Statement]:
    """Yield what the values say of the image at `address`.

    Not its title, description, place and date of the scene, which the record states itself.
    """
    for term, said in values.items():
        yield from _STATED.get(term, _in_words)(address, term, said)


def _nothing(_: str, __: str, ___: Values) -> Iterator[Statement]:
    """Say nothing here: this term stands elsewhere."""
    return iter(())


def _in_words(_: str, term: str, values: Values) -> Iterator[Statement]:
    """State words as words: by the term itself if its range allows, else by the simple element it refines."""
    predicate = DCTERMS[term] if term in _IN_WORDS else DC[element_of(term)]
    return ((predicate, value) for value in worded(values))


def _as_dates(_: str, term: str, values: Values) -> Iterator[Statement]:
    predicate = DCTERMS[term] if term in _DATES else DC.date
    return ((predicate, dated(value.text)) for value in values if value.text.strip())


def _as_links(address: str, term: str, values: Values) -> Iterator[Statement]:
    for value in values:
        if iri := outside_iri(value.text):
            yield DCTERMS[term], NamedNode(iri)
        else:
            yield from _in_words(address, term, (value,))


def _as_keywords(_: str, __: str, values: Values) -> Iterator[Statement]:
    return ((DCAT.keyword, value) for value in worded(values))


def _as_creators(address: str, term: str, values: Values) -> Iterator[Statement]:
    """Name every creator, and describe the first as an agent; DCAT-US allows one."""
    yield from _in_words(address, term, values)
    yield from list(_as_agents(address, term, values))[:1]


def _as_agents(address: str, term: str, values: Values) -> Iterator[Statement]:
    names = dict.fromkeys(value.text for value in values if value.text.strip())
    for position, name in enumerate(names, start=1):
        yield DCTERMS[term], agencies.named_agent(part(address, term, str(position)), name)


def _as_languages(address: str, term: str, values: Values) -> Iterator[Statement]:
    for value in values:
        if language := codes.language(value.text):
            yield DCTERMS.language, language
        else:
            yield from _in_words(address, term, (value,))


def _as_licences(address: str, _: str, values: Values) -> Iterator[Statement]:
    for position, value in enumerate(values, start=1):
        yield DCTERMS.license, codes.licence(value.text, part(address, "licence", str(position)))


def _as_rights(address: str, _: str, values: Values) -> Iterator[Statement]:
    """State all rights in one statement; DCAT-US allows one."""
    if said := worded(values):
        labels = ((RDFS.label, value) for value in said)
        yield DCTERMS.rights, resource(part(address, "rights"), [DCTERMS.RightsStatement], *labels)


def _as_provenance(address: str, _: str, values: Values) -> Iterator[Statement]:
    if said := worded(values):
        labels = ((RDFS.label, value) for value in said)
        yield DCTERMS.provenance, resource(part(address, "provenance"), [DCTERMS.ProvenanceStatement], *labels)


def _as_periods(address: str, term: str, values: Values) -> Iterator[Statement]:
    for position, value in enumerate(values, start=1):
        if ends := bounds(value.text):
            first, last = map(dated, ends)
            period = part(address, "period", str(position))
            said = ((DCAT.startDate, first), (DCAT.endDate, last))
            yield DCTERMS.temporal, resource(period, [DCTERMS.PeriodOfTime], *said)
        else:
            yield from _in_words(address, term, (value,))


_STATED: dict[str, Callable[[str, str, Values], Iterator[Statement]]] = {
    **dict.fromkeys(("title", "description", "created", "spatial"), _nothing),
    **dict.fromkeys((*_DATES, "issued", "modified", "digitized"), _as_dates),
    **dict.fromkeys(_LINKS, _as_links),
    "subject": _as_keywords,
    "creator": _as_creators,
    "contributor": _as_agents,
    "rightsHolder": _as_agents,
    "language": _as_languages,
    "license": _as_licences,
    "rights": _as_rights,
    "provenance": _as_provenance,
    "temporal": _as_periods,
}
