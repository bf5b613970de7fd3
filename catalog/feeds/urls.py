from django.urls import path, re_path

from catalog.models.public_id import PUBLIC_ID_PATTERN

from . import changes, datasets, exports, files, oai, views

ENDING = r"(?:\.(?P<ending>ttl|rdf|jsonld|nt))?"

urlpatterns = [
    re_path(rf"^id/image/(?P<public_id>{PUBLIC_ID_PATTERN}){ENDING}$", views.record, name="record-data"),
    re_path(rf"^copy/(?P<public_id>{PUBLIC_ID_PATTERN})/description\.xml$", files.sidecar, name="sidecar"),
    re_path(rf"^copy/(?P<public_id>{PUBLIC_ID_PATTERN})/described$", files.described, name="described"),
    path("oai", oai.oai, name="oai"),
    path("data.json", datasets.data_json, name="data-json"),
    path("dcat-us-3.json", datasets.dcat_us_3, name="dcat-us-3"),
    path("export.<str:ending>", exports.export, name="export"),
    path("changes.atom", changes.changes, name="changes"),
    path("search.atom", changes.search_feed, name="search-feed"),
    path("sitemap.xml", changes.sitemap_index, name="sitemap-index"),
    path("sitemap-<int:page>.xml", changes.sitemap, name="sitemap"),
    path("opensearch.xml", changes.opensearch, name="opensearch"),
    path("def/qualifieddc.xsd", oai.schema, name="qualified-schema"),
    re_path(rf"^catalog{ENDING}$", views.catalog, name="catalog-data"),
]
