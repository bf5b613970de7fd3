"""Run the whole product on this machine: pages, workers, sweep and matcher, each started again when it dies."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from catalog.services import founding

SECONDS_TO_END = 15
SECONDS_BETWEEN_STARTS = 2


@dataclass
class Process:
    """One program that is kept running; in a group of its own, so that it ends with all its children."""

    name: str
    command: list[str]
    is_once: bool = False
    running: subprocess.Popen | None = None
    started_at: float = field(default=0.0)

    def start(self) -> None:
        self.started_at = time.monotonic()
        self.running = subprocess.Popen(self.command, start_new_session=True, env=os.environ)  # noqa: S603 - our own

    def has_died(self) -> bool:
        return self.running is not None and self.running.poll() is not None

    def ask_to_end(self) -> None:
        """Ask the program itself, which lets its children finish what they do."""
        if self.running is not None:
            self.running.terminate()

    def kill(self) -> None:
        """End the program and all that it started, at once."""
        if self.running is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.running.pid, signal.SIGKILL)


class Command(BaseCommand):
    help = "Serve the catalog: web pages, Celery workers, their sweep and their matcher. Ctrl-C ends them all."

    def add_arguments(self, parser):
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--workers", type=int, default=os.cpu_count() or 2, help="processes that work on images")
        parser.add_argument("--demo", action="store_true", help="file the demo city into an empty catalog")

    def handle(self, *, host: str, port: int, workers: int, demo: bool, **_):
        call_command("migrate", verbosity=0)
        try:
            founding.confirm_base_iri(settings.BASE_IRI, at=timezone.now())
        except (founding.OtherBase, founding.NoBase) as reason:
            raise CommandError(str(reason)) from None
        call_command("collectstatic", interactive=False, verbosity=0)
        self.ending = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self.ending.set())
        processes = _processes(host, port, workers, demo)
        for process in processes:
            process.start()
        self.stdout.write(_welcome(host, port, demo))
        try:
            self._keep_running(processes)
        finally:
            self._end(processes)

    def _keep_running(self, processes: list[Process]) -> None:
        while not self.ending.wait(0.5):
            for process in processes:
                if not process.has_died() or time.monotonic() - process.started_at < SECONDS_BETWEEN_STARTS:
                    continue
                if process.is_once:
                    process.running = None
                    continue
                self.stderr.write(f"{process.name} ended unexpectedly; starting it again.")
                process.kill()  # what it left behind
                process.start()

    def _end(self, processes: list[Process]) -> None:
        self.stdout.write("\nEnding: finishing what is being worked on ...")
        for process in processes:
            process.ask_to_end()
        deadline = time.monotonic() + SECONDS_TO_END
        for process in processes:
            if process.running is None:
                continue
            with suppress(subprocess.TimeoutExpired):
                process.running.wait(max(0.1, deadline - time.monotonic()))
            process.kill()
        self.stdout.write("Ended. What was not finished goes on at the next start.")


def _processes(host: str, port: int, workers: int, demo: bool) -> list[Process]:
    python = sys.executable
    manage = str(settings.BASE_DIR / "manage.py")
    web = "-m gunicorn config.wsgi --workers 2 --threads 4 --timeout 120 --log-level warning"
    web_options = ["--bind", f"{host}:{port}", "--worker-tmp-dir", str(settings.DATA_DIR)]
    worker = "-m celery --quiet -A config worker --beat --loglevel warning"
    alone = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    worker_options = ["--concurrency", str(workers), "--hostname", f"worker-{port}@%h", *alone]
    # Celery warns whoever is root, in the middle of the welcome; a container's only user is.
    calm = ["-W", "ignore:You're running the worker with superuser"]
    found = [
        Process("The web server", [python, *web.split(), *web_options]),
        Process("The worker", [python, *calm, *worker.split(), *worker_options]),
    ]
    if settings.MATCHER == "process":
        found.append(Process("The matcher", [python, manage, "matcher"]))
    if demo:
        found.append(Process("The demo", [python, manage, "load_demo", "--decide"], is_once=True))
    return found


def _welcome(host: str, port: int, demo: bool) -> str:
    lines = ["", f"Record Copy is at http://{host}:{port}"]
    if demo:
        lines += [
            "A small demo city is being filed right now; reload to see it arrive.",
            "Sign in as officer (decides), building (files), police (restricted records) or operator (jobs);",
            "the password is record-copy-demo for each.",
        ]
    else:
        lines.append("`manage.py add_person` makes the first account, `manage.py add_agency` the first agency.")
    return "\n".join([*lines, "Ctrl-C ends it.", ""])
