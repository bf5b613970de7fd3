"""For search engines and feed readers: what there is, what changed last, and how to search here."""

from collections.abc import Iterator

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.http import require_safe

from catalog.formats.entry import Catalog
from catalog.formats.markup import DECLARATION, around, tag
from catalog.formats.oai_pmh import utc
from catalog.services import entries, feeding, searching

from .answers import finished, streamed
from .exports import mistake_in

NEWEST = 100
LONGEST_TITLE = 120
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
SITEMAP_PAGE = 10_000
"""Records a sitemap; the protocol allows 50,000."""


@require_safe
def changes(request: HttpRequest) -> HttpResponseBase:
    """The records that changed last, as Atom."""
    feeding.closed_until()
    return _feed(request, feeding.newest(request.user, NEWEST))


@require_safe
def search_feed(request: HttpRequest) -> HttpResponseBase:
    """What a search finds that was filed last, as Atom: the feed of a saved search."""
    if mistake := mistake_in(request):
        return mistake
    feeding.closed_until()
    keys = searching.newest_found(user=request.user, asked=request.GET, limit=NEWEST)
    words = request.GET.get("q", "").strip()[:LONGEST_TITLE]
    return _feed(request, feeding.items_of_records(request.user, keys), f"“{words}”" if words else "A search")


def _feed(request: HttpRequest, items: list[feeding.Item], of_what: str = "") -> HttpResponseBase:
    catalog = entries.catalog_entry()
    feed = Atom1Feed(
        title=f"{of_what} – {catalog.title}" if of_what else catalog.title,
        link=catalog.addresses.home,
        description=catalog.description,
        feed_url=request.build_absolute_uri(request.get_full_path() if of_what else request.path),
        language=catalog.language,
        feed_guid=request.build_absolute_uri(request.get_full_path()) if of_what else catalog.addresses.catalog,
    )
    for item in items:
        summary = item.entry.summary
        feed.add_item(
            title=summary.titles[0].text if summary.titles else f"Image {item.public_id}",
            link=catalog.addresses.page(item.public_id),
            description=summary.descriptions[0].text if summary.descriptions else "",
            author_name=summary.publisher.name if summary.publisher else catalog.publisher_name,
            unique_id=catalog.addresses.image(item.public_id),
            pubdate=item.entry.issued,
            updateddate=item.stamp,
        )
    return finished(request, HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml"))


@require_safe
def sitemap_index(request: HttpRequest) -> HttpResponseBase:
    """The sitemaps, each of some thousand records that everybody may see."""
    feeding.closed_until()
    pages = (
        tag("loc", request.build_absolute_uri(reverse("sitemap", args=[page])))
        for page in feeding.public_pages(SITEMAP_PAGE)
    )
    body = around("sitemapindex", "".join(around("sitemap", one) for one in pages), xmlns=SITEMAP)
    return finished(request, HttpResponse(DECLARATION + body, content_type="application/xml"))


@require_safe
def sitemap(request: HttpRequest, page: int) -> HttpResponseBase:
    rows = feeding.public_page(page, SITEMAP_PAGE)
    if not rows:
        raise Http404("There is no such sitemap.")
    return streamed(request, _urls(rows, entries.catalog_entry()), "application/xml")


def _urls(rows: list, catalog: Catalog) -> Iterator[bytes]:
    yield f'{DECLARATION}<urlset xmlns="{SITEMAP}">\n'.encode()
    for public_id, stamp in rows:
        said = tag("loc", catalog.addresses.page(public_id)) + tag("lastmod", utc(stamp))
        yield f"{around('url', said)}\n".encode()
    yield b"</urlset>\n"


@require_safe
def opensearch(request: HttpRequest) -> HttpResponse:
    """How a browser searches here from its address bar."""
    catalog = entries.catalog_entry()
    find = request.build_absolute_uri(reverse("find"))
    context = {"name": catalog.title[:16], "description": catalog.description, "find": find}
    return render(request, "catalog/opensearch.xml", context, content_type="application/opensearchdescription+xml")
