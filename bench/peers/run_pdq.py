"""PDQ: distance at most 31 of 256 bits, of pictures with a quality of at least 50."""

import numpy as np
import pdqhash
from pairs import arguments, pictures, write
from PIL import Image

MOST_BITS, LEAST_QUALITY = 31, 50


def hashed(paths):
    for path in paths:
        with Image.open(path) as picture:
            bits, quality = pdqhash.compute(np.asarray(picture.convert("RGB")))
        if quality >= LEAST_QUALITY:
            yield path.name, np.packbits(bits.astype(np.uint8))


if __name__ == "__main__":
    folder, out = arguments()
    found = list(hashed(pictures(folder)))
    names, hashes = [name for name, _ in found], np.array([value for _, value in found])
    near = (np.flatnonzero(np.bitwise_count(hashes ^ one).sum(axis=1) <= MOST_BITS) for one in hashes)
    write(out, ((name, *(names[n] for n in others)) for name, others in zip(names, near, strict=True)))
