"""Amend: the agency that filed says something else of its filing; what it filed first stays readable."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from catalog.models import Filing, Statement
from catalog.services import amending, reading
from catalog.services.filing import FilingRefused

from .cards import copy_picture
from .forms import AmendForm, problems_of
from .sentences import said
from .words import day_in_words


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def amend(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show what a filing states, and take what it shall state instead."""
    filings = Filing.objects.visible_to(request.user).standing().select_related("agency", "copy__record", "copy__file")
    filing = get_object_or_404(filings, public_id=public_id)
    if not amending.may_amend(request.user, filing):
        raise Http404
    form = AmendForm(request.POST or None, stated=amending.stated(filing))
    if request.method == "POST" and form.is_valid() and _amended(request, filing, form):
        return redirect(filing.copy.record.answering)
    context = {
        "filing": filing,
        "form": form,
        "fields": [form[name] for name in form.fields],
        "elsewhere": [(said(reading.label_of(value.element)), value.value) for value in form.elsewhere],
        "earlier": _earlier(filing),
        "picture": copy_picture(filing.copy),
        "record": filing.copy.record.answering,
        "problems": problems_of([form]),
    }
    return render(request, "catalog/amend.html", context, status=400 if form.errors else 200)


def _amended(request: HttpRequest, filing: Filing, form: AmendForm) -> bool:
    """Amend every element that was changed, or none; put what is wrong beside its field."""
    problems, now = [], timezone.now()
    with transaction.atomic():
        for element, values in form.changes().items():
            try:
                amending.amend(
                    filing=filing, element=element, values=values, reason=form.cleaned_data["reason"],
                    by=request.user, at=now,
                )  # fmt: skip
            except FilingRefused as refused:
                problems += refused.problems
        if problems:
            transaction.set_rollback(True)
    form.add_problems(problems)
    if problems:
        return False
    done = _("Amended. What was filed first stays in the history.") if form.changes() else _("Nothing was changed.")
    messages.success(request, done)
    return True


def _earlier(filing: Filing) -> list[dict[str, str]]:
    """Return what the filing stated before, the newest first."""
    former = Statement.objects.filter(filing=filing).exclude(pk__in=Statement.objects.standing().filter(filing=filing))
    return [
        {"label": said(reading.label_of(one.element)), "value": one.value, "since": day_in_words(one.made_at)}
        for one in former.order_by("-id")[:50]
    ]
