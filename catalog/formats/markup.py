"""XML elements as text, well-formed whatever they hold."""

from xml.sax.saxutils import escape, quoteattr

from catalog.formats.text import well_formed

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


def tag(name: str, text: str = "", **attributes: str | None) -> str:
    """Return an element that holds text; an attribute that is None is left out, `xml_lang` means `xml:lang`."""
    return around(name, escape(well_formed(text)), **attributes)


def around(name: str, inner: str, **attributes: str | None) -> str:
    """Return an element that holds other elements, written already."""
    return f"<{name}{_attributes(attributes)}>{inner}</{name}>" if inner else f"<{name}{_attributes(attributes)}/>"


def _attributes(attributes: dict[str, str | None]) -> str:
    return "".join(
        f" {name.replace('_', ':', 1)}={quoteattr(well_formed(value))}"
        for name, value in attributes.items()
        if value is not None
    )
