"""Entries to try the formats on: the design's worked example, a minimal record, and hostile ones."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from catalog.formats.entry import (
    AgencyEntry,
    Audience,
    Catalog,
    Condition,
    Entry,
    FileEntry,
    FilingEntry,
    IdentifierEntry,
    MatchEntry,
    MergeEntry,
    Place,
    RelationEntry,
    Text,
)

CC0 = "https://creativecommons.org/publicdomain/zero/1.0/"
MERGED_AT = datetime(2026, 3, 4, 15, 20, tzinfo=UTC)

CATALOG = Catalog(
    base_iri="https://images.city.example/",
    title="City image catalog",
    description="One authoritative record for every image that the city's departments file.",
    publisher_name="City of Example",
    issued=date(2026, 1, 5),
    modified=MERGED_AT,
    licence=CC0,
    contact_email="images@city.example",
)
PLANNING = AgencyEntry(
    slug="planning", name="Planning Department", kind="department", email="planning.records@city.example"
)
INSPECTIONS = AgencyEntry(slug="inspections", name="Inspections Department", kind="department")
PERMITS = AgencyEntry(slug="permits", name="Permits Office", kind="department")
HOUSING = AgencyEntry(slug="housing", name="Housing Department", kind="department")
AGENCIES = (PLANNING, INSPECTIONS, PERMITS, HOUSING)


def filing(number: str, agency: AgencyEntry, copy_id: str, on: date, **more: object) -> FilingEntry:
    filed_at = datetime(on.year, on.month, on.day, 9, tzinfo=UTC)
    return FilingEntry(public_id=number, agency=agency, item_key=number, copy_id=copy_id, filed_at=filed_at, **more)


def crop() -> Entry:
    """The doorway that Housing cut out of Planning's photograph."""
    return Entry(
        public_id="01JQ9C",
        values={
            "title": (Text("12 Mill Street, doorway detail (crop)", "en"),),
            "description": (Text("Crop of image 01JQ7X showing the loading doorway, filed by Housing.", "en"),),
            "subject": (Text("doorway", "en"),),
        },
        issued=datetime(2025, 12, 9, 9, tzinfo=UTC),
        modified=MERGED_AT,
        copies=(FileEntry(public_id="01K8T7", mime="image/jpeg", size_bytes=198656, sha256="c0de" * 16, is_best=True),),
        filings=(filing("H-77", HOUSING, "01K8T7", date(2025, 12, 9), is_record_copy=True),),
        relations=(RelationEntry(role="crop-of", record_id="01JQ7X", is_derived=True),),
    )


def photograph() -> Entry:
    """The photograph that three departments filed, with the merge that brought it together."""
    return Entry(
        public_id="01JQ7X",
        values={
            "title": (Text("North elevation, 12 Mill Street, before demolition", "en"),),
            "description": (Text("Street-side photograph of the brick warehouse at 12 Mill Street.", "en"),),
            "creator": (Text("A. Osei"), Text("B. Ruiz")),
            "contributor": (Text("Site team 4"),),
            "created": (Text("2025-11-18T10:42:07Z"),),
            "digitized": (Text("2025-11-19"),),
            "temporal": (Text("2025-11-18"), Text("the year of the fire", "en")),
            "language": (Text("en"), Text("tlh")),
            "subject": (Text("facade", "en"), Text("demolition", "en")),
            "rights": (Text("Copyright City of Example", "en"), Text("Credit: Planning", "en")),
            "rightsHolder": (Text("City of Example"),),
            "license": (Text(CC0),),
            "provenance": (Text("Filed by Planning, Inspections and Permits.", "en"),),
            "references": (Text("https://city.example/permits/P-118"), Text("permit P-118")),
            "source": (Text("Negative 4, box 12"),),
            "medium": (Text("digital photograph", "en"),),
            "spatial": (Text("Mill quarter", "en"),),
        },
        issued=datetime(2025, 11, 20, 9, tzinfo=UTC),
        modified=MERGED_AT,
        places=(Place(label=Text("12 Mill Street", "en"), latitude=42.3601, longitude=-71.0589),),
        copies=(
            FileEntry(
                public_id="01K8QW",
                title="Original JPEG, 4,032 x 3,024",
                mime="image/jpeg",
                size_bytes=5242880,
                sha256="3B6F" * 16,
                width=4032,
                height=3024,
                licence=CC0,
                is_best=True,
            ),
            FileEntry(
                public_id="01K8R3",
                title="JPEG, 1,600 x 1,200",
                mime="image/jpeg",
                size_bytes=311296,
                sha256="a19c" * 16,
                width=1600,
                height=1200,
                licence="For use within the city",
                differs="re-encoded, smaller",
            ),
        ),
        filings=(
            filing("4411", PLANNING, "01K8QW", date(2025, 11, 20), is_record_copy=True, file_name="IMG 0042.JPG"),
            filing("INS-902", INSPECTIONS, "01K8QW", date(2025, 11, 21), modified_at=MERGED_AT),
            filing("P-118-3", PERMITS, "01K8R3", date(2025, 11, 24), title=Text("Attachment 3", "en")),
        ),
        merges=(
            MergeEntry(
                public_id="77",
                label="Merge three filings into image 01JQ7X",
                started_at=datetime(2026, 3, 4, 15, 19, 58, tzinfo=UTC),
                ended_at=MERGED_AT,
                rule_version="3",
                rule_text="the same bytes, or registered and covering each other with no block that differs",
                by_name="De-duplication worker",
                filing_ids=("4411", "INS-902", "P-118-3"),
                match_ids=("77",),
                absorbed_ids=("01JPM2",),
            ),
            MergeEntry(
                public_id="78",
                label="Confirmed: same image",
                started_at=MERGED_AT,
                ended_at=MERGED_AT,
                rule_version="officer",
                rule_text="an officer's decision stands",
                by_name="Records officer 17",
                by_software=False,
                absorbed_ids=("01JPZ8",),
            ),
        ),
        matches=(
            MatchEntry(
                public_id="77",
                label="Registered: shows all of the other at 40 % of its size; the worst block correlates 0.91",
                metric="worst block",
                value=Decimal("0.91"),
                metric_definition="Lowest correlation of any textured block, -1 to 1",
                copy_ids=("01K8QW", "01K8R3"),
            ),
        ),
        relations=(RelationEntry(role="has-crop", record_id="01JQ9C"),),
        identifiers=(IdentifierEntry(scheme="apn", value="5006-001-002", issuer="County Assessor"),),
        replaces=("01JPM2", "01JPZ8"),
        phash="f8c1e0a4d2b39c57" * 4,
        version="2",
        version_notes=Text("Three filings merged; the description is Planning's.", "en"),
        conflicts=("Two parcels are named: 5006-001-002 and 5006-001-009.",),
    )


def worked_example() -> list[Entry]:
    """Three filings merged, and one crop that knows what it was cut from."""
    source = photograph()
    relation = RelationEntry(role="crop-of", record_id=source.public_id, is_derived=True, summary=source.summary)
    return [source, replace(crop(), relations=(relation,))]


def minimal() -> Entry:
    return Entry(public_id="9f86d081", values={"title": (Text("Curb ramp"),)})


def nameless() -> Entry:
    return Entry(public_id="9f86d082")


def damaged() -> Entry:
    """A file of several pages whose bytes are no longer what was filed, and one that is gone from its server."""
    return replace(
        minimal(),
        modified=MERGED_AT,
        audience=Audience.INTERNAL,
        copies=(
            FileEntry(public_id="d1", mime="image/tiff", pages=3, is_best=True, condition=Condition.DAMAGED),
            FileEntry(public_id="d2", mime="image/tiff", condition=Condition.MISSING, is_downloadable=False),
        ),
    )


def withdrawn() -> Entry:
    at = datetime(2026, 4, 1, 8, tzinfo=UTC)
    gone = filing("H-78", HOUSING, "w1", date(2026, 1, 2), withdrawn_at=at)
    return replace(minimal(), public_id="withdrawn", modified=at, withdrawn_at=at, filings=(gone,))


def hostile(text: str) -> Entry:
    """Every place that takes text from outside, filled with this text."""
    said = (Text(text, text), Text(text, "en"), Text(text))
    agency = AgencyEntry(slug=text or "agency", name=text, kind=text, email=f"{text}@city.example")
    terms = (
        "title alternative creator contributor subject description abstract publisher date created issued digitized "
        "available type format extent identifier source language relation references isPartOf coverage spatial "
        "temporal rights license rightsHolder accessRights provenance replaces conformsTo nonsense"
    )
    return Entry(
        public_id=f"hostile{text}",
        values=dict.fromkeys(terms.split(), said),
        issued=MERGED_AT,
        modified=MERGED_AT,
        places=(Place(label=Text(text, text), latitude=1e-7, longitude=-180.0), Place(latitude=91.0, longitude=0.0)),
        copies=(
            FileEntry(
                public_id=f"best{text}", title=text, mime=text, licence=text, differs=text, is_best=True, size_bytes=0
            ),
            FileEntry(public_id=f"other{text}", licence=f"https://example.org/{text}", sha256="00" * 32),
        ),
        filings=(
            FilingEntry(
                public_id=f"filing{text}",
                agency=agency,
                item_key=text,
                filed_at=MERGED_AT,
                title=Text(text, text),
                file_name=text,
            ),
        ),
        merges=(
            MergeEntry(
                public_id=f"merge{text}",
                label=text,
                started_at=MERGED_AT,
                ended_at=MERGED_AT,
                rule_version=text,
                rule_text=text,
                by_name=text,
            ),
        ),
        matches=(
            MatchEntry(public_id=f"match{text}", label=text, metric=text, value=float("nan"), metric_definition=text),
        ),
        relations=(RelationEntry(role=f"role{text}", record_id=f"relation{text}"),),
        identifiers=(IdentifierEntry(scheme=text, value=text, issuer=text),),
        replaces=(f"old{text}",),
        phash="00",
        version=text,
        version_notes=Text(text, text),
        conflicts=(text,),
    )


HOSTILE_TEXTS = {
    "control characters": "bell \x07 null \x00 escape \x1b end \x7f \x85",
    "lone surrogates": "half \ud83d a picture \udc80",
    "not characters": "\ufffe\uffff\U0001ffff",
    "line ends": "first\r\nsecond\rthird\n\u2028fourth",
    "right to left": "\u202eבית\u202c بيت \u200f",
    "emoji": "👩‍👩‍👧 🏳️‍🌈 𝔘",
    "markup": "]]> <script>alert('1')</script> &amp; \"quoted\" \\ -->",
    "an address with spaces": "https://example.org/a b/100% free?q=<x>#one#two",
    "a word of ours": "dcat:Dataset",
    "an address of ours": "https://images.city.example/id/image/01JQ7X",
    "a term's address": "http://purl.org/dc/dcmitype/StillImage",
    "dots": "..",
    "blank": "  \n ",
    "nothing": "",
    "long": "ab cd é " * 1250,
}
