"""A harvest while the catalog changes: `python bench/harvest.py --records 100000` (DATABASE_URL as for feeds.py).

Two harvesters of others, Sickle and oaipmh-scythe, each read the whole list over HTTP while two processes join records,
undo that, and amend filings. Then it is asked of each:

1. Did every unchanged record come exactly once, every changed one at least once?
2. After a second harvest, from the date of the first one's beginning: is the copy what the catalog holds, with every
   record that is no more marked as deleted?

and of the server: are tokens good after a restart, and with the clock two days ahead; does a list whose length is a
multiple of the page's end properly?
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import feeds
from lxml import etree
from speed import machine

PICTURES = 40
EXACTLY = 500
"""A set of so many records: two whole pages."""
ADDRESS = f"http://127.0.0.1:{feeds.PORT}/oai"
OAI = "{http://www.openarchives.org/OAI/2.0/}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--role", default="", help="what a process that this one starts does")
    parser.add_argument("--since", default="")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    if asked.role:
        {"sickle": by_sickle, "scythe": by_scythe, "change": change}[asked.role](asked)
        return
    folder = Path(tempfile.mkdtemp(prefix="record-copy-bench-"))
    os.environ["MATCHER"] = "embedded"
    feeds.set_up(folder)
    try:
        print(f"Machine: {machine()}, {feeds.database()}", flush=True)
        feeds.fill(asked.records, folder)
        add_pictures()
        add_exactly()
        run(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(folder: Path) -> None:
    from catalog.models import Event

    count = feeds.prepare()
    events = Event.objects.order_by("-pk").values_list("pk", flat=True).first()
    with feeds.server():
        since = _date()
        time.sleep(1.1)
        with changing(folder):
            copies = harvested(folder, "first")
        changed = changed_since(events)
        first = {name: Counter(key for key, _, _ in copy) for name, copy in copies.items()}
        for name, came in first.items():
            once = sum(1 for key, times in came.items() if key not in changed and times == 1)
            wrong = [key for key, times in came.items() if key not in changed and times != 1]
            missing = [key for key in unchanged(changed) if key not in came]
            print(
                f"{name}: {sum(came.values()):,} records of {count:,}; {len(changed):,} changed meanwhile; unchanged"
                f" ones that came once {once:,}, more than once {len(wrong)}, never {len(missing)}",
                flush=True,
            )
        feeds.prepare()  # what was changed last is taken in, and its second goes by
        time.sleep(2.1)
        for name, copy in harvested(folder, "second", since).items():
            told = compared([*copies[name], *copy])
            print(f"{name}: {len(copy):,} in the second harvest; {told}", flush=True)
        ends_properly()
        token = _token()
    with feeds.server():
        print(f"after a restart the token gives {_records(token)} records", flush=True)
    with feeds.server("later:application"):
        print(f"two days later it gives {_records(token)}", flush=True)
    _turn_the_clock_back()


def _turn_the_clock_back() -> None:
    """Forget the moment two days ahead to which the feeds were closed, so that the database can be used again."""
    from django.utils import timezone

    from catalog.models import Cursor

    Cursor.objects.filter(closed_at__gt=timezone.now()).update(closed_at=timezone.now().replace(microsecond=0))


# ---- what there is to change -----------------------------------------------------------------------------------


def add_pictures() -> None:
    """File some pictures, so that there are records to join, and people who may."""
    import io

    from django.utils import timezone
    from PIL import Image

    from catalog import tasks
    from catalog.metadata.validation import Value
    from catalog.models import Agency, Membership, Source, User
    from catalog.services import feeding, jobs
    from catalog.services.filing import receive_filing
    from catalog.services.store import store

    tasks._send = lambda task: None
    agency = Agency.objects.get(slug="metro")
    person, _ = User.objects.get_or_create(username="bench-officer")
    for one in Agency.objects.all():
        Membership.objects.get_or_create(user=person, agency=one, defaults={"role": "officer"})
    source, _ = Source.objects.get_or_create(agency=agency, name="pictures", defaults={"kind": "api"})
    for n in range(PICTURES):
        data = io.BytesIO()
        chance = random.Random(n)
        noise = Image.frombytes("RGB", (24, 18), chance.randbytes(24 * 18 * 3))
        noise.resize((320, 240), Image.Resampling.BICUBIC).save(data, "JPEG", quality=90)
        spooled = store().spool([data.getvalue()], file_name=f"{n}.jpg", max_size_bytes=10**7)
        receive_filing(
            agency=agency, source=source, spooled=spooled, file_name=f"{n}.jpg", item_key=f"{n}", audience="public",
            values=[Value("title", f"Picture {n}"), Value("created", "unknown")], filed_by=None, at=timezone.now(),
        )  # fmt: skip
        spooled.discard()
    while jobs.count_due(1):
        tasks.work()
    feeding.closed_until()


def add_exactly() -> None:
    from django.utils import timezone

    from catalog.metadata.validation import Value
    from catalog.models import Agency, Source
    from catalog.services.loading import Item, file_descriptions

    agency = Agency.objects.get(slug="metro")
    source, _ = Source.objects.get_or_create(agency=agency, name="exactly", defaults={"kind": "table"})
    items = [Item(f"{n}", [Value("title", f"Item {n}"), Value("created", "unknown")]) for n in range(EXACTLY)]
    file_descriptions(agency=agency, source=source, items=items, audience="public", filed_by=None, at=timezone.now())


@contextmanager
def changing(folder: Path) -> Iterator[None]:
    """Let two processes change the catalog meanwhile."""
    stop = folder / "stop"
    command = [sys.executable, __file__, "--role", "change", "--out", str(stop), "--seed"]
    changers = [subprocess.Popen([*command, str(seed)], cwd=feeds.PROJECT) for seed in (1, 2)]
    try:
        yield
    finally:
        stop.touch()
        for one in changers:
            one.wait(120)
            if one.returncode:
                raise SystemExit("a changer failed")


def change(asked) -> None:
    """Join, undo and amend until the file `out` is there."""
    sys.path.insert(0, str(feeds.PROJECT))
    import django

    django.setup()
    from django.db import OperationalError
    from django.utils import timezone

    from catalog.metadata.validation import Value
    from catalog.models import Copy, Decision, Filing, User
    from catalog.services import amending, deciding

    chance = random.Random(asked.seed)
    person = User.objects.get(username="bench-officer")
    last = Filing.objects.order_by("-pk").values_list("pk", flat=True).first()
    pictured = list(Copy.objects.standing().filter(file__state="intact").order_by("pk"))
    pairs = list(zip(pictured[asked.seed - 1 :: 4], pictured[asked.seed + 1 :: 4], strict=False))
    turn = 0
    while not asked.out.exists():
        turn += 1
        try:
            if turn % 3:
                found = Filing.objects.filter(pk__gte=chance.randrange(last)).order_by("pk").first()
                values = [Value("title", f"Amended {asked.seed}.{turn}")]
                amending.amend(
                    filing=found, element="title", values=values, reason="bench", by=person, at=timezone.now()
                )
            else:
                a, b = (Copy.objects.get(pk=copy.pk) for copy in chance.choice(pairs))
                known = Decision.objects.effective().filter(copy_low=min(a.pk, b.pk), copy_high=max(a.pk, b.pk)).first()
                if known:
                    deciding.undo(decision=known, by=person, at=timezone.now())
                else:
                    deciding.decide(copy_a=a, copy_b=b, verdict="same", reason="bench", by=person, at=timezone.now())
        except OperationalError:
            pass  # the database was busy; another turn
        time.sleep(0.05)


# ---- harvesting ------------------------------------------------------------------------------------------------

Came = list[tuple[str, bool, list[list[str]]]]
"""Of each record that came: its id, whether it is deleted, and what is said of it as [element, text]."""


def harvested(folder: Path, what: str, since: str = "") -> dict[str, Came]:
    """Let both harvesters read the list at the same time; return what came, in order."""
    began, running = time.monotonic(), {}
    for name in ("sickle", "scythe"):
        out = folder / f"{what}-{name}.json"
        command = [sys.executable, __file__, "--role", name, "--since", since, "--out", str(out)]
        running[name] = out, subprocess.Popen(command, cwd=feeds.PROJECT)
    found = {}
    for name, (out, process) in running.items():
        if process.wait():
            raise SystemExit(f"{name} failed")
        found[name] = [(key, deleted, said) for key, deleted, said in json.loads(out.read_text())]
    seconds = time.monotonic() - began
    print(f"{what} harvest: {sum(map(len, found.values())):,} records in {seconds:.0f} s by both", flush=True)
    return found


def by_sickle(asked) -> None:
    from sickle import Sickle
    from sickle.oaiexceptions import NoRecordsMatch

    which = {"from": asked.since} if asked.since else {}
    try:
        records = Sickle(ADDRESS).ListRecords(metadataPrefix="oai_dc", **which)
        asked.out.write_text(json.dumps([_came(record.xml) for record in records]))
    except NoRecordsMatch:
        asked.out.write_text("[]")


def by_scythe(asked) -> None:
    from oaipmh_scythe import Scythe

    which = {"from_": asked.since} if asked.since else {}
    with Scythe(ADDRESS) as scythe:
        records = scythe.list_records(metadata_prefix="oai_dc", **which)
        asked.out.write_text(json.dumps([_came(record.xml) for record in records]))


def _came(record: etree._Element) -> tuple[str, bool, list[list[str]]]:
    header = record.find(f"{OAI}header")
    key = header.findtext(f"{OAI}identifier").rpartition(":")[2]
    metadata = record.find(f"{OAI}metadata")
    said = [] if metadata is None else _said(metadata[0])
    return key, header.get("status") == "deleted", said


def _said(root: etree._Element) -> list[list[str]]:
    return [[etree.QName(element).localname, element.text or ""] for element in root]


# ---- what is asked of it ---------------------------------------------------------------------------------------


def changed_since(event: int) -> set[str]:
    """Return the public ids of the records that history tells of since this event."""
    from catalog.models import Event

    rows = Event.objects.filter(pk__gt=event).values_list("record__public_id", "object_id")
    return {key for row in rows for key in row if key}


def unchanged(changed: set[str]) -> Iterator[str]:
    from catalog.models import FeedItem

    public = FeedItem.objects.filter(audience_key="public").values_list("record__public_id", flat=True)
    yield from (key for key in public.iterator() if key not in changed)


def compared(came: Came) -> str:
    """Hold the copy that a harvester has now against the catalog."""
    from catalog.formats.dublin_core import simple_dublin_core
    from catalog.models import FeedItem
    from catalog.services import entries, feeding

    copy = {key: (is_deleted, said) for key, is_deleted, said in came}
    catalog, wrong, deleted, after = entries.catalog_entry(), 0, 0, 0
    while keys := list(
        FeedItem.objects.filter(audience_key="public", pk__gt=after).order_by("pk").values_list("pk", flat=True)[:500]
    ):
        for item in feeding.read(keys):
            said = _said(simple_dublin_core(item.entry, catalog)) if item.entry else []
            mine = copy.pop(item.public_id, None)
            wrong += mine != (item.is_deleted, said) and not (mine is None and item.is_deleted)
            deleted += item.is_deleted and mine is not None
        after = keys[-1]
    return f"differs from the catalog in {wrong}, holds {len(copy)} that are not there, knows {deleted} as deleted"


def ends_properly() -> None:
    sizes = [body.count(b"<record>") for body in feeds.pages(f"{_LIST}&set=dept:metro:exactly")]
    print(f"a list of {EXACTLY} in pages of {sizes}: ends with an empty token, no empty page", flush=True)
    assert sum(sizes) == EXACTLY
    assert 0 not in sizes


_LIST = "verb=ListRecords&metadataPrefix=oai_dc"


def _date() -> str:
    root = etree.fromstring(feeds.connect("/oai?verb=Identify").read())
    return root.findtext(f"{OAI}responseDate")


def _token() -> str:
    return feeds.TOKEN.search(feeds.connect(f"/oai?{_LIST}").read())[1].decode()


def _records(token: str) -> int:
    return feeds.connect(f"/oai?verb=ListRecords&resumptionToken={token}").read().count(b"<record>")


if __name__ == "__main__":
    main()
