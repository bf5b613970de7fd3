"""What people type into pages. Forms look at the shape of input; whether it can be filed, the services say."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from django import forms
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.metadata.dates import UNKNOWN
from catalog.metadata.elements import ELEMENTS
from catalog.metadata.embargoes import BadEmbargo, parse_embargo
from catalog.metadata.embedded import Embedded, Suggestion
from catalog.metadata.identifiers import EXAMPLES
from catalog.metadata.validation import LONGEST_VALUE, Problem, Value
from catalog.models import Agency, Audience, Conflict, Decision, Membership, ReviewItem, Scheme, Upload, User
from catalog.services.correcting import ANSWERS, LONGEST
from catalog.services.deciding import PAIR_VERDICTS
from catalog.services.history import LONGEST_REASON
from catalog.services.reconciling import ABOUT_ONE_VALUE, CONFLICT_VERDICTS

from .sentences import said

SEPARATED = ("creator", "subject")
"""Elements of which the form takes several, separated by semicolons."""
MAX_FILES = 100
NUMBER = "number_"

REASON_MISSING = {"required": _("Say why: it is kept in the history.")}
TEXT = {"class": "usa-input", "autocomplete": "off"}


VERDICTS = (
    (Decision.Verdict.SAME, _("The same picture"), _("They become one record that keeps both filings."), "s"),
    (Decision.Verdict.DERIVATIVE, _("One was made from the other"), _("Two records, linked: B was made from A."), "m"),
    (Decision.Verdict.SAME_SCENE, _("Another shot of the scene"), _("Two records, linked as shots of one scene."), "c"),
    (Decision.Verdict.DIFFERENT, _("Different pictures"), _("Two records; the pair is not asked about again."), "x"),
)
"""Verdict, what it says, what follows from it, and its key."""


def in_words(choices: type[TextChoices]) -> Callable[[], list[tuple[str, str]]]:
    """Return what asks for these choices in the reader's language, each time that a form is shown."""
    return lambda: [(value, said(label)) for value, label in choices.choices]


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One or several files; cleans to a list."""

    widget = FilesInput

    def clean(self, data, initial=None):
        files = data if isinstance(data, list | tuple) and data else [data or None]
        if len(files) > MAX_FILES:
            raise forms.ValidationError(
                _("Send at most {most} files at once; these were {number}.").format(most=MAX_FILES, number=len(files))
            )
        return [super(FilesField, self).clean(file, initial) for file in files]


class ChooseForm(forms.Form):
    """Step 1 of filing: which files, for which agency, for whom to see."""

    files = FilesField(
        label=_("Files"),
        allow_empty_file=True,  # the service refuses it, in words
        error_messages={"required": _("Choose at least one file.")},
    )
    agency = forms.ModelChoiceField(
        Agency.objects.none(),
        label=_("Filed for"),
        empty_label=None,
        widget=forms.Select(attrs={"class": "usa-select"}),
        error_messages={"invalid_choice": _("Choose an agency for which you file.")},
    )
    audience = forms.ChoiceField(
        label=_("Who may see them"),
        choices=in_words(Audience),
        initial=Audience.PUBLIC,
        widget=forms.RadioSelect(attrs={"class": "usa-radio__input"}),
        error_messages={
            "required": _("Choose who may see them."),
            "invalid_choice": _("Choose who may see them."),
        },
    )

    embargo_until = forms.CharField(
        label=_("Not before"),
        help_text=_("A day, such as 2030-01-01, until which only the agency sees them. Empty: at once."),
        required=False,
        widget=forms.TextInput(attrs={"class": "usa-input", "autocomplete": "off"}),
    )

    def clean_embargo_until(self) -> date | None:
        return embargo_day(self.cleaned_data["embargo_until"])

    def __init__(self, *args, user: User, max_size_mb: int, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = user.agencies_with(Membership.Role.FILER)
        kinds = _("JPEG, PNG, TIFF, WebP, GIF, HEIC, AVIF or PDF, up to {size} MB each; several at once are fine.")
        self.fields["files"].help_text = kinds.format(size=max_size_mb)


def embargo_day(text: str) -> date | None:
    """Return the day that was typed, None where none was."""
    try:
        return parse_embargo(text, timezone.localdate())
    except BadEmbargo as error:
        raise forms.ValidationError(said(str(error))) from error


class DescriptionFields(forms.Form):
    """The elements that people describe a picture with in pages."""

    title = forms.CharField(label=_("Title"), widget=forms.TextInput(attrs=TEXT))
    created = forms.CharField(
        label=_("Date made"),
        help_text=_("Year, month or day, such as 2024-03-12, or the word unknown."),
        widget=forms.TextInput(attrs=TEXT),
    )
    creator = forms.CharField(
        label=_("Creator"),
        help_text=_("Who took the picture; several with semicolons."),
        required=False,
        widget=forms.TextInput(attrs=TEXT),
    )
    description = forms.CharField(
        label=_("Description"),
        required=False,
        widget=forms.Textarea(attrs={"class": "usa-textarea", "rows": 3}),
    )
    subject = forms.CharField(
        label=_("Subjects"),
        help_text=_("With semicolons between them."),
        required=False,
        widget=forms.TextInput(attrs=TEXT),
    )
    spatial = forms.CharField(
        label=_("Place"),
        help_text=_("An address or the name of a place."),
        required=False,
        widget=forms.TextInput(attrs=TEXT),
    )
    rights = forms.CharField(label=_("Rights statement"), required=False, widget=forms.TextInput(attrs=TEXT))
    license = forms.CharField(
        label=_("Licence"),
        help_text=_("The address of its text, where there is one."),
        required=False,
        widget=forms.TextInput(attrs=TEXT),
    )

    # What is missing or wrong, the filing service says for every door alike; so nothing is refused here.
    use_required_attribute = False

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.max_length = LONGEST_VALUE
            field.required = False
            field.is_expected = name in ELEMENTS and ELEMENTS[name].required

    def texts(self, name: str) -> list[str]:
        """Return the values that were typed into a field."""
        text = self.cleaned_data.get(name, "")
        if name in ELEMENTS and ELEMENTS[name].may_be_unknown and text.strip().casefold() == _("unknown"):
            return [UNKNOWN]
        parts = text.split(";") if name in SEPARATED else [text]
        return [part.strip() for part in parts if part.strip()]

    def add_problems(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            name = next((n for n in (problem.element, NUMBER + problem.element) if n in self.fields), None)
            self.add_error(name, said(problem.message))


class DescribeForm(DescriptionFields):
    """Step 2 of filing: the description of one draft, filled in with what the file says of itself."""

    def __init__(self, *args, upload: Upload, schemes: Iterable[Scheme], **kwargs):
        self.upload = upload
        self.suggestions = Embedded.from_json(upload.suggestions).suggestions if upload.suggestions else ()
        super().__init__(*args, prefix=upload.public_id, initial=self._suggested_values(), **kwargs)
        for scheme in schemes:
            self.fields[NUMBER + scheme.slug] = forms.CharField(
                label=scheme.label,
                help_text=_example(scheme),
                required=False,
                widget=forms.TextInput(attrs=TEXT),
            )

    def _of(self, element: str) -> list[Suggestion]:
        return [s for s in self.suggestions if s.element == element]

    def _suggested_values(self) -> dict[str, str]:
        values = {}
        for name in self.base_fields:
            if found := self._of(name):
                values[name] = "; ".join(s.value for s in found) if name in SEPARATED else found[0].value
        return values

    def origin_of(self, name: str) -> str:
        """Say where a field's suggestion comes from."""
        found = self._of(name)
        sources = list(dict.fromkeys(s.source for s in found if s.source))
        if sources:
            return _("Read from the file: {sources}").format(sources=", ".join(sources))
        return _("Read from the file") if found else ""

    def values(self) -> list[Value]:
        """Return what was typed as Dublin Core values; one that was suggested keeps its language and scheme."""
        return [self._value(name, text) for name in self.base_fields for text in self.texts(name)]

    def _value(self, element: str, text: str) -> Value:
        for suggestion in self._of(element):
            if suggestion.value == text:
                return Value(element, text, suggestion.language, suggestion.scheme)
        return Value(element, text)

    def numbers(self) -> list[tuple[str, str]]:
        """Return (scheme, number as typed)."""
        typed = ((n.removeprefix(NUMBER), v) for n, v in self.cleaned_data.items() if n.startswith(NUMBER))
        return [(slug, value) for slug, value in typed if value.strip()]


def _example(scheme: Scheme) -> str:
    example = EXAMPLES.get(scheme.normaliser, "")
    return _("Such as {example}.").format(example=example) if example else ""


class AmendForm(DescriptionFields):
    """What a filing states, to be stated otherwise; elements of which the form cannot divide the values stay out."""

    reason = forms.CharField(
        label=_("Why"), max_length=LONGEST_REASON, required=False, widget=forms.TextInput(attrs=TEXT),
        help_text=_("It is kept in the history."),
    )  # fmt: skip

    def __init__(self, *args, stated: Iterable[Value], **kwargs):
        self.stated: dict[str, list[Value]] = {}
        for value in stated:
            self.stated.setdefault(value.element, []).append(value)
        initial = {name: "; ".join(one.value for one in values) for name, values in self.stated.items()}
        super().__init__(*args, initial=initial, **kwargs)
        for name, values in self.stated.items():
            if name in self.fields and not _fits_a_field(name, values):
                del self.fields[name]

    @property
    def elsewhere(self) -> list[Value]:
        """What is stated and cannot be changed here."""
        return [value for name, values in self.stated.items() if name not in self.fields for value in values]

    def changes(self) -> dict[str, list[Value]]:
        """Return the elements that shall be stated otherwise; a text that stays keeps its language and scheme."""
        changed = {}
        for name in (one for one in self.fields if one in ELEMENTS):
            known = {value.value: value for value in self.stated.get(name, ())}
            if (texts := self.texts(name)) != list(known):
                changed[name] = [known.get(text, Value(name, text)) for text in texts]
        return changed


def _fits_a_field(name: str, values: list[Value]) -> bool:
    if name in SEPARATED:
        return not any(";" in value.value for value in values)
    return len(values) < 2


def problems_of(filled: Iterable[forms.Form]) -> list[dict[str, str]]:
    """List what is wrong in several forms, each with the field that it is about."""
    problems = []
    for form in filled:
        name = f"{form.upload.file_name}: " if isinstance(form, DescribeForm) else ""
        for field, errors in form.errors.items():
            anchor = form[field].id_for_label if field in form.fields else ""
            problems += [{"anchor": anchor, "words": f"{name}{error}"} for error in errors]
    return problems


class DecisionForm(forms.Form):
    """A decision about two copies."""

    verdict = forms.ChoiceField(choices=[(v, v) for v in PAIR_VERDICTS])
    reason = forms.CharField(required=False, max_length=LONGEST_REASON)


class ReasonForm(forms.Form):
    """Why a person does what changes a record."""

    reason = forms.CharField(max_length=LONGEST_REASON, error_messages=REASON_MISSING)


class BulkForm(forms.Form):
    """Which pairs are to be decided alike, and how."""

    kind = forms.ChoiceField(
        label=_("Why they wait"),
        choices=in_words(ReviewItem.Kind),
        widget=forms.Select(attrs={"class": "usa-select"}),
        error_messages={"required": _("Choose of which pairs."), "invalid_choice": _("Choose of which pairs.")},
    )
    fit = forms.IntegerField(
        label=_("How well they fit, at least"),
        help_text=_("In percent: 100 where nothing differs."),
        min_value=0, max_value=100, initial=95,
        widget=forms.NumberInput(attrs={"class": "usa-input", "inputmode": "numeric"}),
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), _("Give a number from 0 to 100.")
        ),
    )  # fmt: skip
    verdict = forms.ChoiceField(
        label=_("Decide that they are"),
        choices=[(verdict, label) for verdict, label, _consequence, _key in VERDICTS],
        widget=forms.RadioSelect(attrs={"class": "usa-radio__input"}),
        initial=Decision.Verdict.SAME,
        error_messages={"required": _("Choose what they are."), "invalid_choice": _("Choose what they are.")},
    )

    @property
    def misfit_max(self) -> int:
        return 1000 - 10 * self.cleaned_data["fit"]


class ConflictForm(forms.Form):
    """A decision about a conflict: which of its values, by their order, and why."""

    choice = forms.CharField(max_length=40, required=False)
    as_it_stands = forms.CharField(max_length=16, required=False)
    reason = forms.CharField(
        label=_("Why"), max_length=LONGEST_REASON, required=False,
        help_text=_("Kept in the history, and shown on the record. A department reads it with its notice."),
        widget=forms.Textarea(attrs={"class": "usa-textarea", "rows": 2}),
    )  # fmt: skip

    def __init__(self, *args, conflict: Conflict, **kwargs):
        super().__init__(*args, **kwargs)
        self.conflict = conflict

    def clean(self) -> dict:
        verdict, _colon, number = self.cleaned_data.get("choice", "").partition(":")
        values = self.conflict.values
        is_value = number.isdecimal() and len(number) < 4 and int(number) < len(values)
        if verdict not in CONFLICT_VERDICTS or (verdict in ABOUT_ONE_VALUE) != is_value:
            raise forms.ValidationError(_("Choose one of the values that the filings state, or all of them."))
        if verdict == Decision.Verdict.SENT_BACK and not self.cleaned_data.get("reason", "").strip():
            self.add_error("reason", _("Say what is wrong: the department reads it."))
        return self.cleaned_data | {"verdict": verdict, "value": values[int(number)] if is_value else ""}

    def decision(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("verdict", "value", "as_it_stands", "reason")}


@dataclass(frozen=True, slots=True)
class Subject:
    """What may be wrong: a value that is said of an element or a number, or that one is missing."""

    element: str
    said: str
    label: str
    words: str = ""

    @property
    def key(self) -> str:
        """What the form sends: a value is named by its digest, so that it is not taken for another one meanwhile."""
        digest = hashlib.sha256(self.said.encode()).hexdigest()[:12] if self.said else ""
        return f"{self.element}={digest}"


class CorrectionForm(forms.Form):
    """What is wrong with a record or a filing, what it should be, and how somebody knows."""

    subject = forms.ChoiceField(
        label=_("What is wrong"), widget=forms.Select(attrs={"class": "usa-select"}),
        error_messages={
            "required": _("Choose what is wrong."),
            "invalid_choice": _("Choose what is wrong: what it said has changed meanwhile."),
        },
    )  # fmt: skip
    proposed = forms.CharField(
        label=_("What it should be"), required=False,
        help_text=_("Leave it empty where it should not be there at all."),
        widget=forms.Textarea(attrs={"class": "usa-textarea", "rows": 2}),
    )  # fmt: skip
    because = forms.CharField(
        label=_("How do you know?"), required=False,
        help_text=_("Only those who answer read this. Do not write more about people than is needed."),
        widget=forms.Textarea(attrs={"class": "usa-textarea", "rows": 4}),
    )  # fmt: skip
    contact = forms.CharField(
        label=_("Your e-mail address (optional)"), required=False, max_length=254,
        help_text=_(
            "In case there are questions. It is shown to records officers alone, and forgotten some months after the "
            "answer. Nothing is sent to it by itself: your reference number leads to the answer."
        ),
        widget=forms.EmailInput(attrs={"class": "usa-input", "autocomplete": "email"}),
    )  # fmt: skip
    website = forms.CharField(
        required=False, max_length=200,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )  # fmt: skip

    use_required_attribute = False

    def __init__(self, *args, subjects: list[Subject], **kwargs):
        super().__init__(*args, **kwargs)
        self.subjects = {subject.key: subject for subject in subjects}
        stated = [(s.key, f"{s.label}: {_shortened(s.words)}") for s in subjects if s.said]
        missing = [(s.key, s.label) for s in subjects if s.element and not s.said]
        other = [(s.key, s.label) for s in subjects if not s.element]
        groups = ((_("What it says"), stated), (_("What is missing"), missing))
        choices = [("", _("Choose …")), *((name, group) for name, group in groups if group), *other]
        self.fields["subject"].choices = choices
        for name in ("subject", "because"):
            self.fields[name].is_expected = True

    def clean_website(self) -> None:
        """People do not see this field; programs that fill in whatever there is do not know."""
        if self.cleaned_data["website"]:
            raise forms.ValidationError(_("Leave the field “website” empty: it is there to tell people from programs."))

    def asked(self) -> dict[str, str]:
        subject = self.subjects[self.cleaned_data["subject"]]
        typed = {name: self.cleaned_data[name] for name in ("proposed", "because", "contact")}
        return {"element": subject.element, "said": subject.said, **typed}

    @staticmethod
    def refusal(words: str, code: str) -> forms.ValidationError:
        return forms.ValidationError(words, code=code)


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 90 else f"{text[:89]}…"


def place_problems(form: forms.Form, problems: Iterable[Problem]) -> None:
    """Put what a service found wrong beside the fields that it is about."""
    for problem in problems:
        form.add_error(problem.element if problem.element in form.fields else None, said(problem.message))


class AnswerForm(forms.Form):
    """An officer's answer to a correction."""

    verdict = forms.ChoiceField(choices=[(v, v) for v in ANSWERS])
    value = forms.CharField(
        label=_("What it shall say"), required=False, max_length=LONGEST,
        help_text=_("As proposed, or as you know it. Empty: nothing, the value is taken away."),
        widget=forms.Textarea(attrs={"class": "usa-textarea", "rows": 2}),
    )  # fmt: skip
    agency = forms.ChoiceField(
        label=_("Department"), required=False, widget=forms.Select(attrs={"class": "usa-select"})
    )
    answer = forms.CharField(
        label=_("Your answer"), required=False,
        help_text=_("Whoever asked reads it with their reference; a department reads it with its notice."),
        widget=forms.Textarea(attrs={"class": "usa-textarea", "rows": 3}),
    )  # fmt: skip

    def __init__(self, *args, agencies: Iterable[Agency], **kwargs):
        super().__init__(*args, **kwargs)
        self.agencies = {agency.slug: agency for agency in agencies}
        self.fields["agency"].choices = [(slug, agency.name) for slug, agency in self.agencies.items()]
        self.fields["answer"].is_expected = True

    def given(self) -> dict:
        cleaned = self.cleaned_data
        agency = self.agencies.get(cleaned["agency"])
        return {name: cleaned[name].strip() for name in ("verdict", "value", "answer")} | {"agency": agency}


class NoticeForm(forms.Form):
    """What a department did about a notice."""

    answer = forms.CharField(
        label=_("What was done"), required=False,
        help_text=_("Amended, or why it is right as it is. Whoever sent it back reads this."),
        widget=forms.Textarea(attrs={"class": "usa-textarea", "rows": 3}),
    )  # fmt: skip


class WithdrawForm(ReasonForm):
    """Why a filing is withdrawn; it is done when the person says that it shall be."""

    reason = forms.CharField(
        label=_("Why"),
        help_text=_("Everybody who could see it may read this. Do not repeat what shall not be read."),
        max_length=LONGEST_REASON, widget=forms.TextInput(attrs=TEXT), error_messages=REASON_MISSING,
    )  # fmt: skip
    is_sure = forms.BooleanField(
        label=_("Withdraw it now"), error_messages={"required": _("Say that you want this by ticking the box.")},
        widget=forms.CheckboxInput(attrs={"class": "usa-checkbox__input"}),
    )  # fmt: skip


class AudienceForm(ReasonForm):
    """For whom a filing shall be meant, from when on, and why."""

    audience = forms.ChoiceField(
        label=_("Who may see it"),
        choices=in_words(Audience),
        widget=forms.RadioSelect(attrs={"class": "usa-radio__input"}),
        error_messages={"required": _("Choose who may see it."), "invalid_choice": _("Choose who may see it.")},
    )
    embargo_until = forms.CharField(
        label=_("Not before"),
        help_text=_("A day, such as 2030-01-01, until which only its agency sees it. Empty: at once."),
        required=False, max_length=40, widget=forms.TextInput(attrs=TEXT),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Why"), help_text=_("Those who may see it then can read this."), max_length=LONGEST_REASON,
        widget=forms.TextInput(attrs=TEXT), error_messages=REASON_MISSING,
    )  # fmt: skip
    is_sure = forms.BooleanField(
        label=_("Change it now"), error_messages={"required": _("Say that you want this by ticking the box.")},
        widget=forms.CheckboxInput(attrs={"class": "usa-checkbox__input"}),
    )  # fmt: skip
    field_order = ("audience", "embargo_until", "reason", "is_sure")
