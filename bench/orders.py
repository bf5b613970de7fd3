"""The same files in many orders, with 1, 2 and 8 workers, some of them killed: do they come out alike?

Groups, best copies, questions and relations are compared.

    python bench/orders.py FOLDER [--files 200] [--orders 20] [--kill]

Prints a line an order; ends with status 1 where two orders differ or a file did not settle.
"""

import argparse
import hashlib
import os
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()
from tests.pipeline.test_workers import POSTGRES, Installation, _drop, _postgres_database  # noqa: E402

WORKERS = (1, 2, 8)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--orders", type=int, default=20)
    parser.add_argument("--only", type=int, nargs="+", default=[], help="these orders, by their numbers from 1")
    parser.add_argument("--broker", default="filesystem://localhost")
    parser.add_argument("--postgres", action="store_true", help=f"a database of its own beside {POSTGRES}")
    parser.add_argument("--kill", action="store_true", help="kill -9 all workers three times an order")
    options = parser.parse_args()
    paths = sorted(p for p in options.folder.iterdir() if p.is_file() and p.suffix != ".csv")
    paths = random.Random(0).sample(paths, min(options.files, len(paths)))
    outcomes = []
    for order in [one - 1 for one in options.only] or range(options.orders):
        outcomes.append(one_order(paths, order, options))
        print(f"order {order + 1}: {'as the first' if outcomes[-1] == outcomes[0] else 'DIFFERENT'}", flush=True)
        for what, ours in outcomes[-1].items():
            for which, line in differences(outcomes[0][what], ours):
                print(f"    {what}, {which}: {line}", flush=True)
    return int(any(outcome != outcomes[0] for outcome in outcomes))


def differences(first: list, ours: list) -> list[tuple[str, object]]:
    """Return what only the first order came to and what only this one did."""
    missing, more = [one for one in first if one not in ours], [one for one in ours if one not in first]
    return [*(("only the first", one) for one in missing), *(("only this one", one) for one in more)]


def one_order(paths: list[Path], order: int, options) -> dict[str, list]:
    rng, processes = random.Random(order), WORKERS[order % len(WORKERS)]
    folder = Path(tempfile.mkdtemp(prefix="record-copy-order-"))
    database = _postgres_database() if options.postgres else ""
    installation = None
    try:
        source = folder / "source"
        for place, path in enumerate(rng.sample(paths, len(paths))):
            (source / f"{place:04}").mkdir(parents=True)
            shutil.copyfile(path, source / f"{place:04}" / path.name)
        started = time.monotonic()
        installation = Installation(folder / "catalog", database, options.broker)
        installation.start_worker(processes)
        installation.manage("import_folder", str(source), "--agency", "building")
        for _ in range(3 if options.kill else 0):
            time.sleep(rng.uniform(0.5, 3))
            installation.kill_workers()
            installation.start_worker(processes)
        state = installation.wait_until_settled()
        took = time.monotonic() - started
        print(
            f"  {processes} worker(s), {took:.0f} s, {state['files']} files, {len(state['groups'])} records", flush=True
        )
        names = {hashlib.sha256(path.read_bytes()).hexdigest(): path.name for path in paths}
        return {
            "records": sorted(sorted(Path(name).name for name in group) for group in state["members"]),
            "best copies": sorted(names[best] for _, best in state["groups"]),
            "questions": sorted([names[a], names[b]] for a, b in state["reviews"]),
            "relations": sorted([names[a], kind, names[b]] for a, kind, b in state["relations"]),
            "counts": [[key, state[key]] for key in ("filings", "files", "pages", "states", "set_aside")],
        }
    finally:
        if installation:
            installation.kill_workers()
        if database:
            _drop(database)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
