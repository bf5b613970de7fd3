"""How well duplicates are found: a labelled set, the software's own pipeline, its score; and others beside it.

    python bench/detect.py [--limit N] [--variants-of N] [--per-shot N] [--no-peers] [--write-doc]

Makes the set from the samples (photographs with a short side of 300 px or more, sequences, pages, drawn forms), files
it into a fresh catalog, waits until the workers have settled it, exports what the catalog says and scores that. What
is written lies below --out:

    set/                   the set with truth.csv
    data/, serve.log       the catalog and what its processes said
    matches.csv            what the catalog says of pairs; score.txt: the raw print of the score tool
    table.txt              line by line: what must be, what was measured
    variants.csv           how each transformation fared for each kind of picture
    failures.csv           every pair that went wrong or is asked about, with its measurements; sheets/: pictures
    peers/                 an environment and the results of each other tool
    run.json               the figures, for --write-doc

A run that is stopped scores what it has; --resume goes on with it, and --again only scores it again.
"""

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

from failures import failures, review_kinds, write_failures, write_sheets
from PIL import Image
from scoring import Labelled, as_markdown, as_text, by_source, score, table

PROJECT = Path(__file__).resolve().parent.parent
SHARED = PROJECT.parent / "shared"
DOCUMENT = PROJECT / "docs" / "detection.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
LEAST_SIDE_PX = 300
FORMS = 40
SECONDS_BETWEEN_LOOKS = 5
SECONDS_BETWEEN_LINES = 60
SECONDS_BETWEEN_PARTIAL_SCORES = 1_800
SECONDS_TO_END = 30
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def main() -> int:
    options = _options()
    options.out.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, _stop)
    if options.set is None and not (options.resume or options.again):
        make_set(options)
    folder = options.set or options.out / "set"
    if not (folder / "truth.csv").is_file():
        raise SystemExit(f"{folder} holds no truth.csv: give --set a folder that make_set.py made.")
    run = {"machine": machine(), "set": options.described}
    if options.own:
        run |= own_pipeline(folder, options)
    if options.peers:
        from others import run_peers

        run["peers"] = run_peers(folder, options.out / "peers", _tool(options), options.peer, options.peer_minutes)
    kept = options.out / "run.json"
    if kept.is_file() and (options.resume or options.again or not options.own):
        before = json.loads(kept.read_text())
        if options.resume and options.own and before.get("seconds"):
            run["seconds"] += before["seconds"]
        run = _joined(before, run)
    kept.write_text(json.dumps(run, indent=1))
    words = as_document(run)
    (options.out / "results.md").write_text(words)
    if options.write_doc:
        write_document(words)
    print(f"\n{words}\nAll of it: {options.out}", flush=True)
    return 0


def _joined(before: dict, now: dict) -> dict:
    """Put the results of a part run into those of the run before."""
    peers = {peer["name"]: peer for run in (before, now) for peer in run.get("peers", ())}
    return before | {key: value for key, value in now.items() if value is not None} | {"peers": list(peers.values())}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=Path, default=SHARED / "samples")
    parser.add_argument("--benchmark", type=Path, default=SHARED / "benchmark", help="folder of make_set.py, score.py")
    parser.add_argument("--out", type=Path, default=PROJECT / "var" / "bench-detect")
    parser.add_argument("--set", type=Path, help="a set that is there already, instead of making one")
    parser.add_argument("--limit", type=int, help="at most so many pictures of each folder (and forms)")
    parser.add_argument("--variants-of", type=int, help="make variants of so many pictures of each folder")
    parser.add_argument("--per-shot", type=int, help="so many variants a shot, drawn at random")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--hours", type=float, default=24, help="then what there is is scored, settled or not")
    parser.add_argument("--not-wrong", type=Path, help="pairs of different shots that are one picture in the sources")
    parser.add_argument("--own", action=argparse.BooleanOptionalAction, default=True, help="the software itself")
    parser.add_argument("--peers", action=argparse.BooleanOptionalAction, default=True, help="the other tools")
    parser.add_argument("--peer", action="append", help="only this other tool; may be repeated")
    parser.add_argument("--peer-minutes", type=float, default=20, help="so long may each of them take")
    parser.add_argument("--resume", action="store_true", help="go on with the set and the catalog below --out")
    parser.add_argument("--again", action="store_true", help="score the catalog below --out again, as it is")
    parser.add_argument("--write-doc", action="store_true", help="put the results into docs/detection.md")
    options = parser.parse_args()
    options.out = options.out.resolve()
    options.set = options.set and options.set.resolve()
    smaller = [f"--{name} {getattr(options, name.replace('-', '_'))}" for name in ("limit", "variants-of", "per-shot")
               if getattr(options, name.replace("-", "_")) is not None]  # fmt: skip
    kept = options.out / "set.txt"
    if (options.resume or options.again) and options.set is None and kept.is_file():
        options.described = kept.read_text().strip()
    else:
        options.described = f"set {options.set.name}" if options.set else " ".join(["all", *smaller])
    return options


def _stop(*_: object) -> None:
    raise KeyboardInterrupt


def _tool(options: argparse.Namespace) -> Path:
    return options.benchmark.resolve() / "score.py"


def machine() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    cpu = next((line.split(":")[1].strip() for line in lines if "model name" in line), "unknown processor")
    return f"{cpu}, {os.cpu_count()} cores, Python {sys.version.split()[0]}, {time.strftime('%Y-%m-%d')}"


# ---- the set ----


def make_set(options: argparse.Namespace) -> None:
    """Make the set below --out; photographs too small for the table are left out."""
    samples, out = options.samples.resolve(), options.out / "set"
    if not samples.is_dir():
        raise SystemExit(f"{samples} is not there: --samples names the folder of sample pictures.")
    shutil.rmtree(out, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="record-copy-set-") as temporary:
        photos = Path(temporary) / "photos"
        photos.mkdir()
        for path in sorted((samples / "photos").iterdir()):
            if _least_side_px(path) >= LEAST_SIDE_PX:
                (photos / path.name).symlink_to(path)
        forms = FORMS if options.limit is None else min(FORMS, options.limit + options.limit % 2)
        command = [sys.executable, str(options.benchmark.resolve() / "make_set.py"), str(out)]
        command += ["--photos", str(photos), "--sequences", str(samples / "sequences")]
        command += ["--pages", str(samples / "pages"), "--forms", str(forms), "--seed", str(options.seed)]
        for name in ("limit", "variants-of", "per-shot"):
            if (value := getattr(options, name.replace("-", "_"))) is not None:
                command += [f"--{name}", str(value)]
        subprocess.run(command, check=True)
    (options.out / "set.txt").write_text(options.described)


def _least_side_px(path: Path) -> int:
    """Return the shorter side, or 0 for what Pillow alone cannot open."""
    try:
        with Image.open(path) as picture:
            return min(picture.size)
    except OSError:
        return 0


# ---- the software's own pipeline ----


def own_pipeline(folder: Path, options: argparse.Namespace) -> dict:
    """File the set into a catalog of its own, wait until it has settled, and score what it says."""
    catalog = Catalog(options.out / "data", options.out / "serve.log", is_fresh=not (options.resume or options.again))
    report = Report(folder, options)
    started, is_whole = time.monotonic(), True
    if not options.again:
        try:
            with catalog.served(options.workers):
                started = time.monotonic()
                print(f"Filing {folder} ...", flush=True)
                catalog.manage("import_folder", str(folder), "--agency", "building")
                state = wait_until_settled(catalog, report, started + 3600 * options.hours)
            is_whole = not state["open"]
        except KeyboardInterrupt:
            is_whole = False
            print("Stopped: scoring what there is.", flush=True)
    seconds = None if options.again else round(time.monotonic() - started)
    state = catalog.state()
    figures = report.write(catalog, is_last=True)
    return {**figures, "seconds": seconds, "is_whole": is_whole, "workers": options.workers, "state": state}


class Catalog:
    """An installation of its own, on SQLite and a folder as broker, served as `manage.py serve` serves any."""

    def __init__(self, data: Path, log: Path, *, is_fresh: bool) -> None:
        if is_fresh:
            shutil.rmtree(data, ignore_errors=True)
        data.mkdir(parents=True, exist_ok=True)
        self.log = log
        self.environment = {
            **os.environ, **ONE_THREAD,
            "DATA_DIR": str(data), "DATABASE_URL": f"sqlite:///{data / 'catalog.sqlite3'}",
            "BROKER_URL": "filesystem://", "STORE": "folder", "MATCHER": "process",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }  # fmt: skip
        os.environ.update(self.environment)
        sys.path.insert(0, str(PROJECT))
        self.manage("migrate", "-v0")
        import django

        django.setup()
        from catalog.models import Agency

        if not Agency.objects.filter(slug="building").exists():
            self.manage("add_agency", "building", "Building and Safety")

    def manage(self, *arguments: str) -> None:
        command = [sys.executable, "manage.py", *arguments]
        with self.log.open("a") as log:
            done = subprocess.run(command, cwd=PROJECT, env=self.environment, stdout=log, stderr=log, check=False)
        if done.returncode:
            raise SystemExit(f"manage.py {arguments[0]} failed; see {self.log}")

    @contextmanager
    def served(self, workers: int) -> Iterator[None]:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = str(free.getsockname()[1])
        command = [sys.executable, "manage.py", "serve", "--port", port, "--workers", str(workers)]
        with self.log.open("a") as log:
            process = subprocess.Popen(
                command, cwd=PROJECT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
            try:
                _wait_for(process, int(port))
                yield
            finally:
                process.terminate()
                with suppress(subprocess.TimeoutExpired):
                    process.wait(SECONDS_TO_END)
                process.kill()

    def state(self) -> dict[str, int]:
        """Count what is done and what is still to do."""
        from catalog.models import Filing, ImageFile, Job, Match, Record, ReviewItem, Unpublished

        return {
            "open": Job.objects.filter(state__in=("queued", "running")).count() + Unpublished.objects.count(),
            "set aside": Job.objects.filter(state="set-aside").count(),
            "filings": Filing.objects.count(),
            "examined": ImageFile.objects.filter(examined_at__isnull=False).count(),
            "settled": ImageFile.objects.settled().count(),
            "quarantined": ImageFile.objects.filter(state="quarantined").count(),
            "candidates": Match.objects.filter(supports="candidate").count(),
            "measured": Match.objects.exclude(supports="candidate").count(),
            "records": Record.objects.standing().count(),
            "questions": ReviewItem.objects.count(),
        }


def _wait_for(process: subprocess.Popen, port: int) -> None:
    """Wait until the processes have been started: the pages are the last of them to answer."""
    while process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.2)
    raise SystemExit("manage.py serve ended at once; see serve.log")


def wait_until_settled(catalog: Catalog, report: "Report", deadline: float) -> dict[str, int]:
    """Wait until nothing is to do or the deadline has come; tell how it goes, and score now and then."""
    started = told = scored = time.monotonic()
    while (state := catalog.state())["open"] and time.monotonic() < deadline:
        now = time.monotonic()
        if now - told >= SECONDS_BETWEEN_LINES:
            told = now
            print(f"{now - started:6.0f} s  {', '.join(f'{n:,} {name}' for name, n in state.items())}", flush=True)
        if now - scored >= SECONDS_BETWEEN_PARTIAL_SCORES:
            scored = now
            with suppress(SystemExit):  # what fails now is no reason to stop: it is done again at the end
                report.write(catalog, is_last=False)
        time.sleep(SECONDS_BETWEEN_LOOKS)
    return state


class Report:
    """Scores a catalog's export and writes everything about it below --out."""

    def __init__(self, folder: Path, options: argparse.Namespace) -> None:
        self.folder, self.options, self.out = folder, options, options.out

    def write(self, catalog: Catalog, *, is_last: bool) -> dict:
        matches = self.out / "matches.csv"
        catalog.manage("export_matches", str(matches))
        read = score(
            _tool(self.options), self.folder, matches, self.out / "score.txt", not_wrong=self.options.not_wrong
        )
        labelled = Labelled(_tool(self.options), self.folder, matches)
        lines = table(read, labelled)
        reviews = review_kinds(labelled)
        words = as_text(lines) + "\n\nA person is asked about:\n"
        words += "\n".join(f"{count:6}  {kind}" for kind, count in reviews)
        (self.out / "table.txt").write_text(words + "\n")
        print(f"\n{(self.out / 'score.txt').read_text() if is_last else ''}\n{words}\n", flush=True)
        by_source(labelled, self.out / "variants.csv")
        if is_last:
            found = list(failures(read, labelled))
            write_failures(found, labelled, self.out / "failures.csv")
            write_sheets(found, labelled, self.folder, self.out / "sheets")
        return {
            "files": read.files,
            "table": [line._asdict() for line in lines],
            "reviews": reviews,
            "score": asdict(read),
        }


# ---- the document ----


def as_document(run: dict) -> str:
    """Set the results as the part of docs/detection.md that this program writes."""
    parts = [f"Measured on {run['machine']}. Set: {run['set']}, {run.get('files', 0):,} files."]
    if run.get("seconds") and run.get("is_whole"):
        rate = run["files"] / run["seconds"]
        parts[0] += f" From folder to records: {run['seconds']:,} s with {run['workers']} workers, {rate:.1f} files/s."
    if not run.get("is_whole", True):
        parts[0] += " **Stopped before everything was settled.**"
    marks = {True: "yes", False: "**no**", None: "-"}
    if "table" in run:
        rows = [(line["name"], line["must"], line["measured"], marks[line["ok"]]) for line in run["table"]]
        parts.append(as_markdown(("", "must", "measured", "holds"), rows))
        reviews = [(kind, f"{count:,}") for kind, count in run["reviews"]]
        parts.append(as_markdown(("pairs that a person is asked about: truly", "pairs"), reviews))
        parts.append(_counted(run["state"]))
    if run.get("peers"):
        parts.append("Others, each as it comes, on the same files:")
        parts.append(_beside(run))
    return "\n\n".join(parts) + "\n"


def _counted(state: dict[str, int]) -> str:
    """Say what the pairs mean for a person, and what deciding cost."""
    return (
        f"These pairs stand for {state['questions']:,} questions: one asks for all files of two records. Of "
        f"{state['candidates']:,} candidate pairs of {state['examined']:,} distinct files {state['measured']:,} were "
        f"measured. Files that could not be read: {state['quarantined']:,}; jobs set aside: {state['set aside']:,}."
    )


def _beside(run: dict) -> str:
    heads = ("", "wrong merges", "unsafe merges", "same: found %", "derivative: found %", "seconds", "note")
    rows = []
    own = {"name": "Record Copy", "score": run.get("score"), "seconds": run.get("seconds"), "note": ""}
    for one in [own, *run["peers"]]:
        if read := one.get("score"):
            kinds = read["all_of_kind"]
            shares = [f"{kinds[kind][2]:.1f}" if kind in kinds else "-" for kind in ("same", "derivative")]
            counts = [f"{len(read[key]):,}" for key in ("wrong_merges", "unsafe_merges")]
            rows.append((one["name"], *counts, *shares, f"{one['seconds'] or 0:,.0f}", one["note"]))
        else:
            rows.append((one["name"], "-", "-", "-", "-", "-", one["note"]))
    return as_markdown(heads, rows)


def write_document(words: str) -> None:
    """Put the results between the two marks of docs/detection.md."""
    text = DOCUMENT.read_text(encoding="utf-8")
    before, found, rest = text.partition(BEGIN)
    _, closed, after = rest.partition(END)
    if not (found and closed):
        raise SystemExit(f"{DOCUMENT} has no place for results: {BEGIN} ... {END}")
    DOCUMENT.write_text(f"{before}{BEGIN}\n{words}{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
