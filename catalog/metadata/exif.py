"""Read the Exif tags that the catalog uses (CIPA DC-008-2023, by tag number) and two makers' counters.

ImageWidth and the like are not among them: a picture's size is its own, not what an editor left in the tags.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import BinaryIO

from .tiff import BrokenTiff, Field, Tiff

# Main directory (TIFF 6.0; CIPA DC-008, 4.6.4)
IMAGE_DESCRIPTION, MAKE, MODEL, ORIENTATION, SOFTWARE = 0x010E, 0x010F, 0x0110, 0x0112, 0x0131
ARTIST, COPYRIGHT = 0x013B, 0x8298
_EXIF_POINTER, _GPS_POINTER = 0x8769, 0x8825

# Exif directory (CIPA DC-008, 4.6.5)
EXPOSURE_TIME, F_NUMBER, ISO = 0x829A, 0x829D, 0x8827
DATE_TIME_ORIGINAL, DATE_TIME_DIGITIZED = 0x9003, 0x9004
OFFSET_TIME_ORIGINAL, OFFSET_TIME_DIGITIZED = 0x9011, 0x9012
FOCAL_LENGTH, IMAGE_NUMBER, MAKER_NOTE, SUB_SEC_TIME_ORIGINAL = 0x920A, 0x9211, 0x927C, 0x9291
FILE_SOURCE, BODY_SERIAL_NUMBER, LENS_MODEL = 0xA300, 0xA431, 0xA434

# GPS directory (CIPA DC-008, 4.6.6)
LATITUDE_REF, LATITUDE, LONGITUDE_REF, LONGITUDE, STATUS = 1, 2, 3, 4, 9

NAMES = {
    IMAGE_DESCRIPTION: "ImageDescription",
    MAKE: "Make",
    MODEL: "Model",
    ORIENTATION: "Orientation",
    SOFTWARE: "Software",
    ARTIST: "Artist",
    COPYRIGHT: "Copyright",
    EXPOSURE_TIME: "ExposureTime",
    F_NUMBER: "FNumber",
    ISO: "PhotographicSensitivity",
    DATE_TIME_ORIGINAL: "DateTimeOriginal",
    DATE_TIME_DIGITIZED: "DateTimeDigitized",
    OFFSET_TIME_ORIGINAL: "OffsetTimeOriginal",
    OFFSET_TIME_DIGITIZED: "OffsetTimeDigitized",
    FOCAL_LENGTH: "FocalLength",
    IMAGE_NUMBER: "ImageNumber",
    MAKER_NOTE: "MakerNote",
    SUB_SEC_TIME_ORIGINAL: "SubSecTimeOriginal",
    FILE_SOURCE: "FileSource",
    BODY_SERIAL_NUMBER: "BodySerialNumber",
    LENS_MODEL: "LensModel",
    LATITUDE_REF: "GPSLatitudeRef",
    LATITUDE: "GPSLatitude",
    LONGITUDE_REF: "GPSLongitudeRef",
    LONGITUDE: "GPSLongitude",
    STATUS: "GPSStatus",
}

LONGEST_FIELD_BYTES = 65_536
LARGEST_MAKER_NOTE_BYTES = 1_048_576

_POINTERS = (_EXIF_POINTER, _GPS_POINTER)
_GPS = (LATITUDE_REF, LATITUDE, LONGITUDE_REF, LONGITUDE, STATUS)
_WANTED = {tag: LONGEST_FIELD_BYTES for tag in (*NAMES, *_POINTERS) if tag not in _GPS}
_WANTED[MAKER_NOTE] = LARGEST_MAKER_NOTE_BYTES
_WANTED_GPS = dict.fromkeys(_GPS, LONGEST_FIELD_BYTES)


@dataclass
class Exif:
    """The tags that were found, by directory, and a maker's own counters, 0 or empty where there are none."""

    main: dict[int, Field] = field(default_factory=dict)
    gps: dict[int, Field] = field(default_factory=dict)
    image_number: int = 0
    shutter_count: int = 0
    serial: str = ""
    unread: list[tuple[str, str]] = field(default_factory=list)

    def text(self, tag: int) -> str:
        """Return the text of a tag of the main or the Exif directory, trimmed; empty where it has none."""
        found = self.main.get(tag)
        return found.text().strip() if found else ""


def read_exif(file: BinaryIO) -> Exif:
    """Return the tags of an Exif block or a TIFF file; what cannot be read is in `unread`."""
    exif = Exif()
    try:
        tiff = Tiff(file)
    except BrokenTiff as error:
        exif.unread.append(("EXIF", str(error)))
        return exif
    exif.main = _directory(exif, tiff, tiff.first_directory, _WANTED)
    exif.gps = _pointed(exif, tiff, _GPS_POINTER, _WANTED_GPS)
    details = _pointed(exif, tiff, _EXIF_POINTER, _WANTED)
    exif.main = {**details, **exif.main}  # some writers put tags into the wrong one of the two
    if MAKER_NOTE in exif.main:
        _read_maker_note(exif, tiff, exif.main[MAKER_NOTE])
    return exif


def _pointed(exif: Exif, tiff: Tiff, pointer: int, wanted: Mapping[int, int]) -> dict[int, Field]:
    offset = exif.main[pointer].number() if pointer in exif.main else None
    return _directory(exif, tiff, int(offset), wanted) if offset and offset > 0 else {}


def _directory(exif: Exif, tiff: Tiff, offset: int, wanted: Mapping[int, int]) -> dict[int, Field]:
    tiff.unread.clear()
    try:
        fields = tiff.directory(offset, wanted)
    except BrokenTiff as error:
        exif.unread.append(("EXIF GPS" if wanted is _WANTED_GPS else "EXIF", str(error)))
        return {}
    exif.unread += [(f"EXIF {NAMES.get(tag, hex(tag))}", reason) for tag, reason in tiff.unread]
    return fields


# --- makers' notes -----------------------------------------------------------------------------------------------

_CANON_FILE_NUMBER, _CANON_SERIAL_NUMBER = 0x0008, 0x000C
_NIKON_SERIAL_NUMBER, _NIKON_SHUTTER_COUNT = 0x001D, 0x00A7
_NIKON_HEAD = b"Nikon\0\x02"


def _read_maker_note(exif: Exif, tiff: Tiff, note: Field) -> None:
    """Read the counters of Canon and Nikon, whose notes are directories; they are no standard, so silence is no fault.

    Canon: a directory whose offsets count from the beginning of the Exif block. Nikon, type 3: a whole TIFF structure
    after ten bytes. Both as ExifTool documents them (Canon and Nikon tags).
    """
    try:
        if exif.text(MAKE).lower().startswith("canon"):
            tags = tiff.directory(note.offset, dict.fromkeys((_CANON_FILE_NUMBER, _CANON_SERIAL_NUMBER), 64))
            exif.image_number = _counter(tags.get(_CANON_FILE_NUMBER))
            exif.serial = str(_counter(tags.get(_CANON_SERIAL_NUMBER)) or "")
        elif note.raw.startswith(_NIKON_HEAD):
            own = Tiff(BytesIO(note.raw[10:]))
            tags = own.directory(own.first_directory, dict.fromkeys((_NIKON_SERIAL_NUMBER, _NIKON_SHUTTER_COUNT), 64))
            exif.shutter_count = _counter(tags.get(_NIKON_SHUTTER_COUNT))
            exif.serial = tags[_NIKON_SERIAL_NUMBER].text().strip() if _NIKON_SERIAL_NUMBER in tags else ""
    except BrokenTiff:
        return


def _counter(found: Field | None) -> int:
    """Return a whole number, 0 for none and for the all-ones that stand for none."""
    number = found.number() if found else None
    return int(number) if isinstance(number, int) and number != 0xFFFFFFFF else 0
