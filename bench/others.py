"""Other tools on the same set: each in an environment of its own, none needed by the software.

The set is named to each by its own small runner in bench/peers, which writes what it would treat as one picture.
"""

import csv
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

from scoring import score, source_of, write_rows

RUNNERS = Path(__file__).resolve().parent / "peers"
MEMORY_BYTES = 12 * 10**9
SECONDS_TO_INSTALL = 900


class Peer(NamedTuple):
    """Another tool, what pip installs for it in turn, and how it is run."""

    name: str
    runner: str
    installs: tuple[tuple[str, ...], ...]
    note: str
    program: str = ""
    """A program that Debian installs, instead of packages."""
    options: tuple[str, ...] = ()

    @property
    def slug(self) -> str:
        return "-".join((self.runner.removeprefix("run_").removesuffix(".py"), *self.options))


PEERS = (
    Peer(
        "imagededup PHash", "run_imagededup.py",
        (("--no-deps", "imagededup==0.3.3.post2"),
         ("pillow", "tqdm", "scikit-learn", "PyWavelets", "matplotlib", "numpy")),
        "distance <= 10 of 64 bits, its default",
    ),
    Peer("difPy", "run_difpy.py", (("difPy==4.2.1",),), 'its "similar" (mean squared error <= 5), any size'),
    Peer(
        "difPy as it comes", "run_difpy.py", (("difPy==4.2.1",),), "mean squared error 0, same size alone",
        options=("as-it-comes",),
    ),
    Peer("findimagedupes", "run_findimagedupes.py", (), "90 %, its default", program="findimagedupes"),
    Peer("imgdupes", "run_imgdupes.py", (("imgdupes==0.1.3",),), "phash 4, its manual's example; no TIFF, no WebP"),
    Peer("PDQ", "run_pdq.py", (("pdqhash==0.2.8", "pillow", "numpy"),), "distance <= 31 of 256 bits, quality >= 50"),
    Peer(
        "Thorn perception", "run_perception.py", (("perception==0.9.3",),),
        "PHash of 256 bits at 0.25, as in its tests",
    ),
)  # fmt: skip


def run_peers(folder: Path, out: Path, tool: Path, only: list[str] | None, minutes: float) -> list[dict]:
    """Install and run each in turn; return {name, note, seconds, score or None} of each, with why it failed."""
    out.mkdir(parents=True, exist_ok=True)
    results = []
    for peer in PEERS:
        if only and peer.name not in only and peer.slug not in only:
            continue
        place = out / peer.slug
        place.mkdir(exist_ok=True)
        results.append(_result(peer, folder, place, tool, minutes))
        said = results[-1]
        print(f"{peer.name}: {said['seconds'] or 0:.0f} s. {said['note']}", flush=True)
    return results


def _result(peer: Peer, folder: Path, place: Path, tool: Path, minutes: float) -> dict:
    result = {"name": peer.name, "note": peer.note, "seconds": None, "score": None}
    predictions = place / "predictions.csv"
    predictions.unlink(missing_ok=True)
    started = time.monotonic()
    try:
        python = _installed(peer, place)
        for tried in (folder, place.parent / "smaller-set"):
            if tried != folder:
                files = make_smaller(folder, tried)
                result["note"] += f"; on {files:,} files, as all took more than {minutes:g} minutes"
            started = time.monotonic()
            if _has_run(peer, python, tried, predictions, minutes):
                break
        else:
            result["note"] += ", and these too"
            return result
    except (subprocess.CalledProcessError, OSError) as error:
        result["note"] += f"; could not be run here: {_last_line(place)} ({type(error).__name__})"
        return result
    result["seconds"] = round(time.monotonic() - started, 1)
    result["score"] = asdict(score(tool, tried, predictions, place / "score.txt"))
    return result


def _has_run(peer: Peer, python: Path, folder: Path, predictions: Path, minutes: float) -> bool:
    """Run a peer on a set; False where it took too long."""
    command = [str(python), str(RUNNERS / peer.runner), str(folder), str(predictions), *peer.options]
    with (predictions.parent / "run.log").open("w") as log:
        try:
            _run(command, predictions.parent, log, minutes * 60)
        except subprocess.TimeoutExpired:
            return False
    return True


def make_smaller(folder: Path, smaller: Path) -> int:
    """Lay two shots of every twelve of each kind, forms that are twins together, in another folder; count the files."""
    shutil.rmtree(smaller, ignore_errors=True)
    smaller.mkdir()
    with (folder / "truth.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    places: dict[str, dict[str, int]] = {}
    for row in rows:
        of_kind = places.setdefault(source_of(row["scene"]), {})
        of_kind.setdefault(row["shot"], len(of_kind))
    kept = [row for row in rows if places[source_of(row["scene"])][row["shot"]] % 12 < 2]
    for row in kept:
        try:
            os.link(folder / row["path"], smaller / row["path"])
        except OSError:
            shutil.copyfile(folder / row["path"], smaller / row["path"])
    write_rows(smaller / "truth.csv", rows[0], (row.values() for row in kept))
    return len(kept)


def _installed(peer: Peer, place: Path) -> Path:
    """Return the Python that runs the peer, its packages installed."""
    if peer.program:
        if shutil.which(peer.program) is None:
            (place / "run.log").write_text(f"apt-get install {peer.program} was not done")
            raise FileNotFoundError(peer.program)
        return Path(sys.executable)
    environment = place.parent / peer.runner.removesuffix(".py").replace("run_", "environment-")
    python, ready = environment / "bin" / "python", environment / "ready"
    if not ready.exists():
        with (place / "run.log").open("w") as log:
            _run([sys.executable, "-m", "venv", str(environment)], place, log, SECONDS_TO_INSTALL)
            for packages in peer.installs:
                _run([str(python), "-m", "pip", "install", "--quiet", *packages], place, log, SECONDS_TO_INSTALL)
        ready.touch()
    return python


def _run(command: list[str], place: Path, log, seconds: float) -> None:
    """Run a program with bounded memory and time, and end all that it started."""
    environment = {**os.environ, "PYTHONPATH": ""}
    process = subprocess.Popen(
        command, cwd=place, env=environment, stdout=log, stderr=log, start_new_session=True, preexec_fn=_bound_memory
    )
    try:
        if code := process.wait(seconds):
            raise subprocess.CalledProcessError(code, command)
    finally:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            process.poll()


def _bound_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def _last_line(place: Path) -> str:
    lines = (place / "run.log").read_text(errors="replace").split("\n")
    return next((line.strip()[:120] for line in reversed(lines) if line.strip()), "no word")
