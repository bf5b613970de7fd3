"""Addresses of the pages for people."""

from allauth.account import views as accounts
from django.urls import path, re_path

from catalog.models.public_id import PUBLIC_ID_PATTERN

from . import about, amend, file, filing, find, jobs, pictures, record, review

PUBLIC_ID = f"(?P<public_id>{PUBLIC_ID_PATTERN})"

urlpatterns = [
    path("", find.find, name="find"),
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
    re_path(rf"^decisions/{PUBLIC_ID}/undo$", review.undo, name="undo"),
    path("jobs", jobs.jobs, name="jobs"),
    path("jobs/<int:job_id>/retry", jobs.retry, name="job-retry"),
    path("about", about.about, name="about"),
    path("about/standards", about.standards, name="standards"),
    path("sign-in", accounts.login, name="account_login"),
    path("sign-out", accounts.logout, name="account_logout"),
]
