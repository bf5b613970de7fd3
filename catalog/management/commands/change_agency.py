"""Change what an agency is called; all that tells of its filings follows."""

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from catalog import tasks
from catalog.models import Agency
from catalog.services.renaming import change_agency


class Command(BaseCommand):
    help = "Change an agency: manage.py change_agency building --name 'Building Safety and Inspection'"

    def add_arguments(self, parser):
        parser.add_argument("slug")
        parser.add_argument("--name")
        parser.add_argument("--kind", choices=Agency.Kind.values)
        parser.add_argument("--email")

    def handle(self, *, slug: str, name, kind, email, **_):
        agency = Agency.objects.filter(slug=slug).first()
        if agency is None:
            known = ", ".join(Agency.objects.order_by("slug").values_list("slug", flat=True)) or "none yet"
            raise CommandError(f"There is no agency {slug!r}. Known: {known}.")
        asked = {"name": name, "kind": kind, "email": email}
        changes = {field: value for field, value in asked.items() if value is not None}
        try:
            job = change_agency(agency=agency, by=None, at=timezone.now(), **changes)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        if job is None:
            self.stdout.write(f"{agency} is called so already; nothing was changed.")
            return
        tasks.nudge(job)
        self.stdout.write("Changed. Search and feeds follow as the workers come to it.")
