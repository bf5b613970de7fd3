from django.urls import re_path

from catalog.models.public_id import PUBLIC_ID_PATTERN

from . import views

ENDING = r"(?:\.(?P<ending>ttl|rdf|jsonld|nt))?"

urlpatterns = [
    re_path(rf"^id/image/(?P<public_id>{PUBLIC_ID_PATTERN}){ENDING}$", views.record, name="record-data"),
    re_path(rf"^catalog{ENDING}$", views.catalog, name="catalog-data"),
]
