"""Files as they stand in the database once they are examined and published, written without examining."""

import secrets

import numpy as np
from django.utils import timezone

from catalog.imaging.features import LocalFeatures
from catalog.imaging.methods import LOCAL, PHASH
from catalog.models import Fingerprint, ImageFile, Page
from catalog.services import history, matching


def look(seed: int) -> np.ndarray:
    """Hashes of a picture that is like no other: 8 x 32, uint8."""
    return np.random.default_rng(seed).integers(0, 256, (8, 32), np.uint8)


def places(seed: int) -> LocalFeatures:
    """Local features of a picture that shares none with any other."""
    random = np.random.default_rng(seed)
    return LocalFeatures(random.integers(0, 256, (80, 4), np.uint8), random.integers(0, 256, (80, 16), np.uint8))


def published_page(hashes: np.ndarray, local: LocalFeatures | None = None) -> Page:
    """The only page of a new file with this look."""
    page = unpublished_page(hashes, local)
    tell(page.file, "file.examined")
    history.publish()
    return page


def unpublished_page(hashes: np.ndarray, local: LocalFeatures | None = None) -> Page:
    """A page of which history does not tell yet."""
    file = ImageFile.objects.create(
        sha256=secrets.token_hex(32), size_bytes=1, media_type="image/jpeg", state="intact",
        received_at=timezone.now(), examined_at=timezone.now(),
    )  # fmt: skip
    page = Page.objects.create(file=file, number=1, width_px=320, height_px=240, mode="RGB", bit_depth=8)
    Fingerprint.objects.create(page=page, method=PHASH, value=hashes.tobytes())
    if local is not None:
        Fingerprint.objects.create(page=page, method=LOCAL, value=local.to_bytes())
    return page


def tell(file: ImageFile, verb: str) -> None:
    """Write a line of history about a file; it is not published yet."""
    history.write_event(verb, object_id=str(file.pk), at=timezone.now())


def prints(page: Page) -> matching.PagePrints:
    """What is asked about a page."""
    stored = {one.method: bytes(one.value) for one in page.fingerprints.all()}
    hashes = np.frombuffer(stored[PHASH], np.uint8).reshape(8, 32)
    return matching.PagePrints(page.pk, hashes, stored.get(LOCAL), 50)
