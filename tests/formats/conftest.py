"""Somebody else's readers and judges of what the formats write."""

from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType

import pytest
from pyoxigraph import Triple

from catalog.formats.serialise import N_TRIPLES, serialise


@pytest.fixture
def violations(check: ModuleType, tmp_path: Path) -> Callable[[Iterable[Triple]], int]:
    """Count the violations of all SHACL gates; what they are is printed."""

    def count(triples: Iterable[Triple]) -> int:
        file = tmp_path / "graph.nt"
        file.write_bytes(serialise(triples, N_TRIPLES))
        return check.check_rdf([file])

    return count
