"""The web application with its clock set two days ahead: what was given out before must still be good."""

import time
from datetime import timedelta

AHEAD = timedelta(days=2)
_now = time.time
time.time = lambda: _now() + AHEAD.total_seconds()

from django.utils import timezone  # noqa: E402

_then = timezone.now
timezone.now = lambda: _then() + AHEAD

from config.wsgi import application  # noqa: E402, F401
