"""Many descriptions at once: the very rows that filing them one by one would write."""

import pytest
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from catalog.metadata.validation import Value
from catalog.models import (
    Agency,
    Assignment,
    Copy,
    Event,
    FeedItem,
    Filing,
    ImageFile,
    Record,
    SearchEntry,
    Source,
    Statement,
)
from catalog.services import describing, feeding, filing, history, searching
from catalog.services.loading import Item, Loaded, file_descriptions

AT = parse_datetime("2026-03-05T08:00:00.123456Z")
ITEMS = [
    Item(
        "one",
        [Value("title", "North elevation"), Value("created", "1952~"), Value("subject", "Ama", scheme="person")],
        [("permit", "21016-10000-12345"), ("apn", "5149-015-902")],
    ),
    Item(
        "two",
        [Value("title", "Elevación \u05d9\u05d5\u0007", "es"), Value("title", "North"), Value("created", "Unknown"),
         Value("spatial", "east=-118.2437; north=34.0522", scheme="Point"), Value("license", "https://a.example/by")],
        [("apn", "5149-015-902"), ("apn", "5149 015 902")],
    ),
    Item("three", [Value("title", "No number"), Value("created", "1998-05-03"), Value("identifier", "three")]),
]  # fmt: skip


@pytest.fixture
def source(agency, schemes) -> Source:
    return Source.objects.create(agency=agency, name="inventory", kind=Source.Kind.TABLE)


def load(source: Source, items=ITEMS, **options) -> Loaded:
    options = {"audience": "public", "filed_by": None, "at": AT, **options}
    return file_descriptions(agency=source.agency, source=source, items=items, **options)


def file_singly(source: Source) -> None:
    for item in ITEMS:
        filing.receive_filing(
            agency=source.agency, source=source, spooled=None, file_name="", item_key=item.key, audience="public",
            values=item.values, identifiers=item.identifiers, filed_by=None, at=AT,
        )  # fmt: skip


def everything(source: Source) -> list:
    """All that the database says of the filings of a source, without what is random: keys, ids and salts."""
    history.publish_all()
    for follow in (searching.follow, feeding.follow):
        while follow():
            pass
    filings = list(Filing.objects.filter(source=source).order_by("item_key"))
    records = {f.item_key: f.copy.record for f in filings}
    names = {}
    for f in filings:
        names |= {f.public_id: f"filing {f.item_key}", f.copy.public_id: f"copy {f.item_key}"}
        names[f.copy.record.public_id] = f"record {f.item_key}"
        for place, one in enumerate(Statement.objects.filter(filing=f).order_by("pk")):
            names |= {one.public_id: f"statement {f.item_key} {place}", str(one.pk): f"statement {f.item_key} {place}"}
    return [
        [_row(f, names) for f in filings],
        [_row(ImageFile.objects.get(pk=f.file_id), {}) for f in filings],
        [_row(Copy.objects.get(pk=f.copy_id), names) for f in filings],
        [_row(record, names) for record in records.values()],
        [[_row(s, names) for s in Statement.objects.filter(filing=f).order_by("pk")] for f in filings],
        [[str(a) for a in Assignment.objects.filter(filing=f).order_by("pk")] for f in filings],
        [[_event(e, names) for e in Event.objects.filter(record=r).order_by("pk")] for r in records.values()],
        [_row(SearchEntry.objects.get(record=r), names) for r in records.values()],
        [_row(SearchEntry.objects.get(record=r).text, names) for r in records.values()],
        [sorted(map(str, SearchEntry.objects.get(record=r).facets.all())) for r in records.values()],
        [_said(feeding.unpack(FeedItem.objects.get(record=r).entry), names) for r in records.values()],
        [sorted(map(str, FeedItem.objects.get(record=r).sets.all())) for r in records.values()],
    ]


def _row(row, names) -> dict:
    keys = {"id", "stamp", *(f.attname for f in row._meta.concrete_fields if f.is_relation)}
    said = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if f.attname not in keys}
    return _said(said, names)


def _event(event: Event, names) -> list:
    payload = event.payload
    assert event.digest == history.payload_digest(payload.salt, payload.before, payload.after)
    assert hasattr(event, "publication")
    return [event.verb, event.at, event.actor_id, event.audience_key, names[event.object_id],
            _said([payload.before, payload.after], names)]  # fmt: skip


def _said(value, names) -> str:
    text = repr(value)
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(f"'{name}'", f"<{names[name]}>")
    return text


def test_rows_loaded_at_once_are_those_of_filings_made_singly(source, agency):
    load(source)
    at_once = everything(source)
    one_by_one = Source.objects.create(agency=agency, name="inventory.", kind=Source.Kind.TABLE)
    file_singly(one_by_one)
    assert everything(one_by_one) == at_once


def test_what_was_loaded_is_described_already(source):
    load(source)
    events = Event.objects.count()
    for record in Record.objects.select_related("best_copy__file"):
        describing.describe(record, at=timezone.now())
    assert Event.objects.count() == events


def test_what_was_loaded_before_is_not_loaded_again(source):
    assert load(source).filed == ["one", "two", "three"]
    again = load(source)
    assert (again.filed, set(again.before)) == ([], {"one", "two", "three"})
    assert Filing.objects.count() == 3


def test_good_items_are_filed_beside_bad_ones(source):
    bad = [Item("bad", [Value("title", "x"), Value("created", "last year")], [("nothing", "1")])]
    loaded = load(source, [*ITEMS, *bad])
    assert len(loaded.filed) == 3
    (date, number) = loaded.refused["bad"]
    assert (date.element, date.value, date.example) == ("created", "last year", "1998-05-03")
    assert "numbering system" in number.message


def test_the_queries_do_not_grow_with_the_items(source, django_assert_max_num_queries):
    many = [Item(f"{n}", [Value("title", f"Item {n}"), Value("created", "unknown")]) for n in range(300)]
    with django_assert_max_num_queries(90):
        load(source, many)
    history.publish_all()
    with django_assert_max_num_queries(60):
        searching.follow()
    with django_assert_max_num_queries(70):
        feeding.follow()
    assert SearchEntry.objects.count() == FeedItem.objects.count() == 300


def test_an_office_of_record_is_known_at_once(source):
    load(source)
    record = Record.objects.get(title="North elevation")
    assert "office of record for Permit" in record.record_copy_because
    assert Agency.objects.get(slug="building") == record.record_copy.agency
