"""Let all identifiers of the catalog begin otherwise, on purpose."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from catalog.services.founding import NoBase, change_base_iri


class Command(BaseCommand):
    help = (
        "Change what every identifier begins with; then start with BASE_IRI set to the same. Addresses that others "
        "have cited are to be redirected from the old ones, and whoever harvests has to read everything anew."
    )

    def add_arguments(self, parser):
        parser.add_argument("base_iri")
        parser.add_argument("--reason", required=True, help="kept in the history")

    def handle(self, *, base_iri: str, reason: str, **_):
        base_iri = base_iri.rstrip("/") + "/"
        try:
            is_new = change_base_iri(base_iri, reason=reason, at=timezone.now())
        except NoBase as error:
            raise CommandError(str(error)) from None
        if not is_new:
            self.stdout.write(f"Identifiers begin with {base_iri} already; nothing was changed.")
            return
        self.stdout.write(f"Identifiers begin with {base_iri} from the next start with BASE_IRI={base_iri} on.")
