"""Addresses of the pages for people."""

from allauth.account import views as accounts
from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt
from django.views.i18n import set_language

from catalog.models.public_id import PUBLIC_ID_PATTERN

from . import (
    about,
    amend,
    bulk,
    by_picture,
    conflicts,
    correct,
    corrections,
    facets,
    file,
    filing,
    find,
    jobs,
    map,
    notices,
    overview,
    pictures,
    record,
    review,
    saved,
)

PUBLIC_ID = f"(?P<public_id>{PUBLIC_ID_PATTERN})"

urlpatterns = [
    path("", find.find, name="find"),
    path("facets", facets.facets, name="facets"),
    path("map.json", map.map_clusters, name="map-clusters"),
    path("saved", saved.saved, name="saved"),
    re_path(rf"^saved/{PUBLIC_ID}/forget$", saved.forget, name="forget-search"),
    path("by-picture", by_picture.ask, name="by-picture"),
    re_path(rf"^by-picture/{PUBLIC_ID}$", by_picture.show, name="picture-search"),
    re_path(rf"^by-picture/{PUBLIC_ID}/picture$", by_picture.picture, name="picture-sought"),
    # Other doors answer under /id/image; every other name there is a numbering system.
    re_path(r"^id/(?P<scheme_slug>(?!image/)[-\w]+)/(?P<value>[^/]{1,200})$", find.find_number, name="record-number"),
    re_path(rf"^image/{PUBLIC_ID}$", record.show_record, name="record"),
    re_path(rf"^image/{PUBLIC_ID}/(?P<kind>thumbnail|preview)$", pictures.record_picture, name="preview"),
    re_path(rf"^copy/{PUBLIC_ID}/(?P<kind>thumbnail|preview)$", pictures.copy_picture, name="copy-picture"),
    re_path(rf"^copy/{PUBLIC_ID}/original$", pictures.copy_original, name="copy-original"),
    re_path(rf"^copy/{PUBLIC_ID}/split$", review.split, name="split"),
    re_path(rf"^filing/{PUBLIC_ID}/amend$", amend.amend, name="amend"),
    re_path(rf"^filing/{PUBLIC_ID}/withdraw$", filing.withdraw, name="withdraw"),
    re_path(rf"^filing/{PUBLIC_ID}/audience$", filing.change_audience, name="change-audience"),
    re_path(rf"^filing/{PUBLIC_ID}/set-apart$", review.set_apart, name="set-apart"),
    re_path(rf"^filing/{PUBLIC_ID}/designate$", review.designate, name="designate"),
    path("file", file.choose, name="file"),
    path("file/describe", file.describe, name="describe"),
    path("file/done", file.filed, name="filed"),
    re_path(rf"^file/draft/{PUBLIC_ID}$", pictures.draft_picture, name="draft-picture"),
    path("review", review.review, name="review"),
    path("review/decide", review.decide, name="decide"),
    re_path(rf"^review/{PUBLIC_ID}$", review.review_pair, name="review-pair"),
    re_path(rf"^review/{PUBLIC_ID}/(?P<kind>a|b|differences)$", review.exhibit, name="exhibit"),
    re_path(rf"^review/{PUBLIC_ID}/leave$", review.leave, name="review-leave"),
    path("review/bulk", bulk.choose, name="bulk"),
    re_path(rf"^review/bulk/{PUBLIC_ID}$", bulk.show, name="bulk-pairs"),
    re_path(rf"^review/bulk/{PUBLIC_ID}/undo$", bulk.undo, name="bulk-undo"),
    re_path(rf"^decisions/{PUBLIC_ID}/undo$", review.undo, name="undo"),
    path("conflicts", conflicts.conflicts, name="conflicts"),
    re_path(rf"^conflicts/{PUBLIC_ID}$", conflicts.conflict, name="conflict"),
    re_path(rf"^conflicts/{PUBLIC_ID}/undo$", conflicts.undo, name="undo-conflict"),
    re_path(rf"^image/{PUBLIC_ID}/correct$", correct.correct_record, name="correct-record"),
    re_path(rf"^filing/{PUBLIC_ID}/correct$", correct.correct_filing, name="correct-filing"),
    path("corrections", corrections.corrections, name="corrections"),
    re_path(rf"^corrections/{PUBLIC_ID}$", corrections.correction, name="correction"),
    re_path(rf"^corrections/{PUBLIC_ID}/reopen$", corrections.reopen, name="reopen-correction"),
    re_path(r"^corrections/(?P<reference>[^/]{1,40})$", correct.status, name="correction-status"),
    path("notices", notices.notices, name="notices"),
    re_path(rf"^notices/{PUBLIC_ID}$", notices.notice, name="notice"),
    path("jobs", jobs.jobs, name="jobs"),
    path("jobs/<int:job_id>/retry", jobs.retry, name="job-retry"),
    path("overview", overview.overview, name="overview"),
    path("help", about.help_page, name="help"),
    path("about", about.about, name="about"),
    path("about/standards", about.standards, name="standards"),
    # No token: readers need no cookie before they choose, and a choice made for them does no harm.
    path("language", csrf_exempt(set_language), name="language"),
    path("sign-in", accounts.login, name="account_login"),
    path("sign-out", accounts.logout, name="account_logout"),
]
