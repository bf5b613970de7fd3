import pytest
from lxml import etree

from catalog.formats.qualified import qualified_dublin_core, write_qualified_dublin_core, write_qualified_schema
from catalog.formats.text import well_formed

from .examples import CATALOG, HOSTILE_TEXTS, damaged, hostile, minimal, nameless, photograph, withdrawn

TERMS = "{http://purl.org/dc/terms/}"
TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"


@pytest.mark.parametrize("entry", [photograph(), minimal(), nameless(), damaged(), withdrawn()])
def test_a_sidecar_is_valid_qualified_dublin_core(check, tmp_path, entry):
    file = tmp_path / "record.xml"
    file.write_bytes(write_qualified_dublin_core(entry, CATALOG))
    assert check.check_xsd("qualifieddc", file) == 0


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)
def test_hostile_text_is_valid_and_says_the_same(check, tmp_path, text):
    file = tmp_path / "record.xml"
    file.write_bytes(write_qualified_dublin_core(hostile(text), CATALOG))
    assert check.check_xsd("qualifieddc", file) == 0
    said = [child.text for child in etree.parse(file).getroot().findall(f"{TERMS}abstract")]
    assert said[:1] == ([well_formed(text)] if text.strip() else [])


def test_values_name_their_encoding_scheme():
    root = etree.fromstring(write_qualified_dublin_core(photograph(), CATALOG))
    said = {(child.tag.removeprefix(TERMS), child.text, child.get(TYPE)) for child in root}
    assert ("identifier", "https://images.city.example/id/image/01JQ7X", "dcterms:URI") in said
    assert ("created", "2025-11-18T10:42:07Z", "dcterms:W3CDTF") in said
    assert ("type", "StillImage", "dcterms:DCMIType") in said
    assert ("format", "image/jpeg", "dcterms:IMT") in said
    assert any(scheme == "dcterms:Point" and "north=42.3601" in text for _, text, scheme in said)


def test_in_oai_pmh_the_root_follows_our_own_schema(shared):
    schema = write_qualified_schema(CATALOG).decode()
    dcterms = (shared / "conformance" / "dcmi-xsd" / "dcterms.xsd").as_uri()
    schema = schema.replace("http://dublincore.org/schemas/xmls/qdc/2008/02/11/dcterms.xsd", dcterms)
    validator = etree.XMLSchema(etree.fromstring(schema.encode()))
    root = etree.fromstring(qualified_dublin_core(photograph(), CATALOG))
    assert validator.validate(root), validator.error_log
