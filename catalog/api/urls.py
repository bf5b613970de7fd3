"""Addresses of the API. Those of single things end in their public id."""

from django.urls import path, re_path

from catalog.models.public_id import PUBLIC_ID_PATTERN

from . import base, batches, conflicts, decisions, docs, filings, keeping, records, reviews

PUBLIC_ID = f"(?P<public_id>{PUBLIC_ID_PATTERN})"

urlpatterns = [
    path("records/", records.Records.as_view(), name="api-records"),
    path("records/facets/", records.Facets.as_view(), name="api-facets"),
    re_path(rf"^records/{PUBLIC_ID}/$", records.Record.as_view(), name="api-record"),
    path("filings/", filings.Filings.as_view(), name="api-filings"),
    re_path(rf"^filings/{PUBLIC_ID}/$", filings.Filing.as_view(), name="api-filing"),
    re_path(rf"^filings/{PUBLIC_ID}/amend/$", keeping.Amend.as_view(), name="api-amend"),
    re_path(rf"^filings/{PUBLIC_ID}/audience/$", keeping.ChangeAudience.as_view(), name="api-audience"),
    re_path(rf"^filings/{PUBLIC_ID}/withdraw/$", keeping.Withdraw.as_view(), name="api-withdraw"),
    path("batches/", batches.Batches.as_view(), name="api-batches"),
    re_path(rf"^batches/{PUBLIC_ID}/$", batches.Batch.as_view(), name="api-batch"),
    re_path(rf"^batches/{PUBLIC_ID}/withdraw/$", batches.WithdrawBatch.as_view(), name="api-withdraw-batch"),
    path("reviews/", reviews.Reviews.as_view(), name="api-reviews"),
    path("conflicts/", conflicts.Conflicts.as_view(), name="api-conflicts"),
    re_path(rf"^conflicts/{PUBLIC_ID}/$", conflicts.Conflict.as_view(), name="api-conflict"),
    re_path(rf"^conflicts/{PUBLIC_ID}/decide/$", conflicts.Decide.as_view(), name="api-conflict-decide"),
    path("decisions/", decisions.Decisions.as_view(), name="api-decisions"),
    re_path(rf"^decisions/{PUBLIC_ID}/$", decisions.Decision.as_view(), name="api-decision"),
    re_path(rf"^decisions/{PUBLIC_ID}/undo/$", decisions.Undo.as_view(), name="api-undo"),
    path("schema/", docs.Description.as_view(), name="api-schema"),
    path("docs/", docs.Docs.as_view(), name="api-docs"),
    re_path(r"^(?:.*/)?$", base.Nothing.as_view(), name="api-nothing"),
]
