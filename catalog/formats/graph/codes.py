"""What many records point at: licences, media types, languages, roles, statuses and other codes.

Each is described in full, class, label and scheme, as the SHACL shapes of DCAT-AP and DCAT-US ask of
everything that is pointed at; each is made once and then kept.
"""

import re
from functools import lru_cache
from urllib.parse import quote

from catalog.formats.addresses import Addresses
from catalog.formats.entry import Audience, Condition, DcmiType
from catalog.formats.graph.resources import Resource, outside_iri, resource, words
from catalog.formats.graph.vocabularies import (
    DCAT,
    DCMITYPE,
    DCTERMS,
    DQV,
    PROV,
    RDFS,
    SKOS,
    SPDX,
    XSD,
)

_AUTHORITY = "http://publications.europa.eu/resource/authority/"
_MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*", re.ASCII)

# ISO 639-1 to the codes of the EU's language authority list (ISO 639-3, in capitals), with its English labels.
_LANGUAGES = {
    "am": ("AMH", "Amharic"),
    "ar": ("ARA", "Arabic"),
    "de": ("DEU", "German"),
    "en": ("ENG", "English"),
    "es": ("SPA", "Spanish"),
    "fa": ("FAS", "Persian"),
    "fr": ("FRA", "French"),
    "he": ("HEB", "Hebrew"),
    "hi": ("HIN", "Hindi"),
    "ht": ("HAT", "Haitian Creole"),
    "hy": ("HYE", "Armenian"),
    "it": ("ITA", "Italian"),
    "ja": ("JPN", "Japanese"),
    "km": ("KHM", "Khmer"),
    "ko": ("KOR", "Korean"),
    "pl": ("POL", "Polish"),
    "pt": ("POR", "Portuguese"),
    "ru": ("RUS", "Russian"),
    "th": ("THA", "Thai"),
    "tl": ("TGL", "Tagalog"),
    "uk": ("UKR", "Ukrainian"),
    "vi": ("VIE", "Vietnamese"),
    "yi": ("YID", "Yiddish"),
    "zh": ("ZHO", "Chinese"),
}
_LANGUAGES_BY_CODE = {code.lower(): (code, label) for code, label in _LANGUAGES.values()}

# Who may see a record, in the terms of DCAT-US: "restricted" is open on a condition (to be signed in).
_ACCESS_RIGHTS = {
    Audience.PUBLIC: ("PUBLIC", "public"),
    Audience.INTERNAL: ("RESTRICTED", "restricted"),
    Audience.RESTRICTED: ("NON_PUBLIC", "non-public"),
}
_DCMI_LABELS = {
    DcmiType.STILL_IMAGE: "Still image",
    DcmiType.MOVING_IMAGE: "Moving image",
    DcmiType.TEXT: "Text",
}
_METRIC_DEFINITION = "Measured on two pictures after registering them onto each other"

SHA256 = resource(SPDX.checksumAlgorithm_sha256.value, [SPDX.ChecksumAlgorithm], shared=True)


def _scheme(address: str, title: str) -> Resource:
    return resource(address, [SKOS.ConceptScheme], (DCTERMS.title, words(title, "en")), shared=True)


def _concept(address: str, label: str, scheme: Resource, *classes: object) -> Resource:
    return resource(
        address,
        [*classes, SKOS.Concept],
        (SKOS.prefLabel, words(label, "en")),
        (SKOS.inScheme, scheme),
        shared=True,
    )


@lru_cache
def dcmi_type(type_: DcmiType) -> Resource:
    return _concept(DCMITYPE[type_].value, _DCMI_LABELS[type_], _scheme(DCMITYPE.iri, "DCMI Type Vocabulary"))


@lru_cache
def access_right(audience: Audience) -> Resource:
    code, label = _ACCESS_RIGHTS[audience]
    scheme = _scheme(f"{_AUTHORITY}access-right", "Access right")
    return _concept(f"{_AUTHORITY}access-right/{code}", label, scheme, DCTERMS.RightsStatement)


@lru_cache(maxsize=256)
def language(tag: str) -> Resource | None:
    """Return the language of a BCP 47 tag or an ISO 639 code; None for one that is not in our short list."""
    primary = tag.strip().lower().partition("-")[0]
    known = _LANGUAGES.get(primary) or _LANGUAGES_BY_CODE.get(primary)
    if known is None:
        return None
    scheme = _scheme(f"{_AUTHORITY}language", "Language")
    return _concept(f"{_AUTHORITY}language/{known[0]}", known[1], scheme, DCTERMS.LinguisticSystem)


@lru_cache
def status(name: str) -> Resource:
    """Return a status of the ADMS list: Completed or Withdrawn."""
    return _concept(
        f"http://purl.org/adms/status/{name}", name, _scheme("http://purl.org/adms/status/1.0", "ADMS status")
    )


@lru_cache
def agency_kind(addresses: Addresses, kind: str | None) -> Resource | None:
    if not kind:
        return None
    scheme = _scheme(addresses.defined("agency-kind"), "Kind of agency")
    return _concept(addresses.defined("agency-kind", kind), kind, scheme)


@lru_cache
def condition(addresses: Addresses, found: Condition) -> Resource | None:
    """Return the code for a file that is not as it was filed; a sound file needs none."""
    if found is Condition.SOUND:
        return None
    scheme = _scheme(addresses.defined("condition"), "Condition of a file")
    return _concept(addresses.defined("condition", found), found, scheme)


@lru_cache(maxsize=256)
def media_type(mime: str) -> Resource | None:
    """Return the IANA entry of a media type; None if the text does not have the form of one (RFC 6838, 4.2)."""
    name = mime.strip().lower()
    if not _MEDIA_TYPE.fullmatch(name):
        return None
    return resource(_MEDIA_TYPES + quote(name), [DCTERMS.MediaType], (RDFS.label, words(name)), shared=True)


def licence(text: str | None, address: str) -> Resource | None:
    """Return a licence given as an IRI, or one given in words, which is then described at `address`.

    None stays None: what nobody has licensed is not free.
    """
    if text is None or not text.strip():
        return None
    in_words = (RDFS.label, words(text))
    return _licence_at(text) or resource(address, [DCTERMS.LicenseDocument], in_words)


@lru_cache(maxsize=256)
def _licence_at(text: str) -> Resource | None:
    iri = outside_iri(text)
    return resource(iri, [DCTERMS.LicenseDocument], shared=True) if iri else None


@lru_cache(maxsize=256)
def role(addresses: Addresses, name: str, label: str | None = None) -> Resource:
    """Return the role of an agency or of a related record: 'crop-of' is labelled 'crop of'."""
    said = words(label or name.replace("-", " "), "en")
    return resource(addresses.defined("role", name), [DCAT.Role], (RDFS.label, said), shared=True)


@lru_cache(maxsize=256)
def metric(addresses: Addresses, name: str, definition: str | None) -> Resource:
    return resource(
        addresses.defined("metric", name),
        [DQV.Metric],
        (SKOS.prefLabel, words(name, "en")),
        (SKOS.definition, words(definition or _METRIC_DEFINITION, "en")),
        (DQV.expectedDataType, XSD.decimal),
        (DQV.inDimension, _similarity(addresses)),
        shared=True,
    )


@lru_cache
def _similarity(addresses: Addresses) -> Resource:
    label = words("Visual similarity", "en")
    return resource(addresses.defined("dimension", "similarity"), [DQV.Dimension], (SKOS.prefLabel, label), shared=True)


@lru_cache(maxsize=256)
def rule(addresses: Addresses, version: str, text: str) -> Resource:
    said = words(f"Rule {version}: {text}", "en")
    return resource(addresses.rule(version), [PROV.Plan, PROV.Entity], (RDFS.label, said), shared=True)
