"""Make tokens of the API useless."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from catalog.models import User
from catalog.services.issuing import revoke_tokens


class Command(BaseCommand):
    help = "Revoke a person's tokens: manage.py revoke_token ana --name 'scan room' (without --name: all of them)"

    def add_arguments(self, parser):
        parser.add_argument("username")
        parser.add_argument("--name", default="")

    def handle(self, *, username: str, name: str, **_):
        owner = User.objects.filter(username=username).first()
        if owner is None:
            raise CommandError(f"There is nobody named {username!r}.")
        self.stdout.write(f"{revoke_tokens(owner=owner, name=name, at=timezone.now())} revoked.")
