"""The address of a search: what was asked, kept by every link that changes one thing of it."""

from dataclasses import dataclass

from django.http import QueryDict
from django.urls import reverse

from catalog.services.narrowing import Narrowing

from .sentences import said

VIEWS = ("grid", "list", "map")
KEPT = (*Narrowing.base_filters, "view")


@dataclass(frozen=True, slots=True)
class Search:
    """What an address asks, without the page; on the page of a number that number is among it."""

    asked: QueryDict

    @classmethod
    def of(cls, given: QueryDict, number: str = "") -> "Search":
        asked = QueryDict(mutable=True)
        for name in KEPT:
            values = [value for value in given.getlist(name) if value.strip()]
            if values:
                asked.setlist(name, values)
        if number:
            asked["number"] = number
        return cls(asked)

    @property
    def view(self) -> str:
        view = self.asked.get("view", "")
        return view if view in VIEWS else VIEWS[0]

    @property
    def address(self) -> str:
        """Return where people see it: the page of its number, where it has one, else Find."""
        scheme, colon, value = self.asked.get("number", "").partition(":")
        if colon and scheme and value and "/" not in scheme + value:
            rest = self.asked.copy()
            del rest["number"]
            return _with(reverse("record-number", args=[scheme, value]), rest)
        return _with(reverse("find"), self.asked)

    def elsewhere(self, route: str, *arguments: str) -> str:
        """Return another address that answers the same search."""
        shown = self.asked.copy()
        shown.pop("view", None)
        return _with(reverse(route, args=arguments), shown)

    def facets_address(self) -> str:
        return _with(reverse("facets"), self.asked)

    def set(self, **changes: str) -> "Search":
        """Return it with other values; an empty one is left out."""
        asked = self.asked.copy()
        for name, value in changes.items():
            if value:
                asked[name] = value
            else:
                asked.pop(name, None)
        return Search(asked)

    def only(self, *names: str) -> "Search":
        """Return it with these parameters alone."""
        return self.set(**{name: "" for name in self.asked if name not in names})

    def toggled(self, name: str, value: str) -> "Search":
        """Return it with one value more of a facet, or one less."""
        asked = self.asked.copy()
        values = asked.getlist(name)
        asked.setlist(name, [one for one in values if one != value] if value in values else [*values, value])
        return Search.of(asked)

    def kept_but(self, *names: str) -> list[tuple[str, str]]:
        """Return the fields by which a form keeps the rest of the search."""
        return [(name, value) for name, values in self.asked.lists() if name not in names for value in values]


def mistakes(narrowing: Narrowing) -> dict[str, str]:
    """Return what is wrong with what was asked, by parameter."""
    return {name: " ".join(map(said, wrong)) for name, wrong in narrowing.errors.items()}


def _with(address: str, asked: QueryDict) -> str:
    return f"{address}?{asked.urlencode()}" if asked else address
