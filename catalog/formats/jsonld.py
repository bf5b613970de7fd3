"""JSON-LD 1.1 for people: one context of our own, written out in the document, and short names.

A flat list of node objects, each with all that one record says of that node; the same node may come again
with the next record, which JSON-LD reads as one. No context is ever fetched.
"""

import json
from collections.abc import Iterable, Iterator, Mapping

from pyoxigraph import Literal, NamedNode, Triple

from catalog.formats.graph.vocabularies import RDF, XSD

# Properties whose value is an address, or has one datatype, so that the value can be written as a plain string.
_COERCED = {
    "dcat:byteSize": "xsd:nonNegativeInteger",
    "dcterms:issued": "xsd:dateTime",
    "dcterms:modified": "xsd:dateTime",
    "dqv:value": "xsd:decimal",
    "prov:endedAtTime": "xsd:dateTime",
    "prov:invalidatedAtTime": "xsd:dateTime",
    "prov:startedAtTime": "xsd:dateTime",
    "spdx:checksumValue": "xsd:hexBinary",
    **dict.fromkeys(
        (
            "adms:identifier", "adms:status", "dcat:accessURL", "dcat:contactPoint", "dcat:dataset",
            "dcat:distribution", "dcat:downloadURL", "dcat:hadRole", "dcat:landingPage", "dcat:mediaType",
            "dcat:qualifiedRelation", "dcat:record", "dcterms:accessRights", "dcterms:creator", "dcterms:extent",
            "dcterms:isFormatOf", "dcterms:isReplacedBy", "dcterms:language", "dcterms:license", "dcterms:provenance",
            "dcterms:publisher", "dcterms:relation", "dcterms:replaces", "dcterms:rights", "dcterms:source",
            "dcterms:spatial", "dcterms:type", "dqv:expectedDataType", "dqv:inDimension", "dqv:isMeasurementOf",
            "foaf:homepage", "foaf:primaryTopic", "org:subOrganizationOf", "prov:agent", "prov:alternateOf",
            "prov:hadPlan", "prov:hadPrimarySource", "prov:qualifiedAssociation", "prov:qualifiedAttribution",
            "prov:used", "prov:wasAttributedTo", "prov:wasDerivedFrom", "prov:wasGeneratedBy",
            "prov:wasInvalidatedBy", "skos:inScheme", "spdx:algorithm", "spdx:checksum", "vcard:hasEmail", "hydra:next",
            "hydra:view",
        ),
        "@id",
    ),
}  # fmt: skip


class Compaction:
    """Triples as JSON-LD node objects, and the context in which these are to be read."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self.prefixes = prefixes
        self._namespaces = {namespace: prefix for prefix, namespace in prefixes.items()}
        self._coerced = {name: type_ for name, type_ in _COERCED.items() if name.partition(":")[0] in prefixes}
        self._short: dict[str, str] = {}

    def context(self) -> str:
        """Return the context as JSON, a term a line."""
        terms = {name: {"@type": type_} for name, type_ in self._coerced.items()}
        lines = (f"  {json.dumps(term)}: {json.dumps(meaning)}" for term, meaning in {**self.prefixes, **terms}.items())
        return "{\n" + ",\n".join(lines) + "\n}"

    def node_objects(self, triples: Iterable[Triple]) -> Iterator[str]:
        """Yield each subject of the triples as one JSON object, in the order of first mention."""
        nodes: dict[str, dict[str, object]] = {}
        for triple in triples:
            subject, predicate = triple.subject.value, triple.predicate.value
            node = nodes.setdefault(subject, {"@id": subject})
            if predicate == RDF.type.value:
                _add(node, "@type", self._name(triple.object.value))
            else:
                key = self._name(predicate)
                _add(node, key, self._value(key, triple.object))
        return (json.dumps(node, ensure_ascii=False) for node in nodes.values())

    def _name(self, term: str) -> str:
        """Return `dcterms:title` for the IRI of the term; one in no declared namespace as it is."""
        if term not in self._short:
            end = max(term.rfind("#"), term.rfind("/")) + 1
            prefix = self._namespaces.get(term[:end])
            self._short[term] = f"{prefix}:{term[end:]}" if prefix else term
        return self._short[term]

    def _value(self, key: str, value: NamedNode | Literal) -> object:
        coercion = self._coerced.get(key)
        if isinstance(value, NamedNode):
            return value.value if coercion == "@id" else {"@id": value.value}
        if value.language:
            return {"@value": value.value, "@language": value.language}
        datatype = self._name(value.datatype.value)
        if coercion == datatype or (coercion is None and value.datatype == XSD.string):
            return value.value
        return {"@value": value.value, "@type": datatype}


def _add(node: dict[str, object], key: str, value: object) -> None:
    """Set a value, or make a list of it and those that are there."""
    if key not in node:
        node[key] = value
    elif isinstance(there := node[key], list):
        there.append(value)
    else:
        node[key] = [there, value]
