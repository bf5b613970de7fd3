"""What a file says about itself: suggestions for its description, and the camera's own account of the exposure.

Nothing here decides anything: a filer confirms suggestions, and the account serves the veto and the order of quality.
Metadata are bounded on the way in (`packets`, `tiff`, `xmp`, `iptc`), and what is broken is listed, never raised.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from hashlib import md5
from pathlib import Path
from typing import Any, Protocol

from . import exif as exif_tags
from .crosswalk import Carried, Suggestion, camera_date, suggest
from .exif import Exif, read_exif
from .iptc import BrokenIptc, read_iptc
from .packets import Packets, find_packets
from .validation import normalise_text
from .xmp import BrokenXmp, read_xmp

__all__ = ["Embedded", "HasMime", "Suggestion", "Unread", "read_embedded"]


class HasMime(Protocol):
    """A kind of file, by its registered name such as `image/jpeg`."""

    @property
    def mime(self) -> str: ...


@dataclass(frozen=True)
class Unread:
    """A part of the metadata that could not be read, and why."""

    part: str
    reason: str


@dataclass(frozen=True)
class Embedded:
    """What one file carries.

    `capture` has those of these keys that the camera filled: make, model, serial, lens, software (text);
    date_time_original (ISO 8601, local), sub_sec (digits after the point), offset (`-08:00`); image_number,
    shutter_count, iso, orientation (whole numbers); exposure (seconds as a fraction, `1/60`), f_number,
    focal_length (millimetres). `camera_is_complete` when make, model, moment, exposure and aperture are all there;
    whether an editor had the file in between is for the order of quality to say.
    """

    suggestions: tuple[Suggestion, ...] = ()
    capture: dict[str, str | int | float] = field(default_factory=dict)
    camera_is_complete: bool = False
    unread: tuple[Unread, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return plain lists, objects, text and numbers, from which `from_json` makes an equal value."""
        return {
            "suggestions": [asdict(suggestion) for suggestion in self.suggestions],
            "capture": dict(self.capture),
            "camera_is_complete": self.camera_is_complete,
            "unread": [asdict(part) for part in self.unread],
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Embedded:
        """Return what `to_json` wrote; an empty object is a file that carries nothing."""
        return cls(
            suggestions=tuple(Suggestion(**suggestion) for suggestion in stored.get("suggestions", ())),
            capture=dict(stored.get("capture", {})),
            camera_is_complete=stored.get("camera_is_complete", False),
            unread=tuple(Unread(**part) for part in stored.get("unread", ())),
        )


def read_embedded(path: Path, media_type: HasMime) -> Embedded:
    """Return what a file carries. Raises OSError for a file that cannot be opened, and nothing for broken metadata."""
    with path.open("rb") as file:
        packets = find_packets(file, media_type.mime)
        carried = _carried(packets)
    suggestions = suggest(carried)
    capture = capture_of(carried.exif)
    return Embedded(
        suggestions=suggestions,
        capture=capture,
        camera_is_complete=_COMPLETE.issubset(capture),
        unread=tuple(Unread(part, reason) for part, reason in dict.fromkeys(carried.unread)),
    )


def _carried(packets: Packets) -> Carried:
    carried = Carried(
        width=packets.width,
        height=packets.height,
        is_upright=packets.is_upright,
        iptc_is_newer=bool(packets.iptc_digest) and packets.iptc_digest != _digest(packets.iptc),
        unread=packets.unread,
    )
    if packets.tiff:
        carried.exif = read_exif(packets.tiff)
        carried.unread += carried.exif.unread
    if packets.xmp:
        try:
            carried.xmp = read_xmp(packets.xmp)
        except BrokenXmp as error:
            carried.unread.append(("XMP", str(error)))
    try:
        carried.iptc = read_iptc(packets.iptc)
    except BrokenIptc as error:
        carried.iptc = error.datasets
        carried.unread.append(("IPTC", str(error)))
    return carried


def _digest(iptc: bytes) -> bytes:
    """Return the digest by which Photoshop knows the block again (image resource 0x0425); it guards nothing."""
    return md5(iptc, usedforsecurity=False).digest()


# --- the camera's account ----------------------------------------------------------------------------------------

_COMPLETE = frozenset(("make", "model", "date_time_original", "exposure", "f_number"))
_LONGEST_TEXT = 200


def capture_of(exif: Exif) -> dict[str, str | int | float]:
    """Return the camera's own data, without the keys that it left empty."""
    date = camera_date(exif.text(exif_tags.DATE_TIME_ORIGINAL))
    account: dict[str, str | int | float | None] = {
        "make": _plain(exif, exif_tags.MAKE),
        "model": _plain(exif, exif_tags.MODEL),
        "serial": _plain(exif, exif_tags.BODY_SERIAL_NUMBER) or normalise_text(exif.serial)[:_LONGEST_TEXT],
        "lens": _plain(exif, exif_tags.LENS_MODEL),
        "date_time_original": date[:19] if "T" in date else "",
        "sub_sec": _matching(r"[0-9]{1,9}", exif.text(exif_tags.SUB_SEC_TIME_ORIGINAL)),
        "offset": _matching(r"[+-][0-9]{2}:[0-9]{2}", exif.text(exif_tags.OFFSET_TIME_ORIGINAL)),
        "image_number": _whole(exif, exif_tags.IMAGE_NUMBER) or exif.image_number,
        "shutter_count": exif.shutter_count,
        "exposure": _seconds(exif),
        "f_number": _decimal(exif, exif_tags.F_NUMBER),
        "iso": _whole(exif, exif_tags.ISO),
        "focal_length": _decimal(exif, exif_tags.FOCAL_LENGTH),
        "software": _plain(exif, exif_tags.SOFTWARE),
        "orientation": _whole(exif, exif_tags.ORIENTATION),
    }
    return {key: said for key, said in account.items() if said}


def _plain(exif: Exif, tag: int) -> str:
    return normalise_text(exif.text(tag))[:_LONGEST_TEXT].strip()


def _matching(pattern: str, text: str) -> str:
    return text if re.fullmatch(pattern, text) else ""


def _whole(exif: Exif, tag: int) -> int:
    number = exif.main[tag].number() if tag in exif.main else None
    return number if isinstance(number, int) and number > 0 else 0


def _decimal(exif: Exif, tag: int) -> float:
    number = exif.main[tag].number() if tag in exif.main else None
    return round(float(number), 2) if number is not None and 0 < number < 100_000 else 0


def _seconds(exif: Exif) -> str:
    """Return the exposure as it is engraved on a camera: the reduced fraction of a second."""
    number = exif.main[exif_tags.EXPOSURE_TIME].number() if exif_tags.EXPOSURE_TIME in exif.main else None
    if number is None or not 0 < number < 1_000_000:
        return ""
    return str(Fraction(number).limit_denominator(1_000_000))
