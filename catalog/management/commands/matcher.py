"""Answer which pages may be near a page: one of these processes at a time, another when that one dies."""

import signal
import threading

from django.core.management.base import BaseCommand, CommandError

from catalog.services.answering import Matcher


class Command(BaseCommand):
    help = "Hold the fingerprints in memory and answer the workers; a second one stands by. Ctrl-C ends it."

    def add_arguments(self, parser):
        parser.add_argument(
            "--host", default="127.0.0.1", help="address to listen on, and under which the workers reach it"
        )
        parser.add_argument("--port", type=int, default=0, help="0, the default, takes a free port")

    def handle(self, *, host: str, port: int, **_):
        ending = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: ending.set())
        try:
            matcher = Matcher(host, port)
        except OSError as error:
            raise CommandError(f"Cannot listen on {host}, port {port}: {error}") from error
        with matcher:
            matcher.run(ending.is_set)
