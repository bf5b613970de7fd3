"""What a web process does not need at its start is not in its memory."""

import os
import subprocess
import sys

from django.conf import settings

NOT_AT_THE_START = {"boto3", "imagehash", "rdflib", "scipy", "storages"}
"""What computes fingerprints, and speaks to a bucket where the files are in a folder: some 35 MB a process."""
LOOK = "import config.wsgi, sys; from django.urls import get_resolver; get_resolver().url_patterns; print(*sys.modules)"


def test_a_web_process_loads_nothing_that_only_others_need(tmp_path):
    environment = {**os.environ, "DATA_DIR": str(tmp_path), "STORE": "folder"}
    command = [sys.executable, "-W", "ignore", "-c", LOOK]
    said = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, check=True, capture_output=True, text=True)
    loaded = set(said.stdout.split())
    assert "catalog.web.urls" in loaded
    assert not loaded & NOT_AT_THE_START
