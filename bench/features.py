"""Local features: what they find again, and how quickly among a million pages.

    python bench/features.py recall FOLDER     a set of pictures made by make_set.py, with its truth.csv
    python bench/features.py million FOLDER    its pictures among PAGES=1000000 other pages, against brute force
    python bench/features.py centre            the constant in catalog/imaging/features.py, from drawn pictures

The other pages of `million` are mixed from the features of every second picture of the set: four fifths of the
bits of a feature of one picture, the rest of a feature of another, at the places of a third. Unrelated features
come out about as near one another as those of different photographs do.
"""

import csv
import os
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from catalog.imaging.decode import pages
from catalog.imaging.featureindex import FeatureIndex, search_by_definition
from catalog.imaging.features import (
    DESCRIPTOR_SIZE,
    FEATURES,
    MIN_VOTES,
    LocalFeatures,
    described_places,
    local_features,
    root_descriptors,
    votes_between,
)
from catalog.imaging.fingerprints import grey_of, is_judgeable, texture
from catalog.imaging.media import HEAD_BYTES, sniff
from catalog.imaging.upright import upright

PAGES = int(os.environ.get("PAGES", "1000000"))
PAGES_AT_ONCE = 10_000
UNRELATED_PAIRS = 50_000
LOOK_UPS = int(os.environ.get("LOOK_UPS", "300"))
BRUTE_FORCE_QUERIES = int(os.environ.get("BRUTE_FORCE_QUERIES", "2"))
DRAWN_PICTURES = 60


class Shown(NamedTuple):
    """One picture of the set."""

    shot: str
    variant: str
    features: LocalFeatures


def main() -> None:
    cv2.setNumThreads(1)
    match sys.argv[1:]:
        case ["recall", folder]:
            recall(pictures_of(Path(folder)))
        case ["million", folder]:
            million(pictures_of(Path(folder)))
        case ["centre"]:
            print(centre())
        case _:
            sys.exit(__doc__)


# ---- recall --------------------------------------------------------------------------------------------------


def pictures_of(folder: Path) -> list[Shown]:
    """Return the features of every picture of a set that can be judged by its look."""
    found, spent = [], 0.0
    for row in csv.DictReader((folder / "truth.csv").open()):
        path = folder / row["path"]
        opened = pages(path, sniff(path.read_bytes()[:HEAD_BYTES]))
        page = next(opened)
        grey = grey_of(upright(page.picture, 1_600))
        if not is_judgeable(page.width_px, page.height_px, texture(grey)):
            continue
        started = time.process_time()
        features = local_features(np.asarray(grey))
        spent += time.process_time() - started
        found.append(Shown(row["shot"], row["variant"], features))
    print(f"{len(found)} pictures, {spent / len(found) * 1000:.1f} ms CPU each for their features")
    return found


def recall(shown: list[Shown]) -> None:
    """Print how many variants are candidates of their original, and how many unrelated pairs are."""
    originals = {one.shot: one.features for one in shown if one.variant == "original"}
    votes = defaultdict(list)
    for one in shown:
        if one.variant != "original" and one.shot in originals:
            votes[one.variant].append(votes_between(one.features, originals[one.shot]))
    for variant, counts in votes.items():
        share = np.mean(np.array(counts) >= MIN_VOTES)
        print(f"{variant:16} {share:7.1%} of {len(counts)}   median votes {np.median(counts):.0f}")
    random = np.random.default_rng(1)
    pairs = [(random.integers(len(shown)), random.integers(len(shown))) for _ in range(UNRELATED_PAIRS)]
    unrelated = [(shown[a], shown[b]) for a, b in pairs if shown[a].shot != shown[b].shot]
    started = time.process_time()
    counts = np.array([votes_between(a.features, b.features) for a, b in unrelated])
    spent = (time.process_time() - started) / len(unrelated)
    print(f"other shots: {np.mean(counts >= MIN_VOTES):.3%} of {len(counts)} pairs; {spent * 1000:.2f} ms CPU a pair")


# ---- a million pages -----------------------------------------------------------------------------------------


def million(shown: list[Shown]) -> None:
    """Plant every second picture among mixed pages and ask for it by its variants."""
    originals = {one.shot: one.features for one in shown if one.variant == "original"}
    planted = dict(list(originals.items())[::2])
    sources = [features for shot, features in originals.items() if shot not in planted and len(features) == FEATURES]
    index, spent, kept = FeatureIndex(), 0.0, {}
    before = resident_bytes()
    for start in range(0, PAGES, PAGES_AT_ONCE):
        mixed = list(mixed_pages(sources, PAGES_AT_ONCE, seed=start))
        if start < BRUTE_FORCE_QUERIES and not kept:
            kept = dict(enumerate(mixed))
        started = time.process_time()
        index.add(range(start, start + len(mixed)), mixed)
        spent += time.process_time() - started
    index.add(range(-len(planted), 0), list(planted.values()))
    started = time.process_time()
    index.search(next(iter(planted.values())))
    spent += time.process_time() - started
    print(f"{len(index):,} pages added and sorted in {spent:.0f} s of CPU")
    print(f"resident {(resident_bytes() - before) / 1e9:.2f} GB; with the libraries and at its highest", end=" ")
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9:.2f} GB")
    keys = dict(zip(planted, range(-len(planted), 0), strict=True))
    asked = [one for one in shown if one.variant != "original" and one.shot in planted]
    asked = asked[:: -(-len(asked) // LOOK_UPS)]
    times, named, table = [], [], defaultdict(list)
    for one in asked:
        started = time.process_time()
        found = [each.key for each in index.search(one.features)]
        times.append(time.process_time() - started)
        named.append(len(found))
        by_definition = votes_between(one.features, planted[one.shot]) >= MIN_VOTES
        table[one.variant].append((by_definition, keys[one.shot] in found))
    print(f"{len(asked)} look-ups: median {np.median(times) * 1000:.0f} ms CPU, ", end="")
    print(f"95 % within {np.quantile(times, 0.95) * 1000:.0f}, at most {max(times) * 1000:.0f}")
    print(f"pages named in a look-up: {np.mean(named):.1f} on average")
    for variant, both in [*table.items(), ("all", sum(table.values(), []))]:
        should = [found for by_definition, found in both if by_definition]
        print(
            f"{variant:16} by definition {len(should) / len(both):7.1%}, of these named {np.mean(should):7.1%}"
            f"; named of all {np.mean([found for _, found in both]):7.1%}"
        )
    small = FeatureIndex()
    small.add(list(kept), list(kept.values()))
    for one in asked[:: max(1, len(asked) // max(1, BRUTE_FORCE_QUERIES))][:BRUTE_FORCE_QUERIES]:
        defined = search_by_definition(list(kept), list(kept.values()), one.features)
        print(f"brute force over {len(kept):,} mixed pages: {len(defined)} candidates", end="; ")
        print(f"{len(small.search(one.features))} named by the index")


def mixed_pages(sources: list[LocalFeatures], count: int, seed: int) -> Iterator[LocalFeatures]:
    """Yield pages of mixed features: see above."""
    random = np.random.default_rng(seed)
    bits = np.stack([one.bits for one in sources])
    places = np.stack([one.places for one in sources])
    mostly, lies_like = random.integers(len(sources), size=(2, count))
    shape = (count, FEATURES)
    first = bits[mostly[:, np.newaxis], random.integers(FEATURES, size=shape)]
    second = bits[random.integers(len(sources), size=shape), random.integers(FEATURES, size=shape)]
    coins = random.integers(0, 256, (4, *first.shape), dtype=np.uint8)
    mask = coins[0] | coins[1] | (coins[2] & coins[3])
    yield from map(LocalFeatures, places[lies_like], (first & mask) | (second & ~mask))


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


# ---- the centre ----------------------------------------------------------------------------------------------


def centre() -> str:
    """Return the mean RootSIFT descriptor of drawn pictures, in thousandths, as hexadecimal bytes."""
    described = [described_places(drawn(seed))[1] for seed in range(DRAWN_PICTURES)]
    mean = root_descriptors(np.concatenate(described)).mean(axis=0)
    assert mean.shape == (DESCRIPTOR_SIZE,)
    return np.rint(mean * 1_000).astype(np.uint8).tobytes().hex()


def drawn(seed: int) -> NDArray[np.uint8]:
    """Draw discs and boxes of all sizes upon one another, as things in the world hide one another, with grain."""
    random = np.random.default_rng(seed)
    picture = np.full((320, 320), 128, np.uint8)
    for _ in range(900):
        radius = int(np.clip(4 / np.sqrt(random.uniform(0.0015, 1)), 2, 90))
        x, y = (int(value) for value in random.integers(0, 320, 2))
        level = int(random.integers(0, 256))
        if random.random() < 0.5:
            cv2.circle(picture, (x, y), radius, level, -1, cv2.LINE_AA)
        else:
            size = (radius * 2.0, radius * 2.0 * random.uniform(0.3, 1))
            box = cv2.boxPoints(((float(x), float(y)), size, random.uniform(0, 180)))
            cv2.fillConvexPoly(picture, box.astype(np.int32), level, cv2.LINE_AA)
    grain = random.normal(0, 3, picture.shape)
    return np.clip(cv2.GaussianBlur(picture, (0, 0), 0.8) + grain, 0, 255).astype(np.uint8)


if __name__ == "__main__":
    main()
