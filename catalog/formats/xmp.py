"""A description as an XMP packet: the fifteen elements in the containers that the XMP specification gives them.

Source: ISO 16684-1:2019, clauses 7 (serialisation) and 8.4 (Dublin Core namespace).
"""

from catalog.formats.dublin_core import simple_values
from catalog.formats.entry import Catalog, Entry
from catalog.formats.markup import around, tag

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_DC = "http://purl.org/dc/elements/1.1/"
_IN_LANGUAGES = frozenset({"title", "description", "rights"})
_IN_ORDER = frozenset({"creator", "date"})
_SINGLE = frozenset({"coverage", "format", "identifier", "source"})
_DIVIDER = "; "


def xmp_packet(entry: Entry, catalog: Catalog) -> bytes:
    """Return the packet in UTF-8, read-only, without padding."""
    said: dict[str, list[tuple[str, str | None]]] = {}
    for element, text, language in simple_values(entry, catalog):
        said.setdefault(element, []).append((text, language))
    described = "".join(_element(name, values) for name, values in said.items())
    rdf = around(
        "rdf:RDF", around("rdf:Description", described, rdf_about="", xmlns_dc=_DC), xmlns_rdf=_RDF
    )  # fmt: skip
    body = around("x:xmpmeta", rdf, xmlns_x="adobe:ns:meta/")
    return f'<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>{body}<?xpacket end="r"?>'.encode()


def _element(name: str, values: list[tuple[str, str | None]]) -> str:
    if name in _SINGLE:
        return tag(f"dc:{name}", _DIVIDER.join(text for text, _ in values))
    if name in _IN_LANGUAGES:
        return around(f"dc:{name}", around("rdf:Alt", _alternatives(values)))
    container = "rdf:Seq" if name in _IN_ORDER else "rdf:Bag"
    return around(f"dc:{name}", around(container, "".join(tag("rdf:li", text) for text, _ in values)))


def _alternatives(values: list[tuple[str, str | None]]) -> str:
    """Give each language once, the first value as default."""
    by_language: dict[str, list[str]] = {"x-default": [values[0][0]]}
    for text, language in values:
        if language:
            by_language.setdefault(language, []).append(text)
    return "".join(tag("rdf:li", _DIVIDER.join(texts), xml_lang=spoken) for spoken, texts in by_language.items())
