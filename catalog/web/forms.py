"""What people type into pages. Forms look at the shape of input; whether it can be filed, the services say."""

from collections.abc import Iterable
from datetime import date

from django import forms
from django.utils import timezone

from catalog.metadata.elements import ELEMENTS
from catalog.metadata.embargoes import BadEmbargo, parse_embargo
from catalog.metadata.embedded import Embedded, Suggestion
from catalog.metadata.identifiers import EXAMPLES
from catalog.metadata.validation import LONGEST_VALUE, Problem, Value
from catalog.models import Agency, Audience, Decision, Membership, Scheme, Upload, User
from catalog.services.deciding import PAIR_VERDICTS
from catalog.services.history import LONGEST_REASON

SEPARATED = ("creator", "subject")
"""Elements of which the form takes several, separated by semicolons."""
MAX_FILES = 100
NUMBER = "number_"

REASON_MISSING = {"required": "Say why: it is kept in the history."}
TEXT = {"class": "usa-input", "autocomplete": "off"}


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One or several files; cleans to a list."""

    widget = FilesInput

    def clean(self, data, initial=None):
        files = data if isinstance(data, list | tuple) and data else [data or None]
        if len(files) > MAX_FILES:
            raise forms.ValidationError(f"Send at most {MAX_FILES} files at once; these were {len(files)}.")
        return [super(FilesField, self).clean(file, initial) for file in files]


class ChooseForm(forms.Form):
    """Step 1 of filing: which files, for which agency, for whom to see."""

    files = FilesField(
        label="Files",
        allow_empty_file=True,  # the service refuses it, in words
        error_messages={"required": "Choose at least one file."},
    )
    agency = forms.ModelChoiceField(
        Agency.objects.none(),
        label="Filed for",
        empty_label=None,
        widget=forms.Select(attrs={"class": "usa-select"}),
        error_messages={"invalid_choice": "Choose an agency for which you file."},
    )
    audience = forms.ChoiceField(
        label="Who may see them",
        choices=Audience.choices,
        initial=Audience.PUBLIC,
        widget=forms.RadioSelect(attrs={"class": "usa-radio__input"}),
        error_messages={"required": "Choose who may see them.", "invalid_choice": "Choose who may see them."},
    )

    embargo_until = forms.CharField(
        label="Not before",
        help_text="A day, such as 2030-01-01, until which only the agency sees them. Empty: at once.",
        required=False,
        widget=forms.TextInput(attrs={"class": "usa-input", "autocomplete": "off"}),
    )

    def clean_embargo_until(self) -> date | None:
        return embargo_day(self.cleaned_data["embargo_until"])

    def __init__(self, *args, user: User, max_size_mb: int, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = user.agencies_with(Membership.Role.FILER)
        kinds = "JPEG, PNG, TIFF, WebP, GIF, HEIC, AVIF or PDF"
        self.fields["files"].help_text = f"{kinds}, up to {max_size_mb} MB each; several at once are fine."


def embargo_day(text: str) -> date | None:
    """Return the day that was typed, None where none was."""
    try:
        return parse_embargo(text, timezone.localdate())
    except BadEmbargo as error:
        raise forms.ValidationError(str(error)) from error


class DescriptionFields(forms.Form):
    """The elements that people describe a picture with in pages."""

    title = forms.CharField(label="Title", widget=forms.TextInput(attrs=TEXT))
    created = forms.CharField(
        label="Date made",
        help_text="Year, month or day, such as 2024-03-12, or the word unknown.",
        widget=forms.TextInput(attrs=TEXT),
    )
    creator = forms.CharField(
        label="Creator",
        help_text="Who took the picture; several with semicolons.",
        required=False,
        widget=forms.TextInput(attrs=TEXT),
    )
    description = forms.CharField(
        label="Description",
        required=False,
        widget=forms.Textarea(attrs={"class": "usa-textarea", "rows": 3}),
    )
    subject = forms.CharField(
        label="Subjects", help_text="With semicolons between them.", required=False, widget=forms.TextInput(attrs=TEXT)
    )
    spatial = forms.CharField(
        label="Place",
        help_text="An address or the name of a place.",
        required=False,
        widget=forms.TextInput(attrs=TEXT),
    )
    rights = forms.CharField(label="Rights statement", required=False, widget=forms.TextInput(attrs=TEXT))
    license = forms.CharField(
        label="Licence",
        help_text="The address of its text, where there is one.",
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
        parts = text.split(";") if name in SEPARATED else [text]
        return [part.strip() for part in parts if part.strip()]

    def add_problems(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            name = next((n for n in (problem.element, NUMBER + problem.element) if n in self.fields), None)
            self.add_error(name, problem.message)


class DescribeForm(DescriptionFields):
    """Step 2 of filing: the description of one draft, filled in with what the file says of itself."""

    def __init__(self, *args, upload: Upload, schemes: Iterable[Scheme], **kwargs):
        self.upload = upload
        self.suggestions = Embedded.from_json(upload.suggestions).suggestions if upload.suggestions else ()
        super().__init__(*args, prefix=upload.public_id, initial=self._suggested_values(), **kwargs)
        for scheme in schemes:
            self.fields[NUMBER + scheme.slug] = forms.CharField(
                label=scheme.label,
                help_text=f"Such as {EXAMPLES[scheme.normaliser]}." if scheme.normaliser in EXAMPLES else "",
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
        return f"Read from the file: {', '.join(sources)}" if sources else "Read from the file" if found else ""

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


class AmendForm(DescriptionFields):
    """What a filing states, to be stated otherwise; elements of which the form cannot divide the values stay out."""

    reason = forms.CharField(
        label="Why", max_length=LONGEST_REASON, required=False, widget=forms.TextInput(attrs=TEXT),
        help_text="It is kept in the history.",
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


class WithdrawForm(ReasonForm):
    """Why a filing is withdrawn; it is done when the person says that it shall be."""

    reason = forms.CharField(
        label="Why", help_text="Everybody who could see it may read this. Do not repeat what shall not be read.",
        max_length=LONGEST_REASON, widget=forms.TextInput(attrs=TEXT), error_messages=REASON_MISSING,
    )  # fmt: skip
    is_sure = forms.BooleanField(
        label="Withdraw it now", error_messages={"required": "Say that you want this by ticking the box."},
        widget=forms.CheckboxInput(attrs={"class": "usa-checkbox__input"}),
    )  # fmt: skip


class AudienceForm(ReasonForm):
    """For whom a filing shall be meant, from when on, and why."""

    audience = forms.ChoiceField(
        label="Who may see it",
        choices=Audience.choices,
        widget=forms.RadioSelect(attrs={"class": "usa-radio__input"}),
        error_messages={"required": "Choose who may see it.", "invalid_choice": "Choose who may see it."},
    )
    embargo_until = forms.CharField(
        label="Not before", help_text="A day, such as 2030-01-01, until which only its agency sees it. Empty: at once.",
        required=False, max_length=40, widget=forms.TextInput(attrs=TEXT),
    )  # fmt: skip
    reason = forms.CharField(
        label="Why", help_text="Those who may see it then can read this.", max_length=LONGEST_REASON,
        widget=forms.TextInput(attrs=TEXT), error_messages=REASON_MISSING,
    )  # fmt: skip
    is_sure = forms.BooleanField(
        label="Change it now", error_messages={"required": "Say that you want this by ticking the box."},
        widget=forms.CheckboxInput(attrs={"class": "usa-checkbox__input"}),
    )  # fmt: skip
    field_order = ("audience", "embargo_until", "reason", "is_sure")


VERDICTS = (
    (Decision.Verdict.SAME, "The same picture", "They become one record that keeps both filings.", "1"),
    (Decision.Verdict.DERIVATIVE, "One was made from the other", "Two records, linked: B was made from A.", "2"),
    (Decision.Verdict.SAME_SCENE, "Another shot of the scene", "Two records, linked as shots of one scene.", "3"),
    (Decision.Verdict.DIFFERENT, "Different pictures", "Two records; the pair is not asked about again.", "4"),
)
"""Verdict, what it says, what follows from it, and its key."""
