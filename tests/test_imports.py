"""Imports run one way, downward: doors, tasks, services, models, plain rooms."""

import ast
from pathlib import Path

import pytest

CATALOG = Path(__file__).resolve().parent.parent / "catalog"
FLOORS = {
    "web": 4, "api": 4, "feeds": 4, "management": 4,
    "tasks": 3,
    "services": 2,
    "models": 1,
    "imaging": 0, "metadata": 0, "formats": 0,
}  # fmt: skip
DOORS = {room for room, floor in FLOORS.items() if floor == 4}
PLAIN = {room for room, floor in FLOORS.items() if floor == 0}
FILES = sorted(
    p for p in CATALOG.rglob("*.py") if p.relative_to(CATALOG).parts[0] not in ("migrations", "__init__.py", "apps.py")
)


def room_of(path: Path) -> str:
    return path.relative_to(CATALOG).parts[0].removesuffix(".py")


def imported(path: Path) -> list[str]:
    """Return every module that the file imports, absolute, wherever in the file."""
    package = ["catalog", *path.relative_to(CATALOG).parts[:-1]]
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            found += [f"{module}.{alias.name}" for alias in node.names]
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(CATALOG).as_posix())
def test_imports_run_downward(path):
    room = room_of(path)
    for module in imported(path):
        parts = module.split(".")
        if room in PLAIN:
            assert parts[0] not in ("django", "celery", "rest_framework", "config"), f"{module} in a plain room"
        if parts[0] != "catalog" or len(parts) < 2 or parts[1] not in FLOORS:
            continue
        target = parts[1]
        assert FLOORS[target] <= FLOORS[room], f"{module} lies above {room}"
        assert target == room or not {room, target} <= DOORS, f"{room} imports another door: {module}"


def test_every_room_has_its_floor():
    assert {room_of(p) for p in FILES} <= FLOORS.keys()
