import pytest

from catalog.formats.packing import pack, unpack

from .examples import damaged, minimal, nameless, photograph, withdrawn, worked_example


@pytest.mark.parametrize("entry", [photograph(), minimal(), nameless(), damaged(), withdrawn(), *worked_example()])
def test_what_is_packed_is_unpacked_the_same(entry):
    assert unpack(pack(entry)) == entry


def test_equal_entries_are_equal_bytes():
    assert pack(photograph()) == pack(photograph())
