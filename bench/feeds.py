"""What other catalogs get, and how fast: `make bench-feeds` (FEEDS="--records 100000" for another number).

Files a generated table through `load_metadata`, lets search and feeds follow, and starts the web server as `serve` does
(gunicorn, 2 workers with 4 threads). Then it measures, over HTTP: OAI-PMH in each format, with two harvesters at once;
the first pages against the last; the whole catalog in each serialisation. Memory is that of the server's processes,
their own pages and those that they share counted once a process.

`--times 10` lets search and feeds hold ten times as many records as were filed: rows of records, of search entries, of
feed items and of sets are repeated in the database with ids of their own, because filing a million takes hours here. So
a feed is as long as it would be, and what it says repeats itself.

On SQLite in a folder of its own; DATABASE_URL names another database, which is filled if it has fewer records, and
kept. Filling is the real thing, row by row through the services, so it takes longer than what is measured.
"""

import argparse
import http.client
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import many
from speed import machine

PROJECT = Path(__file__).resolve().parent.parent
PORT = int(os.environ.get("PORT", "8765"))
TOKEN = re.compile(rb"<resumptionToken[^>]*>([^<]+)</resumptionToken>")
WHOLE = ("/export.csv", "/export.xml", "/export.ttl", "/export.rdf", "/export.jsonld", "/export.nt",
         "/catalog.nt", "/catalog.ttl", "/catalog.rdf", "/catalog.jsonld", "/data.json", "/dcat-us-3.json")  # fmt: skip
"""Every whole document that is served, in each of its serialisations. Qualified Dublin Core is that of OAI-PMH."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=1, help="let the feeds hold every record so often (PostgreSQL)")
    parser.add_argument("--seconds", type=float, default=60, help="the longest that one harvest is measured")
    parser.add_argument("--parts", default="oai,ends,whole")
    parser.add_argument("--whole", default=",".join(WHOLE), help="the addresses that are fetched whole")
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="record-copy-bench-"))
    set_up(folder)
    try:
        print(f"Machine: {machine()}, {database()}", flush=True)
        fill(asked.records, folder)
        multiply(asked.records, asked.times)
        count = prepare()
        with server() as pid:
            for part in asked.parts.split(","):
                {"oai": harvests, "ends": ends, "whole": wholes}[part](pid, count, asked)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def set_up(folder: Path) -> None:
    os.environ["DATA_DIR"] = str(folder)
    os.environ["SECRET_KEY"] = "bench"
    os.environ["BROKER_URL"] = "filesystem://"
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    sys.path.insert(0, str(PROJECT))
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)


def database() -> str:
    from django.db import connection

    connection.ensure_connection()
    return f"{connection.vendor} {'.'.join(map(str, connection.get_database_version()))}"


# ---- filling ---------------------------------------------------------------------------------------------------


def fill(records: int, folder: Path) -> None:
    """File so many descriptions, if there are fewer, and let the followers take them in."""
    from django.core.management import call_command

    from catalog.models import Agency, FeedItem, Filing, Scheme
    from catalog.services import feeding, history, searching

    if Filing.objects.count() < records:
        for slug, name in many.DEPARTMENTS.items():
            Agency.objects.get_or_create(slug=slug, defaults={"name": name})
        for slug, label in many.SCHEMES.items():
            Scheme.objects.get_or_create(slug=slug, defaults={"label": label, "normaliser": slug})
        table = folder / "many.csv"
        many.write(table, records)
        with timed(records, "filed by load_metadata"):
            call_command("load_metadata", table, source="bench", stdout=open(os.devnull, "w"), stderr=sys.stderr)  # noqa: PTH123,SIM115
        analyse()
    before = FeedItem.objects.count()
    if before >= records:
        return
    with timed(records, "published"):
        history.publish_all()
    for name, follower in (("search", searching), ("feeds", feeding)):
        with timed(records - before, f"taken in by {name}"):
            while follower.follow():
                pass


def multiply(records: int, times: int) -> None:
    """Repeat the rows that search and feeds read until there are `times` as many as were filed."""
    from django.db import connection, transaction

    from catalog.models import FeedItem, FeedSet, Record, SearchEntry

    filed = FeedItem.objects.count()
    if filed >= records * times:
        return
    records_step, items_step, entries_step = (
        model.objects.latest("pk").pk for model in (Record, FeedItem, SearchEntry)
    )
    with timed(filed * (times - 1), "repeated"), transaction.atomic(), connection.cursor() as cursor:
        for n in range(1, times):
            record, item = f"+ {n * records_step}", f"+ {n * items_step}"
            earlier = f"stamp - interval '{n} minutes'"
            name = f"translate(substr(md5(random()::text || id || '{n}'), 1, 26), '0189', 'ghij')"
            _repeat(cursor, Record, f"id <= {records_step}", id=f"id {record}", public_id=name)
            _repeat(
                cursor, FeedItem, f"id <= {items_step}", id=f"id {item}", record_id=f"record_id {record}", stamp=earlier
            )
            _repeat(
                cursor, SearchEntry, f"id <= {entries_step}", id=f"id + {n * entries_step}",
                record_id=f"record_id {record}",
            )  # fmt: skip
            _repeat(cursor, FeedSet, f"item_id <= {items_step}", item_id=f"item_id {item}", stamp=earlier)
    analyse()


def _repeat(cursor, model, where: str, **other: str) -> None:
    """Insert the rows of a table again, save what is to be otherwise."""
    columns = [f.column for f in model._meta.concrete_fields if f.column != "id" or "id" in other]
    chosen = ", ".join(other.get(column, column) for column in columns)
    table = model._meta.db_table
    cursor.execute(f"INSERT INTO {table} ({', '.join(columns)}) SELECT {chosen} FROM {table} WHERE {where}")  # noqa: S608


@contextmanager
def timed(count: int, what: str) -> Iterator[None]:
    clock, cpu = time.monotonic(), time.process_time()
    yield
    seconds, busy = time.monotonic() - clock, time.process_time() - cpu
    print(
        f"{count:,} records {what} in {seconds:.0f} s ({busy:.0f} s of CPU): {count / seconds:,.0f} a second",
        flush=True,
    )


def analyse() -> None:
    """Let the database know its tables, as its own housekeeping does now and then."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def prepare() -> int:
    """Let all seconds be over, and the database know its tables; return how many records there are."""
    from django.db import connection

    from catalog.models import FeedItem
    from catalog.services import feeding

    analyse()
    time.sleep(1.1)
    feeding.closed_until()
    count = FeedItem.objects.filter(audience_key="public").count()
    connection.close()
    return count


# ---- the server ------------------------------------------------------------------------------------------------


@contextmanager
def server(application: str = "config.wsgi") -> Iterator[int]:
    """Serve as `serve` does; yield the process id."""
    command = (
        f"{sys.executable} -m gunicorn {application} --workers 2 --threads 4 --timeout 600 --log-level warning"
        f" --bind 127.0.0.1:{PORT} --pythonpath {PROJECT / 'bench'}"
    )
    process = subprocess.Popen(command.split(), cwd=PROJECT)
    try:
        wait_for_it()
        yield process.pid
    finally:
        process.terminate()
        process.wait(60)


def wait_for_it() -> None:
    for _ in range(200):
        try:
            connect("/oai?verb=Identify").read()
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("The server does not answer.")


def connect(address: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=600)
    connection.request("GET", address)
    response = connection.getresponse()
    if response.status != 200:
        raise SystemExit(f"{address}: {response.status} {response.read()[:300]!r}")
    return response


class Watch:
    """The most memory that a worker of the server has resident, looked at ten times a second, and their CPU time."""

    def __init__(self, pid: int) -> None:
        self.pid, self.most_mb, self.ended = pid, 0.0, threading.Event()
        self.first_mb, self.first_cpu = self.now_mb(), self.cpu_seconds()
        self.thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Watch":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self.thread.join()

    def _watch(self) -> None:
        while not self.ended.wait(0.1):
            self.most_mb = max(self.most_mb, self.now_mb())

    def now_mb(self) -> float:
        """Return the largest worker's resident memory."""
        return max(_resident_mb(child) for child in self._workers())

    def cpu_seconds(self) -> float:
        """Return how long the workers kept a core busy so far; others may be busy on this machine meanwhile."""
        of_all = (Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split() for child in self._workers())
        return sum(int(fields[11]) + int(fields[12]) for fields in of_all) / os.sysconf("SC_CLK_TCK")

    def _workers(self) -> list[int]:
        return [int(pid) for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()]

    def __str__(self) -> str:
        busy = self.cpu_seconds() - self.first_cpu
        memory = f"largest worker {self.first_mb:.0f} MB before, {self.most_mb:.0f} MB at most"
        return f"{busy:.0f} s of the workers' CPU; {memory}"


def _resident_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1000


# ---- measuring -------------------------------------------------------------------------------------------------


def harvests(pid: int, count: int, asked) -> None:
    for prefix in ("oai_dc", "oai_dcterms", "rdf"):
        found = [0, 0]
        end = time.monotonic() + asked.seconds
        with Watch(pid) as memory:
            began = time.monotonic()
            threads = [threading.Thread(target=_harvest, args=(prefix, end, found, n)) for n in range(2)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            seconds = time.monotonic() - began
        print(
            f"OAI-PMH {prefix}: {sum(found):,} records in {seconds:.0f} s by two harvesters at once:"
            f" {sum(found) / seconds:,.0f} a second; {memory}",
            flush=True,
        )


def _harvest(prefix: str, end: float, found: list[int], place: int) -> None:
    for body in pages(f"verb=ListRecords&metadataPrefix={prefix}"):
        found[place] += body.count(b"<record>")
        if time.monotonic() > end:
            return


def pages(arguments: str) -> Iterator[bytes]:
    while arguments:
        body = connect(f"/oai?{arguments}").read()
        yield body
        token = TOKEN.search(body)
        arguments = f"verb=ListRecords&resumptionToken={token[1].decode()}" if token else ""


def ends(pid: int, count: int, asked) -> None:
    """Time the first pages of a list against its last ones, whose tokens are made here."""
    from catalog.feeds.oai import PAGE, Listing
    from catalog.models import FeedItem

    last = FeedItem.objects.filter(audience_key="public").order_by("-stamp", "-id").values_list("stamp", "id")
    places = [last[PAGE * n + 1] for n in range(1, 11) if PAGE * n + 1 < count]
    tokens = [Listing("oai_dc", after=place, cursor=count - PAGE, size=count).token() for place in places]
    first = [_seconds(f"verb=ListRecords&resumptionToken={_first_token()}") for _ in tokens]
    late = [_seconds(f"verb=ListRecords&resumptionToken={token}") for token in tokens]
    print(
        f"a page of {PAGE}: median {statistics.median(first) * 1000:.0f} ms at the beginning,"
        f" {statistics.median(late) * 1000:.0f} ms at the end of {count:,}",
        flush=True,
    )


def _first_token() -> str:
    return TOKEN.search(connect("/oai?verb=ListRecords&metadataPrefix=oai_dc").read())[1].decode()


def _seconds(arguments: str) -> float:
    began = time.monotonic()
    connect(f"/oai?{arguments}").read()
    return time.monotonic() - began


def wholes(pid: int, count: int, asked) -> None:
    for address in asked.whole.split(","):
        size, triples = 0, 0
        with Watch(pid) as memory:
            began = time.monotonic()
            response = connect(address)
            while chunk := response.read(1 << 16):
                size += len(chunk)
                triples += chunk.count(b" .\n") if address.endswith(".nt") else 0
            seconds = time.monotonic() - began
        of_triples = f" ({triples:,} triples)" if triples else ""
        print(
            f"{address}: {count:,} records{of_triples}, {size / 1e6:,.0f} MB in {seconds:.0f} s:"
            f" {count / seconds:,.0f} a second; {memory}",
            flush=True,
        )


if __name__ == "__main__":
    main()
