"""imagededup: PHash at its default distance of 10 of 64 bits.

Its hashes need no network, but its packages import their networks, and torch (gigabytes) with them: empty modules
stand in for those.
"""

import sys
from types import ModuleType

from pairs import arguments, write

for name, of_module in (("imagededup.utils.models", "CustomModel"), ("imagededup.methods.cnn", "CNN")):
    sys.modules[name] = ModuleType(name)
    setattr(sys.modules[name], of_module, None)

from imagededup.methods import PHash  # noqa: E402

if __name__ == "__main__":
    folder, out = arguments()
    found = PHash(verbose=False).find_duplicates(image_dir=str(folder), max_distance_threshold=10)
    write(out, ((name, *others) for name, others in found.items()))
