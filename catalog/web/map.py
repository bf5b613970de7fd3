"""The map of Find: clusters of what a search finds, for the script that draws them."""

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from catalog.services.mapping import Cluster, clusters_of
from catalog.services.narrowing import Narrowing

from .asking import Search, mistakes
from .cards import card_of_entry
from .paging import page_number

DEFAULT_CELLS = 12


@require_safe
def map_clusters(request: HttpRequest) -> JsonResponse:
    """Tell where on the map lies what the search finds, as far as the reader may see it."""
    search = Search.of(request.GET)
    narrowing = Narrowing.of(request.user, search.asked)
    if told := mistakes(narrowing):
        return JsonResponse({"mistakes": told}, status=400)
    asked = request.GET.get("cells", "")
    clusters = clusters_of(narrowing, page_number(asked) if asked else DEFAULT_CELLS)
    total = sum(one.count for one in clusters)
    words = ngettext("%(number)s picture has a place here", "%(number)s pictures have a place here", total)
    return JsonResponse(
        {
            "words": words % {"number": f"{total:,}"},
            "clusters": [_cluster(one, search) for one in clusters],
        }
    )


def _cluster(cluster: Cluster, search: Search) -> dict:
    told = {"at": [cluster.north, cluster.east], "count": cluster.count}
    if cluster.entry:
        card = card_of_entry(cluster.entry)
        about = " · ".join(filter(None, (card.agency, card.date)))
        return told | {"title": card.title, "address": card.address, "picture": card.picture, "about": about}
    words = ngettext("%(number)s picture, look closer", "%(number)s pictures, look closer", cluster.count)
    west, south, east, north = cluster.bounds
    here = search.set(bounds=f"{west},{south},{east},{north}", view="")
    return told | {
        "title": words % {"number": f"{cluster.count:,}"},
        "bounds": [[south, west], [north, east]],
        "address": here.address,
        "about": _("Show these pictures"),
    }
