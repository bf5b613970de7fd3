"""Give a person an account and a role in an agency."""

import getpass
import sys

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from catalog.models import Agency, Membership, User


class Command(BaseCommand):
    help = "Add a person: manage.py add_person ana --agency building --role officer (asks for the password)."

    def add_arguments(self, parser):
        parser.add_argument("username")
        parser.add_argument("--name", default="", help="first and last name")
        parser.add_argument("--agency", action="append", default=[], metavar="SLUG", help="may be given several times")
        parser.add_argument("--role", default=Membership.Role.VIEWER, choices=Membership.Role.values)
        parser.add_argument("--operator", action="store_true", help="may see and retry jobs")
        parser.add_argument("--auditor", action="store_true", help="may read the history of every agency")

    @transaction.atomic
    def handle(self, *, username: str, name: str, agency: list[str], role: str, operator: bool, auditor: bool, **_):
        agencies = [self._agency(slug) for slug in agency]
        first, _, last = name.partition(" ")
        user, is_new = User.objects.get_or_create(username=username, defaults={"first_name": first, "last_name": last})
        if is_new:
            user.set_password(self._password(user))
        user.is_operator |= operator
        user.is_auditor |= auditor
        user.save()
        for one in agencies:
            Membership.objects.update_or_create(user=user, agency=one, defaults={"role": role})
        where = ", ".join(str(a) for a in agencies)
        self.stdout.write(f"{username} can sign in" + (f" as {role} of {where}." if where else "."))

    def _agency(self, slug: str) -> Agency:
        agency = Agency.objects.filter(slug=slug).first()
        if agency is None:
            raise CommandError(f"There is no agency {slug!r}: `manage.py add_agency {slug} NAME` adds it.")
        return agency

    def _password(self, user: User) -> str:
        asked = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        try:
            validate_password(asked, user)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        return asked
