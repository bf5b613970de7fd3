"""What two copies say of themselves, element by element, for the person who decides about them."""

from catalog.metadata.elements import DATE_SCHEMES, ELEMENTS
from catalog.models import Assignment, Copy, Statement

from .words import date_in_words

CAPTURE = (("make", "Camera make"), ("model", "Camera"), ("serial", "Camera number"), ("software", "Program"))


def side_by_side(copy_a: Copy, copy_b: Copy) -> list[tuple[str, str, str]]:
    """Return (label, of A, of B) in the order of a description; what neither states is left out."""
    a, b = _said_of(copy_a), _said_of(copy_b)
    return [(label, a.get(label, ""), b.get(label, "")) for label in a | b]


def _said_of(copy: Copy) -> dict[str, str]:
    filings = copy.filings.standing()
    said: dict[str, list[str]] = {}
    stated = list(Statement.objects.standing().filter(filing__in=filings)) + list(
        Statement.objects.standing().filter(file=copy.file_id)
    )
    order = {name: n for n, name in enumerate(ELEMENTS)}
    for statement in sorted(stated, key=lambda s: (order.get(s.element, len(order)), s.pk)):
        element = ELEMENTS.get(statement.element)
        is_date = element is not None and element.schemes == DATE_SCHEMES
        value = date_in_words(statement.value) if is_date else statement.value
        said.setdefault(element.label if element else statement.element, []).append(value)
    assigned = Assignment.objects.filter(filing__in=filings).exclude(status=Assignment.Status.WRONG)
    for assignment in assigned.select_related("identifier__scheme").order_by("identifier__scheme__slug", "pk"):
        said.setdefault(assignment.identifier.scheme.label, []).append(assignment.identifier.value)
    for key, label in CAPTURE:
        if value := copy.file.capture.get(key):
            said.setdefault(label, []).append(str(value))
    said["File name"] = [filing.file_name for filing in filings]
    return {label: "; ".join(dict.fromkeys(values)) for label, values in said.items()}
