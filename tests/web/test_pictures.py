import hashlib
import io

import pytest
from PIL import Image

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
        assert body(answer)


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
