"""The addresses that the catalog gives to what it describes."""

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

from catalog.formats.text import well_formed


@lru_cache(maxsize=256)
def _segment(text: str) -> str:
    """Encode every character but the unreserved ones of RFC 3986, so that an id stays one segment."""
    return quote(well_formed(text), safe="")


@dataclass(frozen=True, slots=True)
class Addresses:
    """Every address is a path below the frozen base; a part of a resource is a fragment of its address."""

    base_iri: str

    def _at(self, *segments: str) -> str:
        return "/".join((self.base_iri.rstrip("/"), *map(_segment, segments)))

    @property
    def home(self) -> str:
        return self._at("")

    @property
    def catalog(self) -> str:
        return self._at("catalog")

    @property
    def data_json(self) -> str:
        return self._at("data.json")

    def image(self, record_id: str) -> str:
        """Return the identifier of the image itself, which is neither its page nor its catalog record."""
        return self._at("id", "image", record_id)

    def page(self, record_id: str) -> str:
        return self._at("image", record_id)

    def catalog_record(self, record_id: str) -> str:
        return self._at("record", record_id)

    def copy(self, copy_id: str) -> str:
        return self._at("copy", copy_id)

    def original(self, copy_id: str) -> str:
        return self._at("copy", copy_id, "original")

    def filing(self, filing_id: str) -> str:
        return self._at("filing", filing_id)

    def merge(self, merge_id: str) -> str:
        return self._at("activity", "merge", merge_id)

    def match(self, match_id: str) -> str:
        return self._at("match", match_id)

    def agency(self, slug: str) -> str:
        return self._at("org", slug)

    def software(self, name: str) -> str:
        return self._at("agent", "software", name)

    def rule(self, version: str) -> str:
        return self._at("plan", "merge", version)

    def defined(self, code_list: str, code: str | None = None) -> str:
        """Return the address of a code list of ours, or of one code in it."""
        return self._at("def", code_list, *([] if code is None else [code]))


def part(address: str, *names: str) -> str:
    """Return the address of a part of the resource at `address`."""
    return f"{address}#{'/'.join(map(_segment, names))}"
