"""Add an agency, so that images can be filed for it."""

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from catalog.models import Agency


class Command(BaseCommand):
    help = "Add an agency: manage.py add_agency building 'Building and Safety'"

    def add_arguments(self, parser):
        parser.add_argument("slug")
        parser.add_argument("name")
        parser.add_argument("--kind", default=Agency.Kind.DEPARTMENT, choices=Agency.Kind.values)

    def handle(self, *, slug: str, name: str, kind: str, **_):
        agency = Agency(slug=slug, name=name, kind=kind)
        try:
            agency.full_clean()
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        agency.save()
        self.stdout.write(f"{agency} can file as {slug!r}.")
