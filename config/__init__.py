import os

# As many processes work as there are cores, so none of them starts threads of its own; read at import.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OPENCV_FOR_THREADS_NUM", "1")

from .celery import app as celery_app  # noqa: E402

__all__ = ["celery_app"]
