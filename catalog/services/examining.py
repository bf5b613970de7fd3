"""Examining a file: what the decode child found is written down once, with its previews."""

import hashlib
import json
import tempfile
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import numpy as np
from django.conf import settings
from django.db import transaction

from catalog.imaging.examination import Examination
from catalog.imaging.media import MediaType
from catalog.imaging.methods import INK, LOCAL, PHASH
from catalog.imaging.quality import OrderKey, order_key
from catalog.imaging.sandbox import Sandbox
from catalog.metadata.embedded import Embedded
from catalog.models import Fingerprint, ImageFile, Page, Statement

from .history import write_event
from .store import store

EXAMINED = "file.examined"


@cache
def sandbox() -> Sandbox:
    """Return this process's decode child, with the installation's limits."""
    return Sandbox(
        memory_bytes=settings.DECODE_MEMORY_MB * 1_000_000,
        cpu_seconds=settings.DECODE_CPU_SECONDS,
        wall_seconds=settings.DECODE_WALL_SECONDS,
    )


def look_at(file: ImageFile) -> Examination:
    """Decode and measure the file in the sandbox and keep its previews; nothing is written to the database.

    Raises UnreadablePicture with the reason in words.
    """
    with tempfile.TemporaryDirectory(dir=store().spool_folder) as folder, store().original(file) as path:
        found = sandbox().examine(path, MediaType.from_mime(file.media_type), Path(folder))
        for page in found.pages:
            for kind, name in (
                ("thumbnail", page.thumbnail),
                ("preview", page.preview),
                ("working", page.working),
            ):
                if name:
                    store().keep_preview(file.sha256, page.number, kind, Path(folder) / name)
    return found


def write_down(file: ImageFile, found: Examination, *, at: datetime) -> None:
    """Write what was found, once: a file that was examined stays as it is."""
    with transaction.atomic():
        file = ImageFile.objects.select_for_update().get(pk=file.pk)
        if file.is_examined:
            return
        _write_pages(file, found)
        _write_embedded(file, Embedded.from_json(found.embedded), at)
        fill(file, found)
        file.examined_at = at
        file.examined_event_id = write_event(
            EXAMINED, object_id=str(file.pk), at=at, after={"state": file.state, "decoder": found.decoder}
        )
        file.save()


def fill(file: ImageFile, found: Examination) -> None:
    """Set what was found of a file; it is not saved."""
    is_intact = found.state == "ok"
    file.state = ImageFile.State.INTACT if is_intact else ImageFile.State.DAMAGED
    file.state_reason = found.damage or ""
    file.page_count = found.page_count
    file.coded_digest = found.coded_digest.hex() if found.coded_digest and is_intact else ""
    file.pixel_digest = _pixels_of_all_pages(found) if is_intact else ""
    file.quality = found.quality.to_json()
    file.rank = rank(order_key(found.quality))
    file.capture = found.embedded.get("capture", {})


def pages_of(file: ImageFile, found: Examination) -> list[Page]:
    """Return the file's pages as they were found, unsaved."""
    return [
        Page(
            file=file,
            number=page.number,
            width_px=page.width_px,
            height_px=page.height_px,
            mode=page.mode,
            bit_depth=page.bit_depth,
            more_frames=page.more_frames,
            is_judgeable=page.is_judgeable,
            is_page=page.is_page,
            has_preview=page.preview is not None,
            has_working=page.working is not None,
        )
        for page in found.pages
    ]


def quarantine(file: ImageFile, reason: str, *, at: datetime) -> None:
    """Set a file aside that cannot be read; it is kept as it came, with the reason."""
    with transaction.atomic():
        changed = ImageFile.objects.filter(pk=file.pk, examined_at__isnull=True).update(
            state=ImageFile.State.QUARANTINED, state_reason=reason
        )
        if changed:
            write_event("file.quarantined", object_id=str(file.pk), at=at, after={"reason": reason})


def rank(key: OrderKey) -> str:
    """Write the order of best copies as text that sorts the same in every database."""
    damaged, edited, minus_pixels, minus_depth, compression, grey, minus_metadata, sha256 = key
    return (
        f"{damaged:d}{edited:d}.{10**12 + minus_pixels:013d}.{1000 + minus_depth:04d}"
        f".{compression:09.4f}.{grey:d}.{10**6 + max(minus_metadata, -(10**6)):07d}.{sha256}"
    )


def _write_pages(file: ImageFile, found: Examination) -> None:
    pages = Page.objects.bulk_create(pages_of(file, found))
    Fingerprint.objects.bulk_create(
        Fingerprint(page=row, method=PHASH, value=np.ascontiguousarray(page.orientations()).tobytes())
        for row, page in zip(pages, found.pages, strict=True)
        if page.phash256
    )
    Fingerprint.objects.bulk_create(
        Fingerprint(page=row, method=LOCAL, value=page.local)
        for row, page in zip(pages, found.pages, strict=True)
        if page.local
    )
    Fingerprint.objects.bulk_create(
        Fingerprint(page=row, method=INK, value=page.ink)
        for row, page in zip(pages, found.pages, strict=True)
        if page.ink
    )


def _write_embedded(file: ImageFile, embedded: Embedded, at: datetime) -> None:
    Statement.objects.bulk_create(
        Statement(
            file=file,
            element=s.element,
            value=s.value,
            language=s.language,
            scheme=s.scheme,
            origin=Statement.Origin.EMBEDDED,
            note=s.source[:200],
            made_at=at + timedelta(microseconds=place),  # statements of one moment would lose their order
        )
        for place, s in enumerate(embedded.suggestions)
    )


def _pixels_of_all_pages(found: Examination) -> str:
    """SHA-256 over the pages' pixel digests in their order; nothing where one of them proves nothing."""
    digests = [page.pixel_digest for page in found.pages]
    if not digests or None in digests or len(digests) != found.page_count:
        return ""
    return hashlib.sha256(json.dumps([d.hex() for d in digests]).encode()).hexdigest()
