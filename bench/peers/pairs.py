"""What every runner shares: which files, and how what was found is written. Runs in any tool's own environment."""

import csv
import sys
from collections.abc import Iterable
from pathlib import Path

PICTURES = {".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp"}


def arguments() -> tuple[Path, Path]:
    """Return the folder of the set and the file to write, as the command line names them."""
    return Path(sys.argv[1]), Path(sys.argv[2])


def pictures(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in PICTURES)


def write(path: Path, groups: Iterable[Iterable[str]]) -> None:
    """Write groups of file names as pairs with the first of each: who reads them closes merges transitively."""
    found = set()
    for group in groups:
        first, *others = sorted({Path(name).name for name in group})
        found |= {(first, other) for other in others}
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("a", "b", "verdict"))
        writer.writerows((a, b, "merged") for a, b in sorted(found))
