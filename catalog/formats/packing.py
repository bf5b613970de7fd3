"""Entries as bytes and back, so that what was gathered once from many tables is kept beside the record."""

import zlib

import msgspec

from catalog.formats.entry import Entry

_ENCODER = msgspec.msgpack.Encoder(order="deterministic")
_DECODER = msgspec.msgpack.Decoder(Entry)
_LEVEL = 1
"""Measured on entries of the demo city: a quarter of the size, in a twentieth of a millisecond."""


def pack(entry: Entry) -> bytes:
    """Return the entry as compressed MessagePack; equal entries are equal bytes."""
    return zlib.compress(_ENCODER.encode(entry), _LEVEL)


def unpack(packed: bytes) -> Entry:
    """Take back what `pack` gave. Raises msgspec.ValidationError where an older version wrote it otherwise."""
    return _DECODER.decode(zlib.decompress(packed))
