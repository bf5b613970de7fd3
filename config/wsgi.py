"""The web application. It does not start where BASE_IRI is another than the catalog's identifiers begin with."""

import logging
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

from django.conf import settings  # noqa: E402 - models can be imported from here on
from django.core.exceptions import ImproperlyConfigured  # noqa: E402
from django.db import OperationalError, ProgrammingError, connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from catalog.services import founding  # noqa: E402

try:
    founding.confirm_base_iri(settings.BASE_IRI, at=timezone.now())
except (founding.OtherBase, founding.NoBase) as reason:
    raise ImproperlyConfigured(str(reason)) from None
except (OperationalError, ProgrammingError) as error:  # it is away, or not set up yet: pages will say so
    logging.getLogger(__name__).warning("BASE_IRI could not be compared with the database: %s", error)
finally:
    connection.close()
