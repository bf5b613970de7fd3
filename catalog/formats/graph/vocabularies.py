"""The vocabularies that our RDF is written in, and the prefixes that it is written with."""

from pyoxigraph import NamedNode


class Vocabulary:
    """A namespace; `DCTERMS.title` is its term, made once and kept."""

    def __init__(self, iri: str) -> None:
        self.iri = iri

    def __getattr__(self, name: str) -> NamedNode:
        term = NamedNode(self.iri + name)
        setattr(self, name, term)
        return term

    def __getitem__(self, name: str) -> NamedNode:
        return getattr(self, name)


ADMS = Vocabulary("http://www.w3.org/ns/adms#")
DC = Vocabulary("http://purl.org/dc/elements/1.1/")
DCAT = Vocabulary("http://www.w3.org/ns/dcat#")
DCMITYPE = Vocabulary("http://purl.org/dc/dcmitype/")
DCTERMS = Vocabulary("http://purl.org/dc/terms/")
DQV = Vocabulary("http://www.w3.org/ns/dqv#")
FOAF = Vocabulary("http://xmlns.com/foaf/0.1/")
GEO = Vocabulary("http://www.opengis.net/ont/geosparql#")
HYDRA = Vocabulary("http://www.w3.org/ns/hydra/core#")
ORG = Vocabulary("http://www.w3.org/ns/org#")
PROV = Vocabulary("http://www.w3.org/ns/prov#")
RDF = Vocabulary("http://www.w3.org/1999/02/22-rdf-syntax-ns#")
RDFS = Vocabulary("http://www.w3.org/2000/01/rdf-schema#")
SKOS = Vocabulary("http://www.w3.org/2004/02/skos/core#")
SPDX = Vocabulary("http://spdx.org/rdf/terms#")
VCARD = Vocabulary("http://www.w3.org/2006/vcard/ns#")
XSD = Vocabulary("http://www.w3.org/2001/XMLSchema#")

EDTF_DATATYPE = NamedNode("http://id.loc.gov/datatypes/edtf")

PREFIXES = {
    "adms": ADMS.iri,
    "dc": DC.iri,
    "dcat": DCAT.iri,
    "dcmitype": DCMITYPE.iri,
    "dcterms": DCTERMS.iri,
    "dqv": DQV.iri,
    "foaf": FOAF.iri,
    "geo": GEO.iri,
    "hydra": HYDRA.iri,
    "org": ORG.iri,
    "prov": PROV.iri,
    "rdf": RDF.iri,
    "rdfs": RDFS.iri,
    "skos": SKOS.iri,
    "spdx": SPDX.iri,
    "vcard": VCARD.iri,
    "xsd": XSD.iri,
}
