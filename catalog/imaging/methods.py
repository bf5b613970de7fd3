"""The names of the fingerprints of a page with their versions, and the shape of what is kept of each.

Whoever only reads or names them needs nothing of what computes them (`fingerprints`, `features`, `inksheet`).
"""

from PIL import Image

PIXELS = "pixels/2"
PHASH = "phash256/1"
TEXTURE = "texture/1"
LOCAL = "local/1"
INK = "ink/1"

HASH_SIZE = 16
HASH_BYTES = HASH_SIZE * HASH_SIZE // 8

ORIENTATIONS: tuple[Image.Transpose | None, ...] = (
    None,
    Image.Transpose.FLIP_LEFT_RIGHT,
    Image.Transpose.FLIP_TOP_BOTTOM,
    Image.Transpose.ROTATE_180,
    Image.Transpose.TRANSPOSE,
    Image.Transpose.ROTATE_90,
    Image.Transpose.ROTATE_270,
    Image.Transpose.TRANSVERSE,
)
"""The order of `fingerprints.phash256_orientations`: row i is the hash of the picture after this transposition, None
for the picture as it is."""
