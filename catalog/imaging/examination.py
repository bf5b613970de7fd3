"""What was found out about a file, as plain values that pass between processes: `examine` finds it in the child."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from catalog.imaging.quality import Quality


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What was found out about one page of a file."""

    number: int
    """From 1."""
    width_px: int
    height_px: int
    """As a person sees it (after orientation), in pixels as coded; a PDF page as it was rendered."""
    mode: str
    """Pillow's mode of the decoded page."""
    bit_depth: int
    """Bits a sample in the file."""
    more_frames: int
    """How many frames of an animation or multi-picture file follow the one that is shown."""
    pixel_digest: bytes | None
    """32 bytes, or None where decoded pixels prove nothing: see `fingerprints.pixel_digest`."""
    phash256: tuple[bytes, ...]
    """Eight hashes of 32 bytes, in the order of `fingerprints.ORIENTATIONS`; the first is the picture as it stands."""
    local: bytes | None
    """Its local features (`features.LocalFeatures.to_bytes`); None where it is not judgeable."""
    is_page: bool
    """True for a scanned sheet, form, receipt or drawing: ink on paper (`inksheet.is_page_like`)."""
    ink: bytes | None
    """Where the ink of a page lies (`inksheet.ink_signature`); None where it is no page or not judgeable."""
    texture: float
    """Share of the picture that holds structure, 0 to 1."""
    is_judgeable: bool
    """False where the page is too flat, too small or too damaged to be compared by its look."""
    thumbnail: str
    """Name of a WebP file in the out folder, at most 400 px on the long side, without metadata."""
    preview: str | None
    """Name of a JPEG file there, at most 1,600 px, without metadata; None after the 50th page."""
    working: str | None
    """Name of the working picture (`working.working_jpeg`) that evidence is measured on; None where not judgeable."""

    def orientations(self) -> NDArray[np.uint8]:
        """Return the hashes as the array that `HashIndex.search` asks with: 8 x 32, uint8."""
        return np.frombuffer(b"".join(self.phash256), np.uint8).reshape(-1, 32)

    def to_json(self) -> dict[str, Any]:
        """Return the facts as plain JSON values; `from_json` takes them back."""
        return {
            "number": self.number,
            "width_px": self.width_px,
            "height_px": self.height_px,
            "mode": self.mode,
            "bit_depth": self.bit_depth,
            "more_frames": self.more_frames,
            "pixel_digest": _hex(self.pixel_digest),
            "phash256": [one.hex() for one in self.phash256],
            "local": _hex(self.local),
            "is_page": self.is_page,
            "ink": _hex(self.ink),
            "texture": self.texture,
            "is_judgeable": self.is_judgeable,
            "thumbnail": self.thumbnail,
            "preview": self.preview,
            "working": self.working,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Take back what `to_json` gave."""
        hashes = tuple(bytes.fromhex(one) for one in values["phash256"])
        digests = {name: _unhex(values[name]) for name in ("pixel_digest", "local", "ink")}
        return cls(**{**values, **digests, "phash256": hashes})


@dataclass(frozen=True, slots=True)
class Examination:
    """What was found out about one file."""

    state: Literal["ok", "damaged"]
    damage: str | None
    """Why the file is damaged, in words a filer understands; None when it is not."""
    sha256: str
    """Of the bytes that were examined, in hexadecimal, for comparison with what was stored."""
    coded_digest: bytes | None
    """32 bytes of `coded.coded_digest`; None for a damaged file and for formats that have none."""
    page_count: int
    """How many pages the file says it has; a damaged document may have fewer in `pages`."""
    pages: tuple[PageFacts, ...]
    quality: Quality
    embedded: dict[str, Any]
    """Embedded metadata, as `catalog.metadata.embedded.read_embedded` gives it; empty without a reader."""
    decoder: str
    """The libraries that decoded it with their versions, kept with every piece of evidence."""

    def to_json(self) -> dict[str, Any]:
        """Return the findings as plain JSON values; `from_json` takes them back."""
        return {
            "state": self.state,
            "damage": self.damage,
            "sha256": self.sha256,
            "coded_digest": _hex(self.coded_digest),
            "page_count": self.page_count,
            "pages": [page.to_json() for page in self.pages],
            "quality": self.quality.to_json(),
            "embedded": self.embedded,
            "decoder": self.decoder,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Take back what `to_json` gave."""
        return cls(
            **{
                **values,
                "coded_digest": _unhex(values["coded_digest"]),
                "pages": tuple(PageFacts.from_json(page) for page in values["pages"]),
                "quality": Quality.from_json(values["quality"]),
            }
        )


def _hex(digest: bytes | None) -> str | None:
    return None if digest is None else digest.hex()


def _unhex(text: str | None) -> bytes | None:
    return None if text is None else bytes.fromhex(text)
