"""The installation's settings: one file, read from the environment, each introduced by a sentence.

With nothing set this is the embedded default: SQLite, a folder as message broker, a folder as file store.
"""

import re
import secrets
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from environs import Env, validate

env = Env(expand_vars=False)
BASE_DIR = Path(__file__).resolve().parent.parent

# Everything that the embedded default writes lies below this folder.
DATA_DIR = env.path("DATA_DIR", BASE_DIR / "var").resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)


def _kept_secret() -> str:
    """Return the installation's own secret, made at the first start and readable by its owner alone."""
    path = DATA_DIR / "secret_key"
    try:
        with path.open("x") as file:
            path.chmod(0o600)
            file.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    return path.read_text()


# Signs sessions and forms. Give one where several web hosts share the work.
SECRET_KEY = env.str("SECRET_KEY", "") or _kept_secret()

# Only for developing: shows errors with their code.
DEBUG = env.bool("DEBUG", False)

# Host names under which the pages are served.
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", [])

# Say true where a proxy in front speaks HTTPS: cookies then travel by HTTPS alone.
HTTPS = env.bool("HTTPS", False)

# Beginning of every identifier in exports. Choose it once: identifiers are cited for decades.
BASE_IRI = env.str("BASE_IRI", "http://127.0.0.1:8000/").rstrip("/") + "/"

# Name of the catalog and of the body that publishes it, in pages and exports.
CATALOG_TITLE = env.str("CATALOG_TITLE", "City image catalog")
CATALOG_PUBLISHER = env.str("CATALOG_PUBLISHER", "City of Example")
# Where other catalogs write to; agencies may have an address of their own.
CATALOG_EMAIL = env.str("CATALOG_EMAIL", "records@city.example")

# What the city pays to keep a terabyte for a year, with its currency: "276 USD". The overview says what is saved.
PRICE_PER_TB = env.str("PRICE_PER_TB", "", validate=validate.Regexp(r"\A(\d{1,9}(\.\d{1,2})? [A-Z]{3})?\Z"))

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_filters",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "allauth",
    "allauth.account",
    "csp",
    "catalog",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "catalog.web.languages.ReadersLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "libraries": {"sentences": "catalog.web.sentences"},
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# Where rows are kept: sqlite:///path or postgres://user:password@host:5432/name.
DATABASES = {"default": env.dj_db_url("DATABASE_URL", f"sqlite:///{DATA_DIR / 'catalog.sqlite3'}", conn_max_age=60)}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        # A transaction that will write takes the write lock at once, and waits for it, instead of failing half-way.
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA mmap_size=268435456;",
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Where files are kept: "folder" below DATA_DIR, or "s3" in the bucket S3_BUCKET (any endpoint that speaks S3).
STORE = env.str("STORE", "folder", validate=validate.OneOf(["folder", "s3"]))
S3_BUCKET = env.str("S3_BUCKET", "")
S3_ENDPOINT_URL = env.str("S3_ENDPOINT_URL", None)
S3_ACCESS_KEY_ID = env.str("S3_ACCESS_KEY_ID", None)
S3_SECRET_ACCESS_KEY = env.str("S3_SECRET_ACCESS_KEY", None)
S3_REGION = env.str("S3_REGION", None)
if STORE == "s3" and not S3_BUCKET:
    raise ImproperlyConfigured("STORE=s3 needs S3_BUCKET: the name of the bucket that keeps the files.")

# The largest file that is accepted, in megabytes (10^6 bytes).
MAX_FILE_SIZE_MB = env.int("MAX_FILE_SIZE_MB", 200, validate=validate.Range(min=1))
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
FILE_UPLOAD_TEMP_DIR = DATA_DIR / "uploading"
FILE_UPLOAD_TEMP_DIR.mkdir(exist_ok=True)

# Limits of the process that decodes one picture: memory in megabytes, seconds of CPU and of the clock.
DECODE_MEMORY_MB = env.int("DECODE_MEMORY_MB", 2000, validate=validate.Range(min=256))
DECODE_CPU_SECONDS = env.int("DECODE_CPU_SECONDS", 60, validate=validate.Range(min=1))
DECODE_WALL_SECONDS = env.int("DECODE_WALL_SECONDS", 90, validate=validate.Range(min=1))

# How long a worker has a job to itself before another may take it: longer than decoding may take.
LEASE_SECONDS = env.int("LEASE_SECONDS", DECODE_WALL_SECONDS + 30, validate=validate.Range(min=1))
if LEASE_SECONDS <= DECODE_WALL_SECONDS:
    raise ImproperlyConfigured("LEASE_SECONDS must be longer than DECODE_WALL_SECONDS, or work is done twice.")

# Who names the pages that may be alike: "process" asks `manage.py matcher`, which alone keeps the fingerprints in
# memory (`serve` starts one); "embedded" keeps them in every worker, for small catalogs and single commands.
MATCHER = env.str("MATCHER", "process", validate=validate.OneOf(["process", "embedded"]))

# What wakes the workers: filesystem:// (a folder below DATA_DIR), redis://... or amqp://...
BROKER_URL = env.str("BROKER_URL", "filesystem://")
CELERY_BROKER_URL = BROKER_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_TIMEOUT = 3
# None is for ever: a worker waits for its broker however long that is away.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = env.str("QUEUE", "record-copy")
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "sweep-schedule")
CELERY_BEAT_SCHEDULE = {"sweep": {"task": "catalog.sweep", "schedule": 15.0, "options": {"expires": 15}}}
if BROKER_URL.startswith("filesystem:"):
    _messages = DATA_DIR / "messages"
    for _folder in (_messages, _messages / "control"):
        _folder.mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_messages),
        "data_folder_out": str(_messages),
        "control_folder": str(_messages / "control"),
        "polling_interval": 0.1,
    }
    CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
elif BROKER_URL.startswith("redis"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 3, "socket_timeout": 30}

# Counts attempts to sign in; several web hosts share it when it is redis://...
CACHE_URL = env.str("CACHE_URL", "")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": CACHE_URL}
    if CACHE_URL
    else {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": str(DATA_DIR / "cache")},
    # Each process keeps what it counted of searches (catalog/services/remembering.py).
    "counts": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "counts", "TIMEOUT": 600},
}

# People: accounts are given by administrators; nobody signs up by themselves.
AUTH_USER_MODEL = "catalog.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "find"
LOGOUT_REDIRECT_URL = "find"
ACCOUNT_ADAPTER = "catalog.web.accounts.ClosedAccounts"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = {"login_failed": "20/m/ip,5/5m/key", "picture_search": "20/m/ip"}
ACCOUNT_SESSION_REMEMBER = False

# What pages are written in: a reader's own choice, else the first of these that their browser asks for.
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [BASE_DIR / "catalog" / "locale"]
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_TZ = True
# The city's own time zone, for dates on pages.
TIME_ZONE = env.str("TIME_ZONE", "America/Los_Angeles")

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(DATA_DIR)}},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
    "bucket": {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": S3_BUCKET,
            "endpoint_url": S3_ENDPOINT_URL,
            "access_key": S3_ACCESS_KEY_ID,
            "secret_key": S3_SECRET_ACCESS_KEY,
            "region_name": S3_REGION,
            "file_overwrite": True,
            "default_acl": None,
            "querystring_auth": True,
        },
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# Where the map's background comes from: an address with {z}, {x} and {y}, and who is to be named for it. Empty, which
# is the default: the map shows our own outline of the city, and readers' positions are told to nobody.
MAP_TILES_URL = env.str("MAP_TILES_URL", "")
MAP_TILES_ATTRIBUTION = env.str("MAP_TILES_ATTRIBUTION", "")
_tiles = urlsplit(MAP_TILES_URL.replace("{s}", "*"))
if MAP_TILES_URL and not (
    _tiles.scheme in ("http", "https")
    and _tiles.netloc
    and {"{z}", "{x}", "{y}"} <= set(re.findall(r"{\w}", MAP_TILES_URL))
):
    raise ImproperlyConfigured("MAP_TILES_URL must be an http(s) address with {z}, {x} and {y}.")

# Nothing is loaded but from here; no script or style stands in a page.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", *([f"{_tiles.scheme}://{_tiles.netloc}"] if MAP_TILES_URL else [])],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "catalog.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "catalog.api.errors.answer",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Record Copy",
    "DESCRIPTION": "Search the catalog, read a record with its filings and evidence, file images, decide and undo.",
    "VERSION": "1",
    "ENUM_NAME_OVERRIDES": {
        "ConflictStateEnum": "catalog.models.Conflict.State",
        "FilingStateEnum": "catalog.services.tracking.CHOICES",
    },
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    # Says at every start that the embedded broker, a folder, has no host name.
    "loggers": {"kombu.connection": {"level": "ERROR"}},
    "root": {"handlers": ["console"], "level": env.log_level("LOG_LEVEL", "WARNING")},
}

env.seal()
