"""Give a program a token for the API."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from catalog.models import Agency, User
from catalog.services.issuing import NotIssued, issue_token


class Command(BaseCommand):
    help = "Issue a token: manage.py issue_token ana --source building/scanner --name 'scan room' --days 90 --write"

    def add_arguments(self, parser):
        parser.add_argument("username", help="in whose name the program calls")
        parser.add_argument("--source", default="", metavar="AGENCY/NAME", help="where its filings come from")
        parser.add_argument("--name", default="", help="what it is used for")
        parser.add_argument("--days", type=int, default=90, help="how long it is valid (default: 90)")
        parser.add_argument("--write", action="store_true", help="may file and decide, not only read")

    def handle(self, *, username: str, source: str, name: str, days: int, write: bool, **_):
        if not 1 <= days <= 3650:
            raise CommandError("A token is valid for 1 to 3650 days.")
        agency, source_name = self._source(source)
        try:
            token, secret = issue_token(
                owner=self._owner(username),
                agency=agency,
                source_name=source_name,
                name=(name or source or "API")[:120],
                days=days,
                may_write=write,
                at=timezone.now(),
            )
        except NotIssued as error:
            raise CommandError(str(error)) from None
        self.stderr.write(f"Valid until {token.expires_at:%Y-%m-%d}. It is shown this once; keep it like a password:")
        self.stdout.write(secret)

    def _owner(self, username: str) -> User:
        try:
            return User.objects.get(username=username)
        except User.DoesNotExist:
            raise CommandError(f"There is nobody named {username!r}.") from None

    def _source(self, source: str) -> tuple[Agency | None, str]:
        if not source:
            return None, ""
        slug, _, name = source.partition("/")
        agency = Agency.objects.filter(slug=slug).first()
        if agency is None or not 1 <= len(name) <= 120:
            known = ", ".join(Agency.objects.order_by("slug").values_list("slug", flat=True)) or "none yet"
            raise CommandError(f"Name the source as AGENCY/NAME, such as building/scanner. Agencies: {known}.")
        return agency, name
