"""Pages of a result, with the addresses of their neighbours."""

from dataclasses import dataclass
from math import ceil

from django.db.models import QuerySet
from django.http import QueryDict


@dataclass(frozen=True, slots=True)
class PageLink:
    number: int = 0
    address: str = ""
    is_current: bool = False

    @property
    def is_gap(self) -> bool:
        return not self.number


@dataclass(frozen=True, slots=True)
class Paging:
    pages: list[PageLink]
    previous: str
    next: str


def page_number(asked: str) -> int:
    """Return the page that an address asks for; the first where it asks for nonsense."""
    is_number = asked.isascii() and asked.isdecimal() and len(asked) < 7
    return max(1, int(asked)) if is_number else 1


def paging(params: QueryDict, page: int, pages: int) -> Paging:
    """Link the first, the last, this page and its two neighbours on each side."""
    shown = sorted({1, pages, *range(max(1, page - 2), min(pages, page + 2) + 1)})
    links: list[PageLink] = []
    for number in shown:
        if links and number > links[-1].number + 1:
            links.append(PageLink())
        links.append(PageLink(number, with_params(params, page=number), number == page))
    return Paging(
        links,
        with_params(params, page=page - 1) if page > 1 else "",
        with_params(params, page=page + 1) if page < pages else "",
    )


def paged(params: QueryDict, listed: QuerySet, a_page: int) -> tuple[list, Paging]:
    """Return the lines of a list on the page that an address asks for, the last one at most, and its neighbours."""
    pages = max(1, ceil(listed.count() / a_page))
    page = min(page_number(params.get("page", "")), pages)
    return list(listed[(page - 1) * a_page : page * a_page]), paging(params, page, pages)


def with_params(params: QueryDict, **changes: object) -> str:
    """Return these query parameters with some changed; an empty one is left out, and page 1 goes without saying."""
    changed = params.copy()
    changed.pop("page", None)
    for name, value in changes.items():
        if value in ("", None) or (name, value) == ("page", 1):
            changed.pop(name, None)
        else:
            changed[name] = str(value)
    return f"?{changed.urlencode()}"
