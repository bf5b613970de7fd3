"""findimagedupes at its default of 90 % of 256 bits; a line is a group."""

import subprocess

from pairs import arguments, pictures, write

if __name__ == "__main__":
    folder, out = arguments()
    names = "\n".join(str(path) for path in pictures(folder))
    done = subprocess.run(["findimagedupes", "-"], input=names, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode and not done.stdout:
        raise SystemExit(f"findimagedupes ended with {done.returncode}")
    lines = (line.split(f"{folder}/")[1:] for line in done.stdout.splitlines())
    write(out, ([name.strip() for name in names] for names in lines if names))
