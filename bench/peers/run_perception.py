"""Thorn perception: its PHash of 256 bits at 0.25, as in its own tests; it names no default."""

from pairs import arguments, pictures, write
from perception import hashers, tools

if __name__ == "__main__":
    folder, out = arguments()
    found = tools.deduplicate([str(path) for path in pictures(folder)], [(hashers.PHash(hash_size=16), 0.25)])
    write(out, found)
