"""The Celery application: `celery -A config worker -B` works and sweeps."""

import os

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

TRANSPORT_ALIASES["filesystem"] = "config.folder_broker:Transport"
app = Celery("record-copy")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
