import pytest
from django.core.management import call_command
from django.urls import reverse

from catalog.api.urls import urlpatterns


def test_the_description_is_valid_and_complete(tmp_path):
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "schema.yaml"))


def test_every_address_is_described(anyone):
    described = anyone.get(reverse("api-schema"), HTTP_ACCEPT="application/vnd.oai.openapi+json").json()
    assert sorted(p for p in described["paths"] if p.startswith("/api/")) == [
        "/api/batches/",
        "/api/batches/{public_id}/",
        "/api/batches/{public_id}/withdraw/",
        "/api/conflicts/",
        "/api/conflicts/{public_id}/",
        "/api/conflicts/{public_id}/decide/",
        "/api/decisions/",
        "/api/decisions/{public_id}/",
        "/api/decisions/{public_id}/undo/",
        "/api/filings/",
        "/api/filings/{public_id}/",
        "/api/filings/{public_id}/amend/",
        "/api/filings/{public_id}/audience/",
        "/api/filings/{public_id}/withdraw/",
        "/api/records/",
        "/api/records/facets/",
        "/api/records/{public_id}/",
        "/api/reviews/",
    ]
    assert described["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    form = described["paths"]["/api/filings/"]["post"]["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert {"title", "created", "file", "embargo_until", "dcterms:source"} <= form["properties"].keys()
    assert form["properties"]["source"]["description"].startswith("Where it comes from")


def test_every_address_has_a_name():
    assert all(p.name.startswith("api-") for p in urlpatterns)


def test_the_page_holds_no_script_and_nothing_from_elsewhere(anyone):
    answer = anyone.get(reverse("api-docs"))
    page = answer.content.decode()
    assert "<style" not in page
    assert "http" not in page.replace("http-equiv", "")
    assert page.count("<script") == page.count("<script src=") == 2
    assert "unsafe" not in answer["Content-Security-Policy"]


@pytest.mark.parametrize(
    "params", ["?lang=%22%3E%3Cscript%3E", "?version=%27-alert(1)-%27", "?script=&lang=%27%2balert(1)"]
)
def test_parameters_of_the_page_are_inert(anyone, params):
    body = anyone.get(reverse("api-docs") + params).content.decode()
    assert "<script>" not in body
    assert "alert(1)" not in body or "'-alert(1)-'" not in body
