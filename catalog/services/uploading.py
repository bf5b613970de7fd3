"""Drafts: files that a person sent and describes in a second step, so that nothing is lost by a mistake in a form."""

import secrets
import tempfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from catalog.imaging.decode import UnreadablePicture
from catalog.imaging.media import HEAD_BYTES, sniff
from catalog.metadata.validation import Value
from catalog.models import Agency, Upload, User

from .examining import sandbox
from .filing import Receipt, form_source, receive_filing
from .store import Spooled, store


def receive_upload(
    *,
    owner: User,
    agency: Agency,
    audience: str,
    chunks: Iterable[bytes],
    file_name: str,
    at: datetime,
    embargo_until: date | None = None,
) -> Upload:
    """Keep a file as a draft, with what it says of itself. Raises store.Refused with the reason in words."""
    spooled = store().spool(chunks, file_name=file_name, max_size_bytes=settings.MAX_FILE_SIZE_MB * 1_000_000)
    try:
        name = f"drafts/{secrets.token_hex(16)}"
        store().places.put(name, spooled.path)
        return Upload.objects.create(
            owner=owner,
            agency=agency,
            audience=audience,
            embargo_until=embargo_until,
            file_name=file_name,
            sha256=spooled.sha256,
            size_bytes=spooled.size_bytes,
            spool_name=name,
            suggestions=_suggestions(spooled),
            uploaded_at=at,
        )
    finally:
        spooled.discard()


def file_upload(
    *, upload: Upload, values: Sequence[Value], identifiers: Iterable[tuple[str, str]], at: datetime
) -> Receipt:
    """File a draft with its description; the draft's id is the item key, so filing it twice is the same as once."""
    with store().places.local_path(upload.spool_name) as path:
        receipt = receive_filing(
            agency=upload.agency,
            source=form_source(upload.agency),
            spooled=_spooled(upload, path),
            file_name=upload.file_name,
            item_key=upload.public_id,
            audience=upload.audience,
            values=values,
            identifiers=identifiers,
            filed_by=upload.owner,
            at=at,
            embargo_until=_embargo(upload, at),
        )
    Upload.objects.filter(pk=upload.pk).update(filing=receipt.filing)
    return receipt


def _embargo(upload: Upload, at: datetime) -> str:
    """Return the day until which a draft shall be embargoed; none where it has come while the draft waited."""
    day = upload.embargo_until
    return day.isoformat() if day and day > timezone.localdate(at) else ""


def draft_thumbnail(upload: Upload) -> bytes | None:
    """Return a small WebP of a draft, or None where it cannot be read."""
    with tempfile.TemporaryDirectory(dir=store().spool_folder) as folder:
        with store().places.local_path(upload.spool_name) as path:
            try:
                found = sandbox().examine(path, _spooled(upload, path).media_type, Path(folder))
            except UnreadablePicture:
                return None
        return (Path(folder) / found.pages[0].thumbnail).read_bytes() if found.pages else None


def forget_before(moment: datetime, limit: int = 1000) -> int:
    """Remove drafts that were filed, or left alone since before the moment."""
    return forget(Upload.objects.filter(uploaded_at__lt=moment)[:limit])


def forget(uploads: Iterable[Upload]) -> int:
    """Remove these drafts, rows before bytes; return how many. What was filed of them stays."""
    gone = 0
    for upload in uploads:
        upload.delete()
        store().places.delete(upload.spool_name)
        gone += 1
    return gone


def _spooled(upload: Upload, path: Path) -> Spooled:
    with path.open("rb") as file:
        media_type = sniff(file.read(HEAD_BYTES))
    return Spooled(path, upload.sha256, upload.size_bytes, media_type)


def _suggestions(spooled: Spooled) -> dict:
    """Return what the file says of itself; nothing where it cannot be read, which the pipeline will explain."""
    try:
        return sandbox().suggest(spooled.path, spooled.media_type)
    except UnreadablePicture:
        return {}
