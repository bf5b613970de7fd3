"""What an export needs to know of the catalog, as plain values.

A service fills these from the database, already reduced to what the reader may see; every format in
this room is a function of them and of nothing else. Only `Catalog` and the public ids are necessary:
whatever else is unknown stays None or empty, and no format invents it.

Public ids, slugs and item keys may hold any character; addresses are percent-encoded where they are made.
Text may hold any character too; `catalog.formats.text` says what becomes of those that XML cannot carry.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from catalog.formats.addresses import Addresses


class Audience(StrEnum):
    """Who may see a record; the agency of a restricted one is known by its filings."""

    PUBLIC = "public"
    INTERNAL = "internal"
    RESTRICTED = "restricted"


class DcmiType(StrEnum):
    """The terms of the DCMI Type Vocabulary that a catalog of images needs."""

    STILL_IMAGE = "StillImage"
    MOVING_IMAGE = "MovingImage"
    TEXT = "Text"


class Condition(StrEnum):
    """What the last look at a file found (fixity, or the agency's server)."""

    SOUND = "sound"
    DAMAGED = "damaged"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Text:
    """A value in words, with its BCP 47 language where one is known."""

    text: str
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a picture was taken: a label, a point in WGS 84 degrees, or both."""

    label: Text | None = None
    latitude: float | None = None
    longitude: float | None = None

    @property
    def point(self) -> tuple[float, float] | None:
        """Return longitude and latitude, in that order, if they are on the globe."""
        if self.latitude is None or self.longitude is None:
            return None
        on_globe = abs(self.longitude) <= 180 and abs(self.latitude) <= 90
        return (self.longitude, self.latitude) if on_globe else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """The catalog as a whole. `base_iri` is the frozen base of every identifier, with or without final slash."""

    base_iri: str
    title: str
    description: str
    publisher_name: str
    publisher_slug: str = "city"
    language: str = "en"
    issued: date | datetime | None = None
    modified: datetime | None = None
    licence: str | None = None
    contact_name: str | None = None
    contact_email: str | None = None

    @property
    def addresses(self) -> Addresses:
        return Addresses(self.base_iri)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyEntry:
    """Who files images. `kind` is a label such as 'department'; a slug is unique within the catalog."""

    slug: str
    name: str
    kind: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEntry:
    """One copy of a record: a distinct sequence of bytes. `public_id` is the Copy's, not the file's.

    `licence` is an IRI or words; None says that nothing is known, never that all is allowed.
    `differs` says how this copy differs from the best one ('re-encoded, smaller').
    `sha256` is 64 hexadecimal digits in either case.
    """

    public_id: str
    title: str | None = None
    mime: str | None = None
    size_bytes: int | None = None
    sha256: str | None = None
    width: int | None = None
    height: int | None = None
    pages: int = 1
    licence: str | None = None
    is_best: bool = False
    differs: str | None = None
    condition: Condition = Condition.SOUND
    is_downloadable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingEntry:
    """One act of filing, which is permanent; `copy_id` is the public id of the copy that it filed.

    `modified_at` is the last change of the filing's own line in the catalog (None: never since it was filed).
    """

    public_id: str
    agency: AgencyEntry
    item_key: str
    filed_at: datetime
    modified_at: datetime | None = None
    withdrawn_at: datetime | None = None
    title: Text | None = None
    copy_id: str | None = None
    file_name: str | None = None
    is_record_copy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchEntry:
    """One measurement that supports a merge. `metric` is its name ('worst block'), `label` the whole in a sentence."""

    public_id: str
    label: str
    metric: str
    value: float | Decimal
    metric_definition: str | None = None
    copy_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeEntry:
    """What brought filings together, by which rule, and by whom: a program or a person.

    `absorbed_ids` are the records that this merge retired; each also stands in `Entry.replaces`.
    """

    public_id: str
    label: str
    started_at: datetime
    ended_at: datetime
    rule_version: str
    rule_text: str
    by_name: str
    by_software: bool = True
    filing_ids: tuple[str, ...] = ()
    match_ids: tuple[str, ...] = ()
    absorbed_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The least that a profile wants of a dataset; other records repeat it of the one they point to."""

    titles: tuple[Text, ...]
    descriptions: tuple[Text, ...]
    publisher: AgencyEntry | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationEntry:
    """This record to another: `role` as in 'crop-of', 'has-crop', 'same-scene', 'newer-view-of'.

    `is_derived`: this record was made from the other one. `summary`, where given, is the other Entry's
    own `summary`; without it the link is stated by PROV and DCAT only, because DCAT-AP wants the object
    of dcterms:source described as a dataset.
    """

    role: str
    record_id: str
    is_derived: bool = False
    summary: Summary | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifierEntry:
    """One number of a numbering system of the world outside ('apn', '5006-001-002', 'County Assessor')."""

    scheme: str
    value: str
    issuer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A Record: the canonical description of one image, and all that stands behind it.

    `values` holds the computed description: the local name of a DCMI term ('title', 'creator', 'spatial',
    or a date of ours, 'digitized') to its values, best first. Dates are EDTF strings in `Text.text`.
    `conflicts` are sentences about filings that contradict one another.
    """

    public_id: str
    values: Mapping[str, tuple[Text, ...]] = field(default_factory=dict)
    issued: datetime | None = None
    modified: datetime | None = None
    withdrawn_at: datetime | None = None
    audience: Audience = Audience.PUBLIC
    dcmi_type: DcmiType = DcmiType.STILL_IMAGE
    places: tuple[Place, ...] = ()
    copies: tuple[FileEntry, ...] = ()
    filings: tuple[FilingEntry, ...] = ()
    merges: tuple[MergeEntry, ...] = ()
    matches: tuple[MatchEntry, ...] = ()
    relations: tuple[RelationEntry, ...] = ()
    identifiers: tuple[IdentifierEntry, ...] = ()
    replaces: tuple[str, ...] = ()
    phash: str | None = None
    version: str | None = None
    version_notes: Text | None = None
    conflicts: tuple[str, ...] = ()

    @property
    def titles(self) -> tuple[Text, ...]:
        return self.values.get("title", ())

    @property
    def descriptions(self) -> tuple[Text, ...]:
        return self.values.get("description", ())

    @property
    def keywords(self) -> tuple[Text, ...]:
        return self.values.get("subject", ())

    @property
    def created(self) -> str | None:
        """Return the EDTF date of the scene, the best where several are known."""
        return next((value.text for value in self.values.get("created", ())), None)

    @property
    def best_copy(self) -> FileEntry | None:
        return next((copy for copy in self.copies if copy.is_best), None)

    @property
    def record_copy(self) -> FilingEntry | None:
        """Return the authoritative filing, or the first where none is marked."""
        return next((filing for filing in self.filings if filing.is_record_copy), next(iter(self.filings), None))

    @property
    def summary(self) -> Summary:
        """Return what other records may say of this one."""
        filing = self.record_copy
        return Summary(titles=self.titles, descriptions=self.descriptions, publisher=filing.agency if filing else None)
