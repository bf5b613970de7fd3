"""What evidence does in the catalog: records join, are linked, are asked about; in any order, within an audience."""

import io
import random

import pytest
from django.db import transaction
from django.utils import timezone
from PIL import Image, ImageDraw

from catalog import tasks
from catalog.models import Copy, Event, ImageFile, Job, Match, Record, Relation, ReviewItem
from catalog.services import deciding, jobs, matching, settling
from catalog.services.reading import read_record
from catalog.services.store import store
from tests.conftest import drawn, jpeg, tiny, with_exif

pytestmark = pytest.mark.django_db

SIZE = (960, 720)


def standing():
    return list(Record.objects.standing().order_by("id"))


def names_by_record() -> list[list[str]]:
    return sorted(
        sorted(f.item_key for c in record.copies.standing() for f in c.filings.all()) for record in standing()
    )


def links() -> list[tuple[str, str, str]]:
    """Every standing relation as (key of what was made, kind, key of the original)."""
    return sorted(
        (r.from_copy.filings.first().item_key, r.kind, r.to_copy.filings.first().item_key)
        for r in Relation.objects.standing()
    )


def questions() -> list[tuple[str, str]]:
    return sorted(
        (i.copy_a.filings.first().item_key, i.copy_b.filings.first().item_key) for i in ReviewItem.objects.all()
    )


def png(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def crop(picture: Image.Image) -> Image.Image:
    """The middle half of the picture's sides."""
    width, height = picture.size
    return picture.crop((width // 8, height // 8, width * 5 // 8, height * 5 // 8))


def marked(picture: Image.Image) -> Image.Image:
    copy = picture.copy()
    ImageDraw.Draw(copy).ellipse((300, 200, 560, 420), outline=(255, 0, 0), width=14)
    return copy


def test_a_re_encoded_and_a_smaller_copy_join_their_record(file_it, run_jobs, agencies):
    picture = drawn(size=SIZE)
    file_it(jpeg(picture, quality=60), agencies["metro"], key="coarse")
    file_it(jpeg(picture.resize((640, 480), Image.Resampling.LANCZOS)), agencies["housing"], key="small")
    file_it(jpeg(picture, quality=95), agencies["building"], key="fine")
    run_jobs()
    (record,) = standing()
    assert record.best_copy.filings.get().item_key == "fine"
    copies = read_record(record, None).copies
    assert {c.evidence.supports for c in copies if not c.is_best} == {Match.Supports.SAME_IMAGE}
    assert all("agree everywhere" in c.copy.because for c in copies if not c.is_best)
    assert not ReviewItem.objects.exists()


def test_a_crop_and_a_mark_up_are_linked_with_the_reason_and_never_merged(file_it, run_jobs, agency):
    picture = drawn(5, size=SIZE)
    file_it(jpeg(crop(picture)), agency, key="crop")
    file_it(jpeg(picture, quality=95), agency, key="whole")
    file_it(jpeg(marked(picture)), agency, key="marked")
    run_jobs()
    assert names_by_record() == [["crop"], ["marked"], ["whole"]]
    assert ("crop", "derived-from", "whole") in links()
    assert ("marked", "derived-from", "whole") in links()
    made = Copy.objects.get(filings__item_key="crop").record
    whole = Copy.objects.get(filings__item_key="whole").record
    (relation,) = [r for r in read_record(made, None).relations if r.is_from_here and r.other == whole]
    assert relation.sentence == "This picture was made from"
    assert relation.because
    assert relation.decision is None
    assert any("was made from" in e.sentence for e in read_record(made, None).history)


def test_a_lost_working_picture_is_made_again(file_it, run_jobs, agencies):
    picture = drawn(size=SIZE)
    file_it(jpeg(picture, quality=90), agencies["metro"], key="fine")
    run_jobs()
    file = ImageFile.objects.get()
    store().places.delete(store().preview_name(file.sha256, 1, "working"))
    file_it(jpeg(picture, quality=60), agencies["building"], key="coarse")
    run_jobs()
    assert names_by_record() == [["coarse", "fine"]]
    assert not Job.objects.exclude(state=Job.State.DONE).exists()


def test_other_pictures_stay_apart_and_nobody_is_asked(file_it, run_jobs, agency):
    for seed in range(3):
        file_it(jpeg(drawn(seed, size=SIZE)), agency, key=str(seed))
    run_jobs()
    assert len(standing()) == 3
    assert not ReviewItem.objects.exists()
    assert not Relation.objects.exists()


def test_different_wins_over_evidence_and_undo_brings_it_back(file_it, run_jobs, agencies, officer):
    picture = drawn(size=SIZE)
    file_it(jpeg(picture, quality=95), agencies["building"], key="fine")
    file_it(jpeg(picture, quality=60), agencies["metro"], key="coarse")
    run_jobs()
    a, b = Copy.objects.order_by("id")
    decision = deciding.decide(copy_a=a, copy_b=b, verdict="different", reason="", by=officer, at=timezone.now())
    assert len(standing()) == 2
    run_jobs()
    assert not ReviewItem.objects.exists()
    deciding.undo(decision=decision, by=officer, at=timezone.now())
    run_jobs()
    assert names_by_record() == [["coarse", "fine"]]


def test_a_person_who_decides_replaces_a_link_and_undo_brings_it_back(file_it, run_jobs, agency, officer):
    picture = drawn(5, size=SIZE)
    file_it(jpeg(picture, quality=95), agency, key="whole")
    file_it(jpeg(crop(picture)), agency, key="crop")
    run_jobs()
    found = [("crop", "derived-from", "whole")]
    assert links() == found
    whole, part = (Copy.objects.get(filings__item_key=key) for key in ("whole", "crop"))
    decision = deciding.decide(copy_a=whole, copy_b=part, verdict="different", reason="", by=officer, at=timezone.now())
    assert links() == []
    deciding.undo(decision=decision, by=officer, at=timezone.now())
    run_jobs()
    assert links() == found
    decision = deciding.decide(
        copy_a=whole, copy_b=part, verdict="derivative", reason="", by=officer, at=timezone.now()
    )
    run_jobs()
    assert links() == found
    assert Relation.objects.standing().get().decision == decision
    assert Event.objects.filter(verb="relation.retracted").exists()


def test_links_follow_the_best_copy(file_it, run_jobs, agency):
    picture = drawn(5, size=SIZE)
    file_it(jpeg(crop(picture)), agency, key="crop")
    file_it(jpeg(picture, quality=70), agency, key="good")
    run_jobs()
    assert links() == [("crop", "derived-from", "good")]
    file_it(jpeg(picture, quality=97), agency, key="better")
    run_jobs()
    assert names_by_record() == [["better", "good"], ["crop"]]
    assert links() == [("crop", "derived-from", "better")]
    assert Relation.objects.filter(retracted_at__isnull=False).count() == 1


def test_nothing_is_compared_across_audiences(file_it, run_jobs, agencies):
    picture = drawn(size=SIZE)
    file_it(jpeg(picture, quality=95), agencies["building"], key="public")
    file_it(jpeg(picture, quality=60), agencies["police"], key="secret", audience="restricted")
    run_jobs()
    assert len(standing()) == 2
    assert not Match.objects.exists()
    file_it(jpeg(picture, quality=60), agencies["metro"], key="public too")
    run_jobs()
    assert names_by_record() == [["public", "public too"], ["secret"]]


def test_what_is_boilerplate_groups_nothing(file_it, run_jobs, agency):
    picture = drawn(size=SIZE)
    placeholder = file_it(jpeg(picture, quality=95), agency, key="placeholder").filing.file
    run_jobs()
    type(placeholder).objects.filter(pk=placeholder.pk).update(is_boilerplate=True)
    file_it(jpeg(picture, quality=60), agency, key="other")
    run_jobs()
    assert len(standing()) == 2
    assert not ReviewItem.objects.exists()


def test_a_record_has_at_most_three_questions_the_likeliest_ones(file_it, run_jobs, agencies, officer):
    picture = drawn(6, size=SIZE)
    for n in range(5):  # five exposures of a scene that does not move: the cameras' own times differ
        shot = with_exif(jpeg(picture, quality=90 + n), taken=f"2024:05:01 10:00:0{n}", make="Camera")
        file_it(shot, agencies["building"], key=f"shot {n}")
    file_it(tiny(picture), agencies["metro"], key="tiny")
    run_jobs()
    asked = [i for i in ReviewItem.objects.order_by("misfit") if i.copy_b.filings.get().item_key == "tiny"]
    assert len(asked) == 3
    assert len([i for i in deciding.queue_for(officer) if i in asked]) == 1
    first = next(i for i in deciding.queue_for(officer) if i in asked)
    deciding.decide(
        copy_a=first.copy_a, copy_b=first.copy_b, verdict="different", reason="", by=officer, at=timezone.now()
    )
    run_jobs()
    after = [i for i in ReviewItem.objects.all() if i.copy_b.filings.get().item_key == "tiny"]
    assert len(after) == 3
    assert first.pk not in {i.pk for i in after}


def tiff(*pictures: Image.Image, **options) -> bytes:
    buffer = io.BytesIO()
    pictures[0].save(buffer, "TIFF", save_all=True, append_images=list(pictures[1:]), **options)
    return buffer.getvalue()


def test_documents_are_the_same_only_if_every_page_is(file_it, run_jobs, agency):
    pages = [drawn(seed, size=(800, 1000)) for seed in (1, 2, 3)]
    darker = [page.point(lambda level: int(level * 0.85)) for page in pages]
    file_it(tiff(*pages), agency, key="whole", name="whole.tif")
    file_it(tiff(*darker), agency, key="again", name="again.tif")
    file_it(tiff(*pages[:2]), agency, key="short", name="short.tif")
    run_jobs()
    assert names_by_record() == [["again", "whole"], ["short"]]
    assert {kind for _, kind, _ in links()} == {"shares-pages"}


def test_evidence_that_is_not_there_leaves_groups_as_they_are(file_it, run_jobs, agency, monkeypatch):
    picture = drawn(size=SIZE)
    file_it(jpeg(picture, quality=95), agency, key="fine")
    run_jobs()
    monkeypatch.setattr(settling, "measure_around", lambda file, **_: None)
    second = file_it(jpeg(picture, quality=60), agency, key="coarse")
    for _ in range(3):  # examine, compare, settle
        tasks.STEPS[(job := jobs.take_next()).kind](job)
    assert Job.objects.filter(kind="settle", state="queued").count() == 1
    second.filing.copy.record.refresh_from_db()
    assert second.filing.copy.record.state == Record.State.PENDING
    monkeypatch.undo()


def scene_files() -> list[tuple[str, bytes]]:
    """Two pictures in several forms, one nearly equal pair, and a tiny copy that may be either of two."""
    one, two = drawn(11, size=SIZE), drawn(12, size=SIZE)
    return [
        ("one fine", jpeg(one, quality=95)),
        ("one coarse", jpeg(one, quality=50)),
        ("one half", jpeg(one.resize((480, 360), Image.Resampling.LANCZOS))),
        ("one marked", jpeg(marked(one))),
        ("one crop", jpeg(crop(one))),
        ("two fine", png(two)),
        ("two turned", jpeg(two.rotate(90, expand=True))),
        ("two tiny", tiny(two)),
    ]


def test_the_order_of_filing_does_not_matter(file_it, run_jobs, agency):
    outcomes = []
    for seed in range(3):
        files = scene_files()
        random.Random(seed).shuffle(files)
        before = transaction.savepoint()
        for place, (name, data) in enumerate(files):
            file_it(data, agency, key=name)
            if place % 3 == seed:
                run_jobs()
        run_jobs()
        assert not Job.objects.filter(state="set-aside").exists()
        outcomes.append((names_by_record(), links(), questions()))
        transaction.savepoint_rollback(before)
        matching.mirror.cache_clear()
    assert outcomes[0] == outcomes[1] == outcomes[2]
    assert ["one coarse", "one fine", "one half"] in outcomes[0][0]
    assert ["two fine", "two turned"] in outcomes[0][0]
