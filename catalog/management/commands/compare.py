"""Compare two picture files as the pipeline does, and show the evidence."""

import hashlib
import tempfile
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from catalog.imaging import evidence, rule
from catalog.imaging.decode import UnreadablePicture
from catalog.imaging.examination import Examination
from catalog.imaging.exhibit import exhibit, png
from catalog.imaging.media import HEAD_BYTES, refusal, sniff
from catalog.imaging.working import WorkingPicture
from catalog.services.examining import sandbox

Looked = tuple[Examination, WorkingPicture]


class Command(BaseCommand):
    help = (
        "Print the evidence about two picture files and what the rule makes of it; write the registered pictures "
        "and the map of differences as PNG. The catalog is neither read nor changed."
    )

    def add_arguments(self, parser):
        parser.add_argument("a", type=Path, metavar="A")
        parser.add_argument("b", type=Path, metavar="B")
        parser.add_argument("--page-a", type=int, default=1, metavar="N", help="page of A (default: 1)")
        parser.add_argument("--page-b", type=int, default=1, metavar="N", help="page of B (default: 1)")
        parser.add_argument("--out", type=Path, default=Path(), help="folder for the three PNG files (default: here)")

    def handle(self, *, a: Path, b: Path, page_a: int, page_b: int, out: Path, **_):
        sides = [_look_at(a, page_a), _look_at(b, page_b)]
        sides.sort(key=lambda side: side[1].name)
        (found_a, picture_a), (found_b, picture_b) = sides
        names = {"a": a.name, "b": b.name} if picture_a.name.startswith(_sha256(a)) else {"a": b.name, "b": a.name}
        console = Console(file=self.stdout, highlight=False, soft_wrap=True)
        compared = evidence.compare(picture_a, picture_b)
        measured = compared.evidence if compared else evidence.Evidence(registered=False)
        judgement = rule.judge(measured, _facts(found_a, picture_a), _facts(found_b, picture_b))
        console.print(_table(measured, names))
        console.print(f"[bold]{judgement.supports}[/bold]: {judgement.because}")
        if proof := _proof(found_a, found_b):
            console.print(proof)
        if compared:
            console.print(f"Written: {escape(', '.join(_write(compared, out)))}")


def _look_at(path: Path, number: int) -> Looked:
    if not path.is_file():
        raise CommandError(f"{path}: there is no such file.")
    with tempfile.TemporaryDirectory() as folder:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
        if reason := refusal(head, path.stat().st_size, path.name):
            raise CommandError(f"{path}: {reason}")
        try:
            found = sandbox().examine(path, sniff(head), Path(folder))
        except UnreadablePicture as error:
            raise CommandError(f"{path}: {error}") from error
        page = next((one for one in found.pages if one.number == number), None)
        if page is None:
            raise CommandError(f"{path}: it has no page {number}.")
        if page.working is None:
            raise CommandError(f"{path}: it is too flat, too small or too damaged to be compared by its look.")
        encoded = Path(folder, page.working).read_bytes()
    name = f"{found.sha256}/{number:06}"
    return found, WorkingPicture.from_jpeg(
        encoded, is_page=page.is_page, width_px=page.width_px, height_px=page.height_px, name=name
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _facts(found: Examination, picture: WorkingPicture) -> rule.FileFacts:
    return rule.FileFacts(
        name=picture.name,
        is_page=picture.is_page,
        width_px=picture.width_px,
        height_px=picture.height_px,
        capture=found.embedded.get("capture", {}),
        pages=found.page_count,
    )


def _proof(a: Examination, b: Examination) -> str:
    if a.sha256 == b.sha256:
        return "They are the very same bytes, which settles it."
    if a.coded_digest and a.coded_digest == b.coded_digest:
        return "The coded picture is the same, bit for bit, which settles it: only metadata in the files differ."
    pixels = [page.pixel_digest for page in a.pages]
    if None not in pixels and pixels == [page.pixel_digest for page in b.pages]:
        return "Every pixel is the same, which settles it: only the files are written in different ways."
    return ""


def _table(measured: evidence.Evidence, names: dict[str, str]) -> Table:
    table = Table("measured", "value", title=escape(f"a: {names['a']}   b: {names['b']}"), title_justify="left")
    for key, value in measured.to_json().items():
        if key not in ("matrix", "regions"):
            table.add_row(key.replace("_", " "), str(value))
    for number, region in enumerate(measured.regions, start=1):
        box = ", ".join(f"{edge:.3f}" for edge in (region.left, region.top, region.right, region.bottom))
        table.add_row(f"region {number}", f"{box}; {region.area:.2%} of what was compared, worst {region.worst:.1f}")
    return table


def _write(compared: evidence.Comparison, out: Path) -> list[str]:
    out.mkdir(parents=True, exist_ok=True)
    drawn = exhibit(compared)
    files = {"registered-a.png": drawn.a, "registered-b.png": drawn.b, "differences.png": drawn.differences}
    for name, picture in files.items():
        (out / name).write_bytes(png(picture))
    return [str(out / name) for name in files]
