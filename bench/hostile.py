"""A thousand records full of hostile text held against every gate: `python bench/hostile.py`.

Files the table of `many.py`, every row of it hostile, into a catalog of its own, serves it, and runs the standards' own
shapes and schemas over all that it says (`../shared/conformance/check.py`): both kinds of data.json, every verb of
OAI-PMH and every page of its lists, every record as simple and its sidecar as qualified Dublin Core, and the whole
catalog as RDF. The shapes take about a second a record, so the catalog is read page by page, the pages by turns in each
serialisation, and each is checked by a process of its own. Exit status 1 where anything does not conform.
"""

import argparse
import csv
import importlib.util
import io
import itertools
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import feeds
import many
from lxml import etree
from speed import machine

CHECK = Path(__file__).resolve().parents[2] / "shared" / "conformance" / "check.py"
ENDINGS = ("ttl", "rdf", "jsonld", "nt")
NEXT = re.compile(r'<([^>]+)>; rel="next"')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=1_000)
    parser.add_argument("--at-once", type=int, default=1, help="processes that check shapes")
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="record-copy-bench-"))
    os.environ.pop("DATABASE_URL", None)  # a fresh catalog, whatever is measured elsewhere
    feeds.set_up(folder)
    found: Counter[str] = Counter()
    try:
        print(f"Machine: {machine()}, {feeds.database()}", flush=True)
        count = fill(asked.records, folder)
        with feeds.server():
            for name, gate in (("JSON", json_documents), ("OAI-PMH", oai), ("Dublin Core", dublin_core)):
                with timed(name):
                    found[name] = gate(folder, count)
            with timed("RDF"):
                found["RDF"] = rdf(folder, asked.at_once)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{count:,} records; what does not conform: {dict(found)}")
    sys.exit(1 if found.total() else 0)


class timed:
    """Tells how long a part took."""

    def __init__(self, name: str) -> None:
        self.name, self.began = name, time.monotonic()

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        print(f"{self.name}: {time.monotonic() - self.began:.0f} s", flush=True)


def fill(records: int, folder: Path) -> int:
    """File so many rows, each of them hostile; return how many records the feeds hold, which is all of them."""
    many.write = write_hostile
    feeds.fill(records, folder)
    count = feeds.prepare()
    if count != records:
        raise SystemExit(f"{count:,} records of {records:,} were taken in.")
    return count


def write_hostile(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([many.HEADING, *many.rows(count, hostile_every=1)])


def check():
    spec = importlib.util.spec_from_file_location("conformance_check", CHECK)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def fetched(address: str, folder: Path) -> Path:
    path = folder / "fetched"
    path.write_bytes(feeds.connect(address).read())
    return path


def json_documents(folder: Path, count: int) -> int:
    import json

    found = 0
    for address, gate in (("/data.json", check().check_datajson), ("/dcat-us-3.json", check().check_dcatus3)):
        path = fetched(address, folder)
        said = len(json.loads(path.read_bytes())["dataset"])
        found += gate(path) + abs(said - count)
    return found


def oai(folder: Path, count: int) -> int:
    """Every verb, and every page of the lists in each format: each valid, each record once."""
    found = check().check_oai(f"http://127.0.0.1:{feeds.PORT}/oai")
    schema = etree.XMLSchema(etree.parse(CHECK.parent / "oai-pmh-xsd" / "driver_all.xsd"))
    for prefix in ("oai_dc", "oai_dcterms", "rdf"):
        seen: Counter[str] = Counter()
        for body in feeds.pages(f"verb=ListRecords&metadataPrefix={prefix}"):
            page = etree.fromstring(body)
            seen.update(one.text for one in page.iterfind(".//{*}header/{*}identifier"))
            if prefix == "oai_dc" and not schema.validate(page):
                print(prefix, schema.error_log.last_error)
                found += 1
        found += abs(len(seen) - count) + sum(times - 1 for times in seen.values())
    return found


def dublin_core(folder: Path, count: int) -> int:
    """Each record of the whole export as simple, each sidecar as qualified Dublin Core."""
    from catalog.models import Copy

    found, records = 0, 0
    simple = etree.XMLSchema(etree.parse(CHECK.parent / "oai-pmh-xsd" / "oai_dc.xsd"))
    for record in etree.fromstring(feeds.connect("/export.xml").read()):
        records += 1
        if not simple.validate(etree.ElementTree(record)):
            print(simple.error_log.last_error)
            found += 1
    qualified = etree.XMLSchema(etree.parse(CHECK.parent / "dcmi-xsd" / "qualifieddc.xsd"))
    for public_id in Copy.objects.values_list("public_id", flat=True):
        sidecar = etree.parse(io.BytesIO(feeds.connect(f"/copy/{public_id}/description.xml").read()))
        if not qualified.validate(sidecar):
            print(public_id, qualified.error_log.last_error)
            found += 1
    return found + abs(records - count)


def rdf(folder: Path, at_once: int) -> int:
    """The whole catalog against the shapes, page by page; return how many pages do not conform."""
    pages = catalog_pages(folder)
    with ThreadPoolExecutor(at_once) as pool:
        return sum(pool.map(conforms_not, pages))


def catalog_pages(folder: Path) -> Iterator[Path]:
    """Yield the pages of the catalog as files, by turns in each serialisation."""
    found, address = [], "/catalog.ttl?after="
    for number, ending in zip(itertools.count(), itertools.cycle(ENDINGS)):
        response = feeds.connect(re.sub(r"catalog\.\w+", f"catalog.{ending}", address))
        path = folder / f"page-{number}.{'xml' if ending == 'rdf' else ending}"
        path.write_bytes(response.read())
        found.append(path)
        link = NEXT.search(response.headers.get("Link", ""))
        if not link:
            break
        address = "{0.path}?{0.query}".format(urlsplit(link[1]))
    return iter(found)


def conforms_not(path: Path) -> int:
    began = time.monotonic()
    checked = subprocess.run([sys.executable, CHECK, "rdf", path], capture_output=True, text=True, check=False)
    said = " ".join(checked.stdout.split("\n")).strip()
    print(f"{path.name}: {said} {checked.stderr[-300:]} ({time.monotonic() - began:.0f} s)", flush=True)
    return int(checked.returncode != 0)


if __name__ == "__main__":
    main()
