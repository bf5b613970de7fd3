from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import NamedNode

from catalog.formats.addresses import Addresses, part

ADDRESSES = Addresses("https://images.city.example/catalogue")


def test_addresses_lie_below_the_base_with_or_without_its_slash():
    assert ADDRESSES.image("01JQ7X") == "https://images.city.example/catalogue/id/image/01JQ7X"
    assert Addresses("https://images.city.example/catalogue/").image("01JQ7X") == ADDRESSES.image("01JQ7X")


def test_the_image_its_page_and_its_catalog_record_have_addresses_of_their_own():
    assert len({ADDRESSES.image("1"), ADDRESSES.page("1"), ADDRESSES.catalog_record("1"), ADDRESSES.copy("1")}) == 4


@given(st.text(st.characters(exclude_categories=())))
def test_an_id_of_any_characters_is_one_segment_of_an_iri(text):
    address = ADDRESSES.filing(text)
    assert NamedNode(address).value.count("/") == ADDRESSES.filing("1").count("/")
    assert "#" not in address


def test_parts_are_told_apart_however_their_names_are_divided():
    assert part("https://a.example/1", "a-b", "c") != part("https://a.example/1", "a", "b-c")
    assert part("https://a.example/1", "a/b", "c") != part("https://a.example/1", "a", "b/c")
