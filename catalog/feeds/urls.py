from django.urls import path, re_path

from catalog.models.public_id import PUBLIC_ID_PATTERN

from . import oai, views

ENDING = r"(?:\.(?P<ending>ttl|rdf|jsonld|nt))?"

urlpatterns = [
    re_path(rf"^id/image/(?P<public_id>{PUBLIC_ID_PATTERN}){ENDING}$", views.record, name="record-data"),
    path("oai", oai.oai, name="oai"),
    path("def/qualifieddc.xsd", oai.schema, name="qualified-schema"),
    re_path(rf"^catalog{ENDING}$", views.catalog, name="catalog-data"),
]
