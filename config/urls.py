"""Addresses of the three doors: pages for people, the API for programs, identifiers and feeds for catalogs."""

from django.urls import include, path

urlpatterns = [
    path("", include("catalog.web.urls")),
    path("", include("catalog.feeds.urls")),
    path("api/", include("catalog.api.urls")),
]

handler403 = "catalog.web.errors.not_allowed"
handler404 = "catalog.web.errors.not_found"
handler500 = "catalog.web.errors.broken"
