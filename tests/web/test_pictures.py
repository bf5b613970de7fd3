import hashlib
import io

import pytest
from django.utils import timezone
from PIL import Image

from catalog.services import reaudiencing, withdrawing
from catalog.web.pictures import safe_file_name
from tests.conftest import drawn, jpeg, with_exif

pytestmark = pytest.mark.django_db


def body(answer) -> bytes:
    return b"".join(answer.streaming_content)


@pytest.mark.parametrize(("kind", "media_type"), [("thumbnail", "image/webp"), ("preview", "image/jpeg")])
def test_previews_carry_no_metadata(client, agencies, filed, kind, media_type):
    record = filed(agencies["metro"], data=with_exif(jpeg(drawn(2)), artist="Ama Osei", taken="2024:03:12 09:12:44"))
    for address in (f"/image/{record.public_id}/{kind}", f"/copy/{record.best_copy.public_id}/{kind}"):
        answer = client.get(address)
        assert answer["Content-Type"] == media_type
        assert "public" in answer["Cache-Control"]
        picture = Image.open(io.BytesIO(body(answer)))
        assert not picture.getexif()
        assert "xmp" not in picture.info


def test_the_original_comes_byte_for_byte_and_sandboxed(client, agencies, filed):
    data = with_exif(jpeg(drawn(2)), artist="Ama Osei")
    record = filed(agencies["metro"], data=data, name='../a "b"\r\nX: y\u202e.jpg')
    answer = client.get(f"/copy/{record.best_copy.public_id}/original")
    assert hashlib.sha256(body(answer)).digest() == hashlib.sha256(data).digest()
    assert answer["Content-Disposition"].startswith("attachment")
    assert "\n" not in answer["Content-Disposition"]
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Length"] == str(len(data))


def test_a_restricted_picture_is_for_its_agency_and_for_no_shared_cache(client, signed_in, person, agencies, filed):
    record = filed(agencies["police"], audience="restricted")
    addresses = [f"/copy/{record.best_copy.public_id}/{kind}" for kind in ("thumbnail", "preview", "original")]
    member = signed_in(person("member", viewer=[agencies["police"]]))
    for address in addresses:
        assert client.get(address).status_code == 404
        answer = member.get(address)
        assert answer["Cache-Control"].startswith("private")
        assert "Cookie" in answer["Vary"]  # nor for whoever sits down at the same browser
        assert body(answer)


KINDS = ("thumbnail", "preview", "original")


def tag_of(client, address: str) -> str:
    answer = client.get(address)
    assert body(answer)
    return answer["ETag"]


def pictures_of(record) -> list[str]:
    of_record = [f"/image/{record.public_id}/{kind}" for kind in ("thumbnail", "preview")]
    return [*of_record, *(f"/copy/{record.best_copy.public_id}/{kind}" for kind in KINDS)]


def test_a_shared_cache_asks_each_time_and_is_told_that_nothing_changed(client, agencies, filed):
    record = filed(agencies["metro"])
    for address in pictures_of(record):
        answer = client.get(address)
        assert "s-maxage=0" in answer["Cache-Control"]
        assert body(answer)
        again = client.get(address, headers={"if-none-match": answer["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert (again["ETag"], again["Cache-Control"]) == (answer["ETag"], answer["Cache-Control"])


def narrow(filing, by):
    reaudiencing.change_audience(filing=filing, audience="restricted", reason="So.", by=by, at=timezone.now())


def withdraw(filing, by):
    withdrawing.withdraw(filing=filing, reason="So.", by=by, at=timezone.now())


@pytest.mark.parametrize("change", [narrow, withdraw])
def test_what_is_narrowed_or_withdrawn_is_shown_no_longer_by_whoever_keeps_it(client, agencies, filed, filer, change):
    record = filed(agencies["building"])
    known = {address: tag_of(client, address) for address in pictures_of(record)}
    change(record.record_copy, by=filer)
    for address, tag in known.items():
        assert client.get(address, headers={"if-none-match": tag}).status_code == 404


def test_no_two_pictures_have_one_tag(client, agencies, filed):
    record = filed(agencies["metro"])
    copy = [tag_of(client, f"/copy/{record.best_copy.public_id}/{kind}") for kind in KINDS]
    assert len(set(copy)) == len(KINDS)


def test_another_picture_at_the_same_address_has_another_tag(client, agency, file_it, run_jobs, filer):
    public_id = file_it(None, agency, key="item").filing.copy.record.public_id
    tags = set()
    for seed in (1, 2):
        receipt = file_it(jpeg(drawn(seed)), agency, key="item")
        run_jobs()
        tags.add(tag_of(client, f"/image/{public_id}/thumbnail"))
        withdraw(receipt.filing, by=filer)
    assert len(tags) == 2


def test_where_there_is_no_preview_a_plain_sign_is_shown(client, signed_in, person, agencies, file_it):
    address = f"/copy/{file_it(jpeg(drawn(1)), agencies['metro']).filing.copy.public_id}/thumbnail?page=99"
    answer = signed_in(person("own", viewer=[agencies["metro"]])).get(address)
    assert (answer.status_code, answer.url) == (302, "/static/img/no-preview.svg")
    assert client.get(address).status_code == 404  # it is pending


@pytest.mark.parametrize(
    ("filed", "kept"),
    [
        ("a/b\\c.jpg", "c.jpg"),
        ("..", "picture"),
        ("x\r\ny.jpg", "xy.jpg"),
        ("\u202egpj.exe", "gpj.exe"),
        ("", "picture"),
    ],  # fmt: skip
)
def test_file_names_are_made_harmless(filed, kept):
    assert safe_file_name(filed) == kept
