"""How fast people see what they look for: `make bench-pages` (PAGES="--records 1000000 --times 10" for more).

Fills a catalog from the generated table of bench/many.py, straight into the tables that pages read, with the search's
own functions; the first records are filed through `load_metadata`, so that Record pages are real. Then it starts the
web server as `serve` does (gunicorn, 2 workers with 4 threads) and asks with 4 connections at once: a fixed mix of
searches, their facets, the map, and Record pages. A bare page (/about) asked in the same way says what the machine
gives at that moment.

`--times 10` repeats the rows of records and of the search in the database, with other ids, places and moments, because
making a million descriptions takes long here. On SQLite in a folder of its own; DATABASE_URL names
another database, which is filled if it has fewer records, and kept.
"""

import argparse
import http.client
import random
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections import defaultdict
from pathlib import Path

import feeds
import many
from speed import machine

CONNECTIONS = 4
REAL = 300
AT_ONCE = 2_000
PARTS = ("bare", "results", "facets", "map", "record")
SEARCHES = {
    "newest": "",
    "rare word": "q=negative+{rare}",
    "common word": "q=liberty",
    "every record's word": "q=street",
    "two words": "q=liberty+north",
    "permit": "q={permit}",
    "two facets": "agency=metro&subject=signs",
    "two facets and a word": "agency=metro&subject=signs&q=alameda",
    "dates": "since=1952&until=1955-06",
    "map bounds": "bounds=-118.21,34.05,-118.19,34.07",
    "wide map bounds": "bounds=-119,33,-118,35",
}

REPEATED = {
    "postgresql": (
        "translate(substr(md5(random()::text || id), 1, 26), '0189', 'ghij')",
        "filed_at - interval '{n} hours'",
    ),
    "sqlite": (
        "replace(replace(replace(replace(lower(hex(randomblob(13))), '0', 'g'), '1', 'h'), '8', 'i'), '9', 'j')",
        "strftime('%Y-%m-%d %H:%M:%f', filed_at, '-{n} hours')",
    ),
}
"""A new public id, and an earlier moment, as each engine makes them."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=1, help="let the search hold every record so often")
    parser.add_argument("--rounds", type=int, default=40, help="how often each connection asks each search")
    parser.add_argument("--parts", default=",".join(PARTS))
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="record-copy-bench-"))
    feeds.set_up(folder)
    try:
        fill(asked.records // asked.times, folder)
        multiply(asked.records // asked.times, asked.times)
        print(f"Machine: {machine()}, {feeds.database()}, {count():,} records", flush=True)
        searches = {name: said.format(**samples()) for name, said in SEARCHES.items()}
        records = some_records()
        with feeds.server():
            for part in asked.parts.split(","):
                measure(part, searches, records, asked.rounds)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def count() -> int:
    from catalog.models import SearchEntry

    return SearchEntry.objects.count()


# ---- filling ---------------------------------------------------------------------------------------------------


def fill(records: int, folder: Path) -> None:
    from catalog.services import searching

    if count() >= records:
        return
    feeds.fill(min(REAL, records), folder)
    while searching.follow():
        pass
    with feeds.timed(records - count(), "written"):
        rows = many.rows(records, seed=2)
        while some := [row for row, _ in zip(rows, range(AT_ONCE), strict=False)]:
            write(some, count())
    feeds.analyse()


def write(rows: list[tuple[str, ...]], start: int) -> None:
    """Write a standing record with what the search keeps of it for each of these rows of the table."""
    from datetime import timedelta

    from django.db import transaction
    from django.utils import timezone

    from catalog.models import (
        Agency,
        Assignment,
        Copy,
        Filing,
        Identifier,
        ImageFile,
        Record,
        Scheme,
        SearchText,
        Source,
    )
    from catalog.services import searching
    from catalog.services.inserting import insert

    agencies = {one.slug: one for one in Agency.objects.all()}
    schemes = {one.slug: one for one in Scheme.objects.all()}
    sources = {
        (slug, kind): Source.objects.get_or_create(agency=agency, name=f"bench {kind}", defaults={"kind": kind})[0]
        for slug, agency in agencies.items()
        for kind in Source.Kind.values[:4]
    }
    described = [dict(zip(many.HEADING, row, strict=True)) for row in rows]
    moments = [timezone.now() - timedelta(minutes=n) for n in range(start, start + len(rows))]
    with transaction.atomic():
        files = ImageFile.objects.bulk_create(_file(n + start, moments[n]) for n in range(len(rows)))
        records = Record.objects.bulk_create(_record(one, at) for one, at in zip(described, moments, strict=True))
        copies = Copy.objects.bulk_create(
            Copy(file=f, audience_key="public", record=r, home_record=r, made_at=r.filed_at)
            for f, r in zip(files, records, strict=True)
        )
        filings = Filing.objects.bulk_create(
            Filing(
                agency=agencies[one["agency"]], source=sources[one["agency"], Source.Kind.values[n % 4]],
                item_key=f"page {start + n}", file=copy.file, copy=copy, audience="public", audience_key="public",
                filed_at=copy.made_at,
            )
            for n, (one, copy) in enumerate(zip(described, copies, strict=True))
        )  # fmt: skip
        for record, copy, filing in zip(records, copies, filings, strict=True):
            record.state, record.best_copy, record.record_copy = "standing", copy, filing
        Record.objects.bulk_create(
            records, update_conflicts=True, unique_fields=["id"], update_fields=["state", "best_copy", "record_copy"]
        )
        numbers = [_numbers(one) for one in described]
        wanted = {pair for some in numbers for pair in some}
        Identifier.objects.bulk_create(
            (Identifier(scheme=schemes[scheme], value=value) for scheme, value in wanted), ignore_conflicts=True
        )
        known = {(i.scheme.slug, i.value): i for i in Identifier.objects.filter(value__in=[v for _, v in wanted])
                 .select_related("scheme")}  # fmt: skip
        Assignment.objects.bulk_create(
            Assignment(filing=filing, identifier=known[pair])
            for filing, some in zip(filings, numbers, strict=True)
            for pair in some
        )
        entries = searching.SearchEntry.objects.bulk_create(
            searching._entry(record, 1 + (n % 7 == 0), has_conflict=n % 50 == 0) for n, record in enumerate(records)
        )
        SearchText.objects.bulk_create(
            SearchText(entry=e, title=r.title, body=" ".join(searching.words_of(" ".join(map(_plain, one.values())))))
            for e, r, one in zip(entries, records, described, strict=True)
        )
        facets = (
            (e, sorted(searching._facets(e, r, [f], own)))
            for e, r, f, own in zip(entries, records, filings, numbers, strict=True)
        )
        insert(
            searching.SearchFacet,
            [
                {"entry_id": e.pk, "kind": kind, "value": value, "audience_key": "public"}
                for e, found in facets
                for kind, value in found
            ],
        )


def _file(n: int, at):
    """Two of three have bytes."""
    from catalog.models import ImageFile
    from catalog.services.loading import described_file

    if n % 3 == 0:
        return ImageFile(**described_file(at))
    kind = ("image/jpeg", "image/jpeg", "image/tiff", "image/png")[n % 4]
    return ImageFile(
        sha256=f"{n:064x}", size_bytes=1000 + n, media_type=kind, state="intact", received_at=at, examined_at=at,
        settled_at=at,
    )  # fmt: skip


def _record(one: dict[str, str], at):
    from catalog.metadata.dates_in_words import edtf_of_words
    from catalog.models import Record

    values = [("title", one["title"]), ("created", edtf_of_words(one["date"]) or "unknown")]
    values += [("subject", subject) for subject in one["subject"].split("|") if subject]
    values += [("spatial", one["spatial"]), ("description", one["description"])]
    described = [
        {"element": element, "value": text, "language": "", "scheme": "", "because": "filed", "filings": [],
         "statements": []}
        for element, value in values
        if (text := _plain(value))
    ]  # fmt: skip
    return Record(
        audience_key="public", filed_at=at, modified_at=at, title=_plain(one["title"]),
        description={"values": described, "copies": 1},
    )  # fmt: skip


def _plain(text: str) -> str:
    from catalog.metadata.validation import normalise_text

    return normalise_text(text)


def _numbers(one: dict[str, str]) -> list[tuple[str, str]]:
    from catalog.metadata.identifiers import BadIdentifier, normalise

    found = []
    for scheme in ("apn", "permit", "accession"):
        try:
            found += [(scheme, normalise(scheme, one[scheme]))] if one[scheme] else []
        except BadIdentifier:
            continue
    return found


def multiply(records: int, times: int) -> None:
    """Repeat what Find reads until there are `times` as many records."""
    from django.db import connection, transaction

    from catalog.models import Record, SearchEntry, SearchFacet, SearchText

    if times < 2 or count() >= records * times:
        return
    record_step, entry_step = (model.objects.latest("pk").pk for model in (Record, SearchEntry))
    with feeds.timed(count() * (times - 1), "repeated"), connection.cursor() as cursor:
        for n in range(1, times):
            record, entry = f"+ {n * record_step}", f"+ {n * entry_step}"
            name, before = REPEATED[connection.vendor]
            with transaction.atomic():
                old, mine = f"id <= {record_step}", f"entry_id <= {entry_step}"
                before = before.format(n=n)
                feeds._repeat(cursor, Record, old, id=f"id {record}", public_id=name, filed_at=before)
                feeds._repeat(
                    cursor, SearchEntry, f"id <= {entry_step}", id=f"id {entry}", record_id=f"record_id {record}",
                    filed_at=before, north=f"north + {n} * 0.0007", east=f"east + {n} * 0.0007",
                )  # fmt: skip
                body = f"body || ' repeated{n}x' || entry_id"
                feeds._repeat(cursor, SearchText, mine, entry_id=f"entry_id {entry}", body=body)
                feeds._repeat(cursor, SearchFacet, mine, entry_id=f"entry_id {entry}")
    feeds.analyse()


def samples() -> dict[str, str]:
    """Return a word and a permit that few records bear."""
    from catalog.models import SearchFacet

    permits = SearchFacet.objects.filter(kind="identifier", value__startswith="permit:").order_by("-entry")
    return {"rare": "4711", "permit": permits.values_list("value", flat=True)[0].partition(":")[2]}


def some_records() -> list[str]:
    """Return the addresses of records that were filed in earnest."""
    from django.db import connection

    from catalog.models import Record

    found = Record.objects.filter(feed_item__isnull=False).order_by("pk").values_list("public_id", flat=True)[:REAL]
    addresses = [f"/image/{public_id}" for public_id in found]
    connection.close()
    return addresses


# ---- asking ----------------------------------------------------------------------------------------------------


def measure(part: str, searches: dict[str, str], records: list[str], rounds: int) -> None:
    if part == "bare":
        told("a bare page", "/about", ask({"/about": ["/about"]}, rounds))
    elif part == "record":
        found, seconds = ask({"record": records}, rounds * 10)
        times = found["record"]
        print(f"Record pages: {len(times) / seconds:,.0f} requests a second, p95 {p95(times):.0f} ms", flush=True)
    else:
        address = {"results": "/?", "facets": "/facets?", "map": "/map.json?cells=16&"}[part]
        found, seconds = ask({name: [f"{address}{said}"] for name, said in searches.items()}, rounds)
        told(part, address, (found, seconds))


def told(part: str, address: str, measured: tuple[dict[str, list[float]], float]) -> None:
    found, seconds = measured
    together = [one for times in found.values() for one in times]
    print(
        f"{part} ({address}): p50 {statistics.median(together):.0f} ms, p95 {p95(together):.0f} ms;"
        f" {len(together) / seconds:,.0f} requests a second",
        flush=True,
    )
    for name, times in found.items() if len(found) > 1 else ():
        print(f"  {name:24} p50 {statistics.median(times):6.0f} ms, p95 {p95(times):6.0f} ms", flush=True)


def p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1] if len(times) > 1 else times[0]


def ask(addresses: dict[str, list[str]], rounds: int) -> tuple[dict[str, list[float]], float]:
    """Ask with some connections at once, each in an order of its own; return milliseconds by name, and the seconds."""
    found: dict[str, list[float]] = defaultdict(list)
    threads = [threading.Thread(target=_ask, args=(addresses, rounds, n, found)) for n in range(CONNECTIONS)]
    first: dict[str, list[float]] = defaultdict(list)
    _ask(addresses, 1, 98, defaultdict(list))  # workers load their templates
    forget()
    _ask(addresses, 1, 99, first)
    if len(first) > 1:
        times = [one for some in first.values() for one in some]
        print(f"asked for the first time, one after the other: most {max(times):.0f} ms", flush=True)
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return dict(found), time.monotonic() - began


def forget() -> None:
    """Let nothing that was counted be remembered: as if something had been filed."""
    from django.db import connection

    from catalog.models import Cursor

    bench, _ = Cursor.objects.get_or_create(name="bench")
    bench.sequence += 1
    bench.save()
    connection.close()


def _ask(addresses: dict[str, list[str]], rounds: int, seed: int, found: dict[str, list[float]]) -> None:
    chance = random.Random(seed)
    connection = http.client.HTTPConnection("127.0.0.1", feeds.PORT, timeout=600)
    for _ in range(rounds):
        for name in chance.sample(list(addresses), len(addresses)):
            address = chance.choice(addresses[name])
            began = time.perf_counter()
            connection.request("GET", address, headers={"HX-Request": "true"} if "facets" in address else {})
            response = connection.getresponse()
            response.read()
            if response.status not in (200, 302):
                sys.exit(f"{address}: {response.status}")
            found[name].append(1000 * (time.perf_counter() - began))


if __name__ == "__main__":
    main()
