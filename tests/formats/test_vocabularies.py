"""Every class and property that we emit is declared by its vocabulary."""

import re
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from catalog.formats.graph.vocabularies import ADMS, ORG, RDF, SPDX
from catalog.formats.rdf import catalog_triples, record_triples

from .examples import AGENCIES, CATALOG, damaged, hostile, minimal, withdrawn, worked_example

# Vocabularies of which the folder holds no copy, or only a few terms: what the SHACL shapes of the profiles name
# counts as declared there.
_ONLY_IN_SHAPES = (ADMS.iri, ORG.iri, SPDX.iri)


def _mended(text: str) -> str:
    """Mend the slips of the published files: `prefix` with a dot, no `:` prefix, a missing semicolon."""
    text = re.sub(r"^prefix (.*>)\s*\.\s*$", r"@prefix \1 .", text, flags=re.MULTILINE | re.IGNORECASE)
    text = text.replace('Do not use it."\n', 'Do not use it." ;\n')
    return f"@prefix : <http://www.w3.org/2006/vcard/ns#> .\n{text}"


def _declared(folder: Path) -> set[str]:
    texts = (_mended(file.read_text()) for file in folder.glob("*.ttl"))
    statements = (
        statement for text in texts for statement in parse(text, format=RdfFormat.TURTLE, base_iri="http://a.example/")
    )
    subjects = {each.subject.value for each in statements if isinstance(each.subject, NamedNode)}
    return subjects | {f"{RDF.iri}type"}


def _named_in_shapes(folder: Path) -> set[str]:
    statements = (statement for file in folder.glob("**/shacl/*.ttl") for statement in parse(path=file))
    named = {each.object.value for each in statements if isinstance(each.object, NamedNode)}
    return {name for name in named if name.startswith(_ONLY_IN_SHAPES)}


@pytest.fixture(scope="module")
def emitted() -> set[str]:
    entries = [*worked_example(), minimal(), damaged(), withdrawn(), hostile("text"), hostile("https://a.example/x")]
    graph = {triple for entry in entries for triple in record_triples(entry, CATALOG)}
    graph.update(catalog_triples(CATALOG, AGENCIES))
    properties = {triple.predicate.value for triple in graph}
    classes = {triple.object.value for triple in graph if triple.predicate == RDF.type}
    return properties | classes


def test_every_class_and_property_is_declared(shared, emitted):
    conformance = shared / "conformance"
    known = _declared(conformance / "rdf-vocab") | _named_in_shapes(conformance)
    assert len(emitted) > 80
    assert emitted - known == set()
