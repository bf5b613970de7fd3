"""difPy: mean squared error of 50 x 50 pixels; "similar" among all sizes, or with a third argument its own default."""

import sys

import difPy
from pairs import arguments, write

if __name__ == "__main__":
    folder, out = arguments()
    built = difPy.build(str(folder), show_progress=False, processes=2)
    if sys.argv[3:] == ["as-it-comes"]:
        search = difPy.search(built, show_progress=False, processes=2)
    else:
        search = difPy.search(built, similarity="similar", same_dim=False, show_progress=False, processes=2)
    write(out, ((name, *(other for other, _ in others)) for name, others in search.result.items()))
