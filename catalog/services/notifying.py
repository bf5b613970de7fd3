"""Notices: what an officer sent back to a department, and what those who file for it answer."""

from datetime import datetime

from django.db import transaction

from catalog.metadata.validation import Problem, normalise_text
from catalog.models import Correction, Membership, Notice, Record, User

from . import sayings
from .amending import NotAllowed, may_amend
from .deciding import Contradiction
from .describing import describe
from .filing import FilingRefused
from .history import LONGEST_REASON, write_event
from .locking import lock_filing


class AlreadyAnswered(Contradiction):
    """Somebody of the department answered it meanwhile."""


def notices_for(user: User):
    """Return the notices to the departments for which this person files, those that wait longest first."""
    return (
        Notice.objects.visible_to(user)
        .standing()
        .filter(agency__in=user.agencies_with(Membership.Role.FILER))
        .select_related(
            "agency", "filing__copy__file", "filing__copy__record__absorbed_into", "decision", "answered_by"
        )
        .order_by("made_at", "id")
    )


@transaction.atomic
def answer_notice(*, notice: Notice, answer: str, by: User, at: datetime) -> Notice:
    """Say what the department did about a notice; who sent it back sees it.

    Raises NotAllowed, FilingRefused without words, AlreadyAnswered, Contradiction, ChangedMeanwhile.
    """
    if not may_amend(by, notice.filing):
        raise NotAllowed(sayings.ANSWERS_OWN)
    answer = normalise_text(answer, keeps_line_breaks=True)
    if not answer or len(answer) > LONGEST_REASON:
        raise FilingRefused([Problem("answer", answer, sayings.SAY_WHAT_WAS_DONE, "")])
    filing = lock_filing(notice.filing)
    notice = Notice.objects.select_related("decision", "answered_by").get(pk=notice.pk)
    if notice.answered_at:
        raise AlreadyAnswered(sayings.ANSWERED_MEANWHILE.format(person=notice.answered_by))
    if notice.dropped_at or filing.is_withdrawn:
        raise Contradiction(sayings.TAKEN_BACK)
    notice.answer, notice.answered_by, notice.answered_at = answer, by, at
    notice.save(update_fields=["answer", "answered_by", "answered_at"])
    if not notice.decision.notices.waiting().exists():
        asked = Correction.objects.filter(pk=notice.decision.correction_id, state=Correction.State.PASSED_ON)
        asked.update(state=Correction.State.DEALT_WITH)
    record = filing.copy.record
    write_event(
        "notice.answered", object_id=notice.public_id, at=at, actor=by, audience_key=filing.audience_key,
        record=record, reason=answer, after={"agency": filing.agency.slug, "element": notice.element},
    )  # fmt: skip
    if record.is_standing:
        describe(Record.objects.get(pk=record.pk), at=at)
    return notice
