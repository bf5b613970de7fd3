"""imgdupes: `imgdupes FOLDER phash 4`, the example of its manual. It looks at JPEG, PNG and GIF alone."""

import subprocess
import sys
from pathlib import Path

from pairs import arguments, write

if __name__ == "__main__":
    folder, out = arguments()
    script = Path(sys.executable).parent / "imgdupes"
    command = [sys.executable, str(script), str(folder), "phash", "4", "--sameline", "--no-cache"]
    done = subprocess.run(command, stdout=subprocess.PIPE, cwd=out.parent, text=True, check=True)
    lines = (line.split(f"{folder}/")[1:] for line in done.stdout.splitlines() if str(folder) in line)
    write(out, ([name.strip() for name in names] for names in lines))
