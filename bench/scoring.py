"""What the score of a labelled set says: read from the score tool's own print, and held against what must be.

The tool (score.py, beside make_set.py) closes merges transitively and judges; nothing is judged a second time here.
"""

import csv
import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

SHOWN_PAIRS = 1_000_000
COUNTS = {"wrong merges": "wrong_merges", "unsafe merges": "unsafe_merges", "wrong links": "wrong_links"}
COUNT_LINE = re.compile(rf"({'|'.join(COUNTS)})\s+(\d+)$")
LOAD_LINE = re.compile(r"review load\s+([\d.]+) ")
VARIANT_LINE = re.compile(r"(\S+)\s+(same|derivative|rescan)\s+(\d+)\s+([\d.]+)\s+([\d.]+)$")

Pair = tuple[str, str]


class Variant(NamedTuple):
    """How the files of one transformation fared; shares in per cent."""

    kind: str
    files: int
    found: float
    right: float


@dataclass(slots=True)
class Score:
    """What the tool printed, as numbers."""

    files: int = 0
    wrong_merges: list[Pair] = field(default_factory=list)
    unsafe_merges: list[Pair] = field(default_factory=list)
    wrong_links: list[Pair] = field(default_factory=list)
    review_load: float = 0.0
    """Pairs put to review, per 1,000 files."""
    variants: dict[str, Variant] = field(default_factory=dict)
    all_of_kind: dict[str, Variant] = field(default_factory=dict)


class Line(NamedTuple):
    """One line of the table: what must be, what was measured, and whether it is so (None: nothing to measure it by)."""

    name: str
    must: str
    measured: str
    ok: bool | None


class Demand(NamedTuple):
    """What must be true of some transformations together; shares in per cent, None where nothing is asked."""

    name: str
    found: float | None
    right: float | None
    variants: tuple[str, ...]


DEMANDS = (
    Demand("byte and coded-picture identical, merged", None, 100, ("bytes", "no-metadata")),
    Demand(
        "re-encoded (quality >= 50), PNG, WebP, TIFF, resized to 50 %, stretched, turned, darker, grey, auto-contrast: "
        "found / merged",
        99, 95,
        ("jpeg-85", "jpeg-50", "png", "webp-70", "tiff", "scale-75", "scale-50", "stretched", "turned-90",
         "turned-180", "turned-270", "darker", "grey", "autocontrast"),
    ),
    Demand(
        "quality 20, 25 % of the size, thumbnails of 256 px, clipped highlights, blurred: found",
        99, None,
        ("jpeg-20", "scale-25", "thumbnail-256", "brighter", "contrast", "blurred"),
    ),
    Demand("rescans of one sheet: found", 95, None, ("rescanned",)),
    Demand(
        "mirrored, marked-up, framed, stamped, watermarked, crops to 95 and 80 %, tilted, re-photographed: "
        "found as derivative",
        None, 95,
        ("mirrored", "marked-up", "framed", "date-stamp", "watermark", "crop-95", "crop-80", "tilted-4",
         "rephotographed"),
    ),
    Demand("crop to 50 %: found", 90, None, ("crop-50",)),
    Demand("crop to 25 %: found", 75, None, ("crop-25",)),
    Demand("screenshot: found", 90, None, ("screenshot",)),
)  # fmt: skip
MOST_WRONG_LINKS = 1.0
"""Per 1,000 files."""
MOST_REVIEWS = 150.0
"""Pairs per 1,000 files."""


# ---- the tool ----


def score(tool: Path, folder: Path, predictions: Path, kept: Path, *, not_wrong: Path | None = None) -> Score:
    """Run the score tool on the predictions for the set in `folder`; keep its raw print in `kept`."""
    command = [sys.executable, str(tool), str(folder), str(predictions), "--show", str(SHOWN_PAIRS)]
    command += ["--not-wrong", str(not_wrong)] if not_wrong else []
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    kept.write_text(done.stdout + done.stderr)
    if done.returncode:
        raise SystemExit(f"{tool} failed: {done.stderr.strip()}")
    return read_score(done.stdout)


def read_score(printed: str) -> Score:
    """Take the numbers and the named pairs from what the tool printed."""
    read, pairs = Score(), None
    for line in printed.splitlines():
        if found := COUNT_LINE.match(line):
            pairs = getattr(read, COUNTS[found[1]])
        elif found := LOAD_LINE.match(line):
            read.review_load, pairs = float(found[1]), None
        elif found := VARIANT_LINE.match(line):
            name, kind, files, share, right = found.groups()
            row = Variant(kind, int(files), float(share), float(right))
            if name == "ALL":
                read.all_of_kind[kind] = row
            else:
                read.variants[name] = row
        elif found := re.match(r"(\d+) files$", line):
            read.files = int(found[1])
        elif pairs is not None and line.startswith("    ") and len(line.split()) == 2:
            pairs.append(tuple(line.split()))
    return read


def tool_module(tool: Path) -> ModuleType:
    """Return the score tool as a module, for its own reading of truth and predictions."""
    spec = importlib.util.spec_from_file_location("score_tool", tool)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# ---- the set ----


class Labelled:
    """A set and what was said of it, as the tool reads both."""

    def __init__(self, tool: Path, folder: Path, predictions: Path) -> None:
        module = tool_module(tool)
        self.truth: dict[str, dict[str, str]] = module.read_truth(folder)
        self.said: dict[frozenset[str], str] = module.read_verdicts(predictions, self.truth, _refuse)
        merged = [tuple(pair) for pair, verdict in self.said.items() if verdict == "merged"]
        self.record: dict[str, frozenset[str]] = module.records_of(self.truth, merged)
        self.original = {row["shot"]: path for path, row in self.truth.items() if row["variant"] == "original"}
        self.beside: dict[str, dict[str, str]] = {path: {} for path in self.truth}
        for pair, verdict in self.said.items():
            a, b = pair
            self.beside[a][b] = self.beside[b][a] = verdict

    def verdicts(self, path: str) -> set[str]:
        """Return all that was said of a file and the record of its shot's original."""
        home = self.record[self.original[self.truth[path]["shot"]]]
        said = {verdict for other, verdict in self.beside[path].items() if other in home and verdict != "merged"}
        return said | ({"merged"} if path in home else set())

    def is_found(self, path: str) -> bool:
        return bool(self.verdicts(path) & {"merged", "derivative", "review"})

    def is_right(self, path: str) -> bool:
        said = self.verdicts(path)
        return {
            "same": "merged" in said,
            "derivative": "derivative" in said and "merged" not in said,
            "rescan": bool(said & {"merged", "review"}),
        }[self.truth[path]["kind"]]

    def copies(self) -> Iterable[str]:
        """Yield all files but the originals."""
        return (path for path, row in self.truth.items() if row["variant"] != "original")

    def relation(self, a: str, b: str) -> str:
        """Say in words what two files truly are to one another."""
        one, other = self.truth[a], self.truth[b]
        if one["shot"] == other["shot"]:
            kinds = {one["kind"], other["kind"]}
            return next((f"one shot, {kind}" for kind in ("derivative", "rescan") if kind in kinds), "one shot, same")
        if one["scene"] == other["scene"] == "forms":
            return "forms that differ in a digit" if twins(one["shot"]) == twins(other["shot"]) else "other forms"
        return "another shot of the scene" if one["scene"] == other["scene"] else "other scenes"

    def source(self, path: str) -> str:
        """Name the kind of picture: photo, form, or the scene's folder."""
        return source_of(self.truth[path]["scene"])


def source_of(scene: str) -> str:
    """Name what a scene was taken from: each unrelated photograph is a scene with a number of its own."""
    return re.sub(r"-\d+$", "", scene)


def twins(shot: str) -> int:
    """Number the pair of forms that a form belongs to: forms 2n and 2n+1 differ in one digit."""
    return int(shot.rsplit("-", 1)[1]) // 2


def _refuse(message: str) -> None:
    raise SystemExit(message)


# ---- the table ----


def table(read: Score, labelled: Labelled) -> list[Line]:
    """Hold a score against what must be, line by line."""
    links = 1000 * len(read.wrong_links) / max(read.files, 1)
    return [
        Line("wrong merges", "0", str(len(read.wrong_merges)), not read.wrong_merges),
        Line("unsafe merges", "0", str(len(read.unsafe_merges)), not read.unsafe_merges),
        *(_demanded(demand, read.variants) for demand in DEMANDS),
        Line(
            "wrong links per 1,000 files", f"<= {MOST_WRONG_LINKS:g}",
            f"{links:.2f} ({len(read.wrong_links)})", links <= MOST_WRONG_LINKS,
        ),
        Line(
            "review load, pairs per 1,000 files", f"<= {MOST_REVIEWS:g}",
            f"{read.review_load:.1f}", read.review_load <= MOST_REVIEWS,
        ),
        _forms(labelled),
    ]  # fmt: skip


def _demanded(demand: Demand, variants: dict[str, Variant]) -> Line:
    rows = {name: variants[name] for name in demand.variants if name in variants}
    asked = [(limit, part) for limit, part in ((demand.found, "found"), (demand.right, "right")) if limit is not None]
    must = " / ".join(f">= {limit:g} %" if limit < 100 else "100 %" for limit, _ in asked)
    if not rows:
        return Line(demand.name, must, "none in the set", None)
    shares = [_mean(rows.values(), part) for _, part in asked]
    least = min(rows, key=lambda name: getattr(rows[name], asked[-1][1]))
    worst = " / ".join(f"{getattr(rows[least], part):.1f}" for _, part in asked)
    measured = " / ".join(f"{share:.1f} %" for share in shares) + (f" (least: {least} {worst})" if rows else "")
    ok = all(share >= limit for share, (limit, _) in zip(shares, asked, strict=True))
    return Line(demand.name, must, measured, ok)


def _mean(rows: Iterable[Variant], part: str) -> float:
    rows = list(rows)
    return sum(row.files * getattr(row, part) for row in rows) / sum(row.files for row in rows)


def _forms(labelled: Labelled) -> Line:
    """Twins are kept apart where nothing of the one is merged with, or linked to, anything of the other.

    But for crops: what was cut away may be the very digit, and then the crop is one of both.
    """
    name, must = "forms that differ in one digit, 200 dpi: kept apart", "100 %"
    pairs: dict[int, list[str]] = {}
    for shot, path in labelled.original.items():
        if labelled.truth[path]["scene"] == "forms":
            pairs.setdefault(twins(shot), []).append(shot)
    whole = [number for number, shots in pairs.items() if len(shots) == 2]
    if not whole:
        return Line(name, must, "none in the set", None)
    joined = {
        twins(labelled.truth[a]["shot"])
        for a, b in map(tuple, _apart(labelled))
        if labelled.relation(a, b) == "forms that differ in a digit"
        and not any(labelled.truth[path]["variant"].startswith("crop-") for path in (a, b))
    }
    share = 100 * (len(whole) - len(joined & set(whole))) / len(whole)
    return Line(name, must, f"{share:.1f} % of {len(whole)} pairs", share == 100)


def _apart(labelled: Labelled) -> Iterable[frozenset[str]]:
    """Yield the pairs that are under one record or linked, of different shots."""
    for pair, verdict in labelled.said.items():
        if verdict == "derivative":
            yield pair
    for group in set(labelled.record.values()):
        first = {}
        for path in sorted(group):
            first.setdefault(labelled.truth[path]["shot"], path)
        shots = sorted(first.values())
        yield from (frozenset((a, b)) for n, a in enumerate(shots) for b in shots[n + 1 :])


def as_text(lines: list[Line]) -> str:
    """Set the table for a terminal."""
    marks = {True: "ok", False: "FAILS", None: "-"}
    width = max(len(line.must) for line in lines)
    return "\n".join(f"{marks[line.ok]:5}  {line.must:{width}}  {line.measured}\n       {line.name}" for line in lines)


def as_markdown(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Set a Markdown table."""
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in lines)


def by_source(labelled: Labelled, write: Path) -> None:
    """Write how each transformation fared for each kind of picture: files, found and as it should."""
    counts: dict[tuple[str, str, str], list[int]] = {}
    for path in labelled.copies():
        row = labelled.truth[path]
        count = counts.setdefault((labelled.source(path), row["kind"], row["variant"]), [0, 0, 0])
        for n, value in enumerate((1, labelled.is_found(path), labelled.is_right(path))):
            count[n] += value
    write_rows(
        write,
        ("source", "kind", "variant", "files", "found", "as it should"),
        ((*key, *count) for key, count in sorted(counts.items())),
    )


def write_rows(path: Path, heads: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(heads)
        writer.writerows(rows)
