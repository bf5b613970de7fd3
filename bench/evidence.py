"""What evidence costs: CPU time of measuring one pair of working pictures, against one full decode of the original.

    python bench/evidence.py FOLDER [--pairs 12]

FOLDER holds photographs. Each is compared with a smaller copy of itself and with the next photograph.
"""

import argparse
import os
import statistics
import sys
import time
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import cv2
from PIL import Image, ImageOps

from catalog.imaging.evidence import measure
from catalog.imaging.working import WorkingPicture, working_jpeg

LEAST_SIDE_PX = 1_024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pairs", type=int, default=12)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    costs: dict[str, list[float]] = {"decode in full": [], "a copy": [], "another photograph": []}
    before = None
    for path in sorted(options.folder.iterdir()):
        if len(costs["a copy"]) == options.pairs:
            break
        picture, seconds = _opened(path)
        if picture is None:
            continue
        this, copy = _working(picture, path.name), _working(picture.reduce(2), f"{path.name}, half")
        costs["decode in full"].append(seconds)
        costs["a copy"].append(_seconds(this, copy))
        if before is not None:
            costs["another photograph"].append(_seconds(this, before))
        before = this
    for name, seconds in costs.items():
        print(f"{name:20} median {1000 * statistics.median(seconds):4.0f}, most {1000 * max(seconds):4.0f} ms of CPU")


def _opened(path: Path) -> tuple[Image.Image | None, float]:
    try:
        with Image.open(path) as opened:
            start = time.thread_time()
            picture = ImageOps.exif_transpose(opened).convert("RGB")
            seconds = time.thread_time() - start
    except OSError:
        return None, 0.0
    return (picture if min(picture.size) >= LEAST_SIDE_PX else None), seconds


def _working(picture: Image.Image, name: str) -> WorkingPicture:
    encoded = working_jpeg(picture, is_page=False)
    return WorkingPicture.from_jpeg(encoded, is_page=False, width_px=picture.width, height_px=picture.height, name=name)


def _seconds(a: WorkingPicture, b: WorkingPicture) -> float:
    start = time.thread_time()
    measure(a, b)
    return time.thread_time() - start


if __name__ == "__main__":
    main()
