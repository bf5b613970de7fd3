"""A long queue, cheaply: real files and previews, real grouping and asking, without decoding and measuring each."""

import io
from pathlib import Path
from tempfile import TemporaryDirectory

from django.utils import timezone
from PIL import Image

from catalog.imaging.methods import PHASH
from catalog.imaging.quality import Quality, order_key
from catalog.imaging.working import working_jpeg
from catalog.models import ImageFile, Job, Match, Page, ReviewItem
from catalog.services import evidencing, examining, relating, settling
from catalog.services.store import store

from .conftest import drawn, faintly_marked, jpeg


def ask_about(number: int, agencies, file_it, *, first: int = 500) -> None:
    """Put so many questions: is the faintly marked one, filed by Metro, the picture that Building filed?"""
    measured = None
    for seed in range(first, first + number):
        filed = (jpeg(drawn(seed), quality=95), agencies["building"]), (faintly_marked(drawn(seed)), agencies["metro"])
        files = [
            _examined(file_it(data, agency, key=f"{seed}", title=f"Lot {seed}").filing.file, data, compression=1 + n)
            for n, (data, agency) in enumerate(filed)
        ]
        measured = measured or evidencing.measure_files(*files)
        low, high = sorted(files, key=lambda file: file.pk)
        Match.objects.bulk_create(
            [
                Match(
                    file_low=low, file_high=high, method=PHASH, supports=Match.Supports.CANDIDATE, distance_bits=2,
                    made_at=timezone.now(),
                ),
                Match(
                    file_low=low, file_high=high, method=evidencing.METHOD, rule=measured.rule,
                    supports=measured.supports, measurements=measured.measurements, made_at=timezone.now(),
                ),
            ]
        )  # fmt: skip
        for file in files:
            settling.settle(file, at=timezone.now())
        relating.relate_led_by(files[1], at=timezone.now())
    Job.objects.all().delete()
    assert ReviewItem.objects.count() == number


def _examined(file: ImageFile, data: bytes, *, compression: float) -> ImageFile:
    """Write down and keep what examining finds and makes."""
    picture = Image.open(io.BytesIO(data))
    Page.objects.create(
        file=file, number=1, width_px=picture.width, height_px=picture.height, mode="RGB", bit_depth=8,
        has_preview=True, has_working=True,
    )  # fmt: skip
    small = io.BytesIO()
    picture.save(small, "WEBP")
    kept = {"thumbnail": small.getvalue(), "preview": data, "working": working_jpeg(picture, is_page=False)}
    with TemporaryDirectory() as folder:
        for kind, content in kept.items():
            path = Path(folder, kind)
            path.write_bytes(content)
            store().keep_preview(file.sha256, 1, kind, path)
    now, (width, height) = timezone.now(), picture.size
    quality = Quality(
        intact=True, original_capture=True, editor=None, width_px=width, height_px=height, real_pixels=width * height,
        bit_depth=8, compression=compression, was_jpeg=False, colour=True, metadata_count=0, sha256=file.sha256,
    )  # fmt: skip
    ImageFile.objects.filter(pk=file.pk).update(
        state=ImageFile.State.INTACT, page_count=1, examined_at=now, settled_at=now, quality=quality.to_json(),
        rank=examining.rank(order_key(quality)),
    )  # fmt: skip
    return ImageFile.objects.get(pk=file.pk)
