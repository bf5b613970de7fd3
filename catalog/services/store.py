"""The store: files under their SHA-256, previews beside them; a folder, or a bucket that speaks S3.

Bytes arrive in a *spool* on this host, are hashed on the way, and are only then put under their name, so
the store never shows half a file. Putting the same bytes twice is the same as once.
"""

import hashlib
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import BinaryIO, Protocol

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import Storage, storages

from catalog.imaging.media import MediaType, refusal, sniff
from catalog.models import ImageFile

HEAD_BYTES = 4096
CHUNK_BYTES = 1 << 20
PREVIEW_KINDS = {"thumbnail": "webp", "preview": "jpg", "working": "jpg"}


class Refused(Exception):
    """A file that the catalog does not take; says why, and what to do, in words."""


@dataclass(frozen=True, slots=True)
class Spooled:
    """Bytes on this host's disk that were hashed on arrival and are not yet in the store."""

    path: Path
    sha256: str
    size_bytes: int
    media_type: MediaType

    def discard(self) -> None:
        self.path.unlink(missing_ok=True)


class Places(Protocol):
    """Where named bytes lie. Names are like `originals/ab/cd/abcd...`; they are ours, never a filer's."""

    def put(self, name: str, path: Path) -> None: ...
    def open(self, name: str) -> BinaryIO: ...
    def exists(self, name: str) -> bool: ...
    def delete(self, name: str) -> None: ...
    def local_path(self, name: str): ...


class Folder:
    """Names below a folder. A file appears whole: written aside, flushed to disk, renamed."""

    def __init__(self, root: Path):
        self.root = root

    def put(self, name: str, path: Path) -> None:
        target = self.root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
        try:
            with path.open("rb") as source, aside.open("xb") as copy:
                shutil.copyfileobj(source, copy, CHUNK_BYTES)
                copy.flush()
                os.fsync(copy.fileno())
            aside.rename(target)
        finally:
            aside.unlink(missing_ok=True)

    def open(self, name: str) -> BinaryIO:
        return (self.root / name).open("rb")

    def exists(self, name: str) -> bool:
        return (self.root / name).is_file()

    def delete(self, name: str) -> None:
        (self.root / name).unlink(missing_ok=True)

    @contextmanager
    def local_path(self, name: str) -> Iterator[Path]:
        yield self.root / name


class Bucket:
    """Names in a bucket, through django-storages. S3 shows an object only when all of it has arrived."""

    def __init__(self, storage: Storage, spool: Path):
        self.storage, self.spool = storage, spool

    def put(self, name: str, path: Path) -> None:
        with path.open("rb") as source:
            self.storage.save(name, File(source))

    def open(self, name: str) -> BinaryIO:
        return self.storage.open(name)

    def exists(self, name: str) -> bool:
        return self.storage.exists(name)

    def delete(self, name: str) -> None:
        self.storage.delete(name)

    @contextmanager
    def local_path(self, name: str) -> Iterator[Path]:
        path = self.spool / f"fetched-{secrets.token_hex(8)}"
        try:
            with self.open(name) as source, path.open("xb") as copy:
                shutil.copyfileobj(source, copy, CHUNK_BYTES)
            yield path
        finally:
            path.unlink(missing_ok=True)


class Store:
    """What the catalog keeps as bytes: originals, their previews, and drafts that wait for a description."""

    def __init__(self, places: Places, spool: Path):
        self.places, self.spool_folder = places, spool
        spool.mkdir(parents=True, exist_ok=True)

    def spool(self, chunks: Iterable[bytes], *, file_name: str, max_size_bytes: int) -> Spooled:
        """Take bytes as they come, in bounded memory; raise Refused where they cannot be an image that we take."""
        path = self.spool_folder / f"arriving-{secrets.token_hex(8)}"
        digest, size, head = hashlib.sha256(), 0, b""
        try:
            with path.open("xb") as file:
                for chunk in chunks:
                    digest.update(chunk)
                    size += len(chunk)
                    if len(head) < HEAD_BYTES:
                        head += chunk[: HEAD_BYTES - len(head)]
                    if size > max_size_bytes:
                        break
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            if reason := refusal(head, size, file_name, max_size_bytes):
                raise Refused(reason)
            media_type = sniff(head)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return Spooled(path, digest.hexdigest(), size, media_type)

    def spool_path(self, path: Path, *, max_size_bytes: int) -> Spooled:
        """Spool a file of this host, as it is at this moment."""
        with path.open("rb") as file:
            chunks = iter(lambda: file.read(CHUNK_BYTES), b"")
            return self.spool(chunks, file_name=path.name, max_size_bytes=max_size_bytes)

    @staticmethod
    def original_name(sha256: str) -> str:
        return f"originals/{sha256[:2]}/{sha256[2:4]}/{sha256}"

    @staticmethod
    def preview_name(sha256: str, page_number: int, kind: str) -> str:
        if kind not in PREVIEW_KINDS:
            raise ValueError(f"{kind!r} is no kind of preview")
        return f"previews/{sha256[:2]}/{sha256[2:4]}/{sha256}.{page_number}.{kind}.{PREVIEW_KINDS[kind]}"

    def keep(self, spooled: Spooled) -> str:
        """Put spooled bytes under their own name, unless they are there; return the name."""
        name = self.original_name(spooled.sha256)
        if not self.places.exists(name):
            self.places.put(name, spooled.path)
        return name

    def keep_preview(self, sha256: str, page_number: int, kind: str, path: Path) -> None:
        self.places.put(self.preview_name(sha256, page_number, kind), path)

    def original(self, file: ImageFile):
        """Context manager: the path of the original on this host, to be read only."""
        return self.places.local_path(self.original_name(file.sha256))

    def open_original(self, file: ImageFile) -> BinaryIO:
        return self.places.open(self.original_name(file.sha256))

    def open_working(self, sha256: str, page_number: int) -> BinaryIO:
        """Open the picture by which a page is compared (JPEG); raises FileNotFoundError where there is none."""
        return self.places.open(self.preview_name(sha256, page_number, "working"))

    def open_preview(self, file: ImageFile, page_number: int, kind: str) -> BinaryIO | None:
        """Open a page's `thumbnail` (WebP) or `preview` (JPEG), or return None where there is none."""
        name = self.preview_name(file.sha256, page_number, kind)
        try:
            return self.places.open(name)
        except FileNotFoundError:
            return None


@cache
def store() -> Store:
    """Return this installation's store, as the settings say."""
    spool = settings.DATA_DIR / "spool"
    if settings.STORE == "s3":
        return Store(Bucket(storages["bucket"], spool), spool)
    return Store(Folder(settings.DATA_DIR / "files"), spool)
