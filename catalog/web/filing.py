"""A filing of one's own agency: withdrawing it, and changing who may see it."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from catalog import tasks
from catalog.models import Filing
from catalog.services import amending, reaudiencing, withdrawing
from catalog.services.filing import FilingRefused
from catalog.services.locking import ChangedMeanwhile

from .cards import copy_picture
from .forms import AudienceForm, ReasonForm, WithdrawForm, problems_of
from .sentences import said


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def withdraw(request: HttpRequest, public_id: str) -> HttpResponse:
    """Say what follows from withdrawing a filing, and do it."""
    filing = _own_filing(request, public_id)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _done(form, lambda: _withdraw(request, filing, form)):
        messages.success(request, _("Withdrawn. The filing stays as a line of history, with your reason."))
        return redirect(_record_of(filing))
    return _page(request, filing, form, "catalog/withdraw.html")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def change_audience(request: HttpRequest, public_id: str) -> HttpResponse:
    """Say who may see a filing, and let it be others."""
    filing = _own_filing(request, public_id)
    until = filing.embargo_until.isoformat() if filing.embargo_until else ""
    initial = {"audience": filing.audience_after or filing.audience, "embargo_until": until}
    form = AudienceForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid() and _done(form, lambda: _change(request, filing, form)):
        return redirect(_record_of(filing))
    return _page(request, filing, form, "catalog/audience.html")


def _own_filing(request: HttpRequest, public_id: str) -> Filing:
    """Return a filing of an agency for which this person files; to all others it is not there."""
    filings = Filing.objects.visible_to(request.user).standing().select_related("agency", "copy__record", "copy__file")
    filing = get_object_or_404(filings, public_id=public_id)
    if not amending.may_amend(request.user, filing):
        raise Http404
    return filing


def _done(form: ReasonForm, act: Callable[[], None]) -> bool:
    """Do it; put what is in the way beside its field."""
    try:
        act()
    except FilingRefused as refused:
        for problem in refused.problems:
            form.add_error(problem.element if problem.element in form.fields else None, said(problem.message))
    except (withdrawing.AlreadyWithdrawn, ChangedMeanwhile) as error:
        form.add_error(None, said(str(error)))
    return not form.errors


def _withdraw(request: HttpRequest, filing: Filing, form: WithdrawForm) -> None:
    reason = form.cleaned_data["reason"]
    withdrawing.withdraw(filing=filing, reason=reason, by=request.user, at=timezone.now())
    tasks.publish_soon()


def _change(request: HttpRequest, filing: Filing, form: AudienceForm) -> None:
    asked = {name: form.cleaned_data[name] for name in ("audience", "embargo_until", "reason")}
    change = reaudiencing.change_audience(filing=filing, by=request.user, at=timezone.now(), **asked)
    tasks.nudge(*change.jobs)
    tasks.publish_soon()
    done = _("Changed. It is compared with what those can see.") if change.is_new else _("Nothing was changed.")
    messages.success(request, done)


def _record_of(filing: Filing):
    """Return the record that answers for the filing now."""
    return Filing.objects.select_related("copy__record__absorbed_into").get(pk=filing.pk).copy.record.answering


def _page(request: HttpRequest, filing: Filing, form: ReasonForm, template: str) -> HttpResponse:
    others = Filing.objects.standing().filter(copy__record=filing.copy.record).exclude(pk=filing.pk).count()
    context = {
        "filing": filing,
        "form": form,
        "picture": copy_picture(filing.copy),
        "record": filing.copy.record.answering,
        "others": others,
        "problems": problems_of([form]),
    }
    return render(request, template, context, status=400 if form.errors else 200)
