"""What went wrong in a measured run, pair by pair, with what the software measured; and pictures of it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont, ImageOps
from scoring import Labelled, Score, write_rows

MEASURED = (
    "registered", "inliers", "error_px", "is_mirrored", "is_inverted", "is_bent", "scale", "turned_degrees", "stretch",
    "cover_a", "cover_b", "side_px", "compared_px", "worst", "p99", "median", "differing", "blocks", "textured",
    "correlation_worst", "correlation_p5", "correlation_median", "noise", "noise_alike", "blur_px", "unevenness",
)  # fmt: skip
"""The measurements of evidence that are written, as far as this version of it knows them."""
FOUND_OUT = ("candidate", "is_by_hash", "distance_bits", "votes", "pages", "supports", "rule", "is_clear", "fit", "how",
             "because", "measured_between")  # fmt: skip
HEADS = ("failure", "a", "b", "variant_a", "variant_b", "truth", "said", *FOUND_OUT, "regions", *MEASURED)
THUMBNAIL_PX = 220
PAIRS_A_SHEET = 12
SHEETS_A_KIND = 2


class Failure(NamedTuple):
    """Two files of the set of which something wrong, or nothing, was said."""

    kind: str
    a: str
    b: str


def failures(read: Score, labelled: Labelled) -> Iterator[Failure]:
    """Yield what went wrong, the worst kinds first; then every pair that a person is asked about."""
    for kind in ("wrong_merges", "unsafe_merges", "wrong_links"):
        yield from (Failure(kind.replace("_", " ")[:-1], a, b) for a, b in getattr(read, kind))
    for path in labelled.copies():
        original = labelled.original[labelled.truth[path]["shot"]]
        if not labelled.is_found(path):
            yield Failure("not found", original, path)
        elif not labelled.is_right(path):
            yield Failure("not as it should be", original, path)
    for pair in sorted(map(sorted, (pair for pair, verdict in labelled.said.items() if verdict == "review"))):
        yield Failure("review", *pair)


def review_kinds(labelled: Labelled) -> list[tuple[str, int]]:
    """Count the pairs that a person is asked about by what they truly are, the most frequent first."""
    pairs = (pair for pair, verdict in labelled.said.items() if verdict == "review")
    return Counter(labelled.relation(*sorted(pair)) for pair in pairs).most_common()


def write_failures(found: Iterable[Failure], labelled: Labelled, path: Path) -> None:
    """Write a line a failure, with the evidence of the pair or, where that was not measured, of one in its place."""
    known = Known(labelled)
    write_rows(path, HEADS, (_row(failure, labelled, known) for failure in found))


def _row(failure: Failure, labelled: Labelled, known: "Known") -> tuple:
    a, b = failure.a, failure.b
    said = labelled.said.get(frozenset((a, b)), "")
    if not said:
        said = " ".join(sorted(labelled.verdicts(b))) if failure.kind.startswith("not") else "by others"
    facts = known.about(a, b)
    return (
        failure.kind, a, b, labelled.truth[a]["variant"], labelled.truth[b]["variant"], labelled.relation(a, b), said,
        *(facts.get(name, "") for name in (*FOUND_OUT, "regions", *MEASURED)),
    )  # fmt: skip


class Known:
    """What the catalog's rows say of pairs of filed names."""

    def __init__(self, labelled: Labelled) -> None:
        from catalog.models import Filing

        self.labelled = labelled
        self.files = dict(Filing.objects.values_list("file_name", "file_id"))

    def about(self, a: str, b: str) -> dict[str, object]:
        """Return what was measured between two files; where nothing was, between b and a file of a's record."""
        facts = self._candidate(a, b)
        for one in islice((a, *sorted(self.labelled.record[a] - {a, b})), 50):
            if match := self._evidence(one, b):
                return facts | self._measured(match) | {"measured_between": f"{one} {b}"}
        return facts

    def _matches(self, a: str, b: str):
        from catalog.models import Match

        pair = [self.files.get(a), self.files.get(b)]
        if None in pair or pair[0] == pair[1]:
            return Match.objects.none()
        return Match.objects.filter(file_low=min(pair), file_high=max(pair))

    def _candidate(self, a: str, b: str) -> dict[str, object]:
        match = self._matches(a, b).filter(supports="candidate").first()
        if match is None:
            return {"candidate": "no"}
        facts = match.measurements
        return {
            "candidate": match.method,
            "is_by_hash": facts.get("is_by_hash", ""),
            "distance_bits": match.distance_bits,
            "votes": facts.get("votes", ""),
        }

    def _evidence(self, a: str, b: str):
        return self._matches(a, b).exclude(supports="candidate").filter(measurements__has_key="finding").first()

    def _measured(self, match) -> dict[str, object]:
        finding = match.measurements["finding"]
        pages = match.measurements.get("pages", [])
        evidence = next((page["evidence"] for page in pages if page.get("evidence")), {})
        is_page = {page.is_page for page in (*match.file_low.pages.all(), *match.file_high.pages.all())}
        return {
            "supports": match.supports,
            "rule": match.rule,
            "pages": "pages" if is_page == {True} else "one is a page" if True in is_page else "pictures",
            **{name: finding.get(name, "") for name in ("is_clear", "fit", "how", "because")},
            "regions": len(evidence.get("regions", ())),
            **{name: _short(evidence.get(name, "")) for name in MEASURED},
        }


def _short(value: object) -> object:
    return round(value, 4) if isinstance(value, float) else value


# ---- pictures ----


def write_sheets(found: Iterable[Failure], labelled: Labelled, folder: Path, out: Path) -> list[Path]:
    """Write contact sheets of some pairs of each kind, spread over the variants; return their paths."""
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("*.jpg"):
        old.unlink()
    by_kind: dict[str, list[Failure]] = {}
    for failure in found:
        by_kind.setdefault(failure.kind, []).append(failure)
    written = []
    for kind, of_kind in by_kind.items():
        chosen = _spread(of_kind, labelled)[: PAIRS_A_SHEET * SHEETS_A_KIND]
        for n in range(0, len(chosen), PAIRS_A_SHEET):
            path = out / f"{kind.replace(' ', '-')}-{n // PAIRS_A_SHEET + 1}.jpg"
            _sheet(chosen[n : n + PAIRS_A_SHEET], labelled, folder).save(path, quality=80)
            written.append(path)
    return written


def _spread(of_kind: list[Failure], labelled: Labelled) -> list[Failure]:
    """Order pairs so that every variant comes once before any comes twice."""
    seen: Counter = Counter()
    ordered = []
    for failure in of_kind:
        key = labelled.relation(failure.a, failure.b), labelled.truth[failure.b]["variant"]
        ordered.append((seen[key], len(ordered), failure))
        seen[key] += 1
    return [failure for *_, failure in sorted(ordered, key=lambda one: one[:2])]


def _sheet(pairs: list[Failure], labelled: Labelled, folder: Path) -> Image.Image:
    across, line_px, margin = 3, 16, 10
    cell = 2 * THUMBNAIL_PX + margin, THUMBNAIL_PX + 3 * line_px + margin
    rows = -(-len(pairs) // across)
    sheet = Image.new("RGB", (across * (cell[0] + margin), rows * (cell[1] + margin)), "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(12)
    for n, failure in enumerate(pairs):
        left, top = n % across * (cell[0] + margin), n // across * (cell[1] + margin)
        for place, name in enumerate((failure.a, failure.b)):
            sheet.paste(_thumbnail(folder / name), (left + place * (THUMBNAIL_PX + margin // 2), top))
            draw.text((left, top + THUMBNAIL_PX + 2 + place * line_px), name[-70:], fill="black", font=font)
        said = labelled.relation(failure.a, failure.b)
        draw.text((left, top + THUMBNAIL_PX + 2 + 2 * line_px), f"{failure.kind}; {said}", fill="darkred", font=font)
    return sheet


def _thumbnail(path: Path) -> Image.Image:
    with Image.open(path) as picture:
        small = ImageOps.exif_transpose(picture).convert("RGB")
    return ImageOps.pad(small, (THUMBNAIL_PX, THUMBNAIL_PX), color=(230, 230, 230))
