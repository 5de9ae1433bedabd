"""Settings, in one file. Environment variables are read only here, through ``environment``."""

from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from activity_project import databases, embedded, environment, logs, sandbox

# --- Where things are -------------------------------------------------------------------------

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(environment.text("ACTIVITY_DATA_DIR", str(BASE_DIR / ".data")))
MEDIA_ROOT = Path(environment.text("MEDIA_ROOT", str(DATA_DIR / "media")))
STATIC_ROOT = Path(environment.text("STATIC_ROOT", str(DATA_DIR / "static")))

# --- Core -------------------------------------------------------------------------------------

DEBUG = environment.flag("DEBUG", default=False)
SECRET_KEY = (
    environment.text("SECRET_KEY", "development-only-" + "key-" * 12)
    if DEBUG
    else environment.required_text("SECRET_KEY", why="it signs sessions; set DEBUG=1 to develop without one.")
)
# Earlier secrets, by which what they signed or sealed is still read while a new one takes over.
SECRET_KEY_FALLBACKS = list(environment.words("SECRET_KEY_FALLBACKS"))
ALLOWED_HOSTS = list(environment.words("ALLOWED_HOSTS", ("localhost", "127.0.0.1", "[::1]") if DEBUG else ()))
CSRF_TRUSTED_ORIGINS = list(environment.words("CSRF_TRUSTED_ORIGINS"))
SITE_NAME = "Activity"
# Where the outside reaches this installation: in links of mails, and in what credentials say about their issuer.
SITE_URL = environment.text(
    "SITE_URL", "http://localhost:8000" if DEBUG or not ALLOWED_HOSTS else f"https://{ALLOWED_HOSTS[0].lstrip('.')}"
).rstrip("/")

INSTALLED_APPS = [
    "activity_project",
    "apps.common",
    "apps.webhooks",
    "apps.accounts",
    "apps.credits",
    "apps.generations",
    "apps.activity",
    "apps.credentials",
    "apps.orders",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_filters",
    "django_htmx",
    "template_partials",
    "csp",
    "activity_project.apps.RecordsConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
]

# Who shows it may read /metrics; without it requests aren't timed and the address doesn't exist.
METRICS_TOKEN = environment.text("METRICS_TOKEN")
if METRICS_TOKEN and len(METRICS_TOKEN) < 16:
    raise ImproperlyConfigured("METRICS_TOKEN is short enough to be guessed; write 16 characters or more.")

MIDDLEWARE = [
    *(["apps.common.metering.MeteringMiddleware"] if METRICS_TOKEN else []),
    "apps.common.request_ids.RequestIdMiddleware",
    "apps.common.problem.ProblemMiddleware",
    # What every answer says stands outside of whatever may answer: files, redirects to HTTPS, refusals.
    "apps.common.answer_headers.AnswerHeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "apps.common.compression.CompressionMiddleware",
    "apps.common.bodies.BodyLimitMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    *(["apps.accounts.middleware.OwnWritesMiddleware"] if environment.text("DATABASE_REPLICA_URL") else []),
    "apps.accounts.middleware.UserTimeZoneMiddleware",
    "apps.accounts.middleware.VisitMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "activity_project.urls"
WSGI_APPLICATION = "activity_project.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "apps.common.context.site",
            ],
            "builtins": ["apps.common.templatetags.activity", "django_htmx.templatetags.django_htmx"],
        },
    }
]

# --- Database ---------------------------------------------------------------------------------

# Web processes share a pool between their threads; commands and workers hold one plain connection.
_THREADS = environment.integer("DATABASE_POOL_SIZE", 0)
_DATABASE = environment.postgres("DATABASE_URL", embedded.database_url(DATA_DIR))
# Given where DATABASE_URL leads through a pooler in transaction mode: PostgreSQL itself, for what needs a session.
_BEHIND_POOLER = bool(environment.text("DATABASE_DIRECT_URL"))

DATABASES = {"default": databases.itself(_DATABASE, threads=_THREADS)}
if _BEHIND_POOLER:
    environment.required_text("DATABASE_URL", why="DATABASE_DIRECT_URL says that it leads through a pooler.")
    DATABASES = databases.pooled(
        _DATABASE,
        environment.postgres("DATABASE_DIRECT_URL", ""),
        prepared=environment.flag("DATABASE_POOLER_PREPARES", default=False),
        threads=_THREADS,
    )
if environment.text("DATABASE_REPLICA_URL"):
    DATABASES["replica"] = databases.replica(environment.postgres("DATABASE_REPLICA_URL", ""), _DATABASE)
# A replica that is further behind than this isn't read from.
DATABASE_REPLICA_LAG_SECONDS = environment.integer("DATABASE_REPLICA_LAG_SECONDS", 10, least=1, most=60)

# --- Cache, sessions, messages ----------------------------------------------------------------

# In PostgreSQL, so that sign-in limits are shared by all processes and pages stay up without the broker.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "django_cache",
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    }
}
SESSION_ENGINE = "apps.accounts.sessions"
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"

# --- People -----------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "activity:timeline"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_ADAPTER = "apps.credits.sign_up.SignUpAdapter"
# Asked for as soon as mail really leaves the machine; with console mail nobody could answer it.
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if environment.text("EMAIL_URL") else "optional"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ADAPTER = "apps.accounts.second_factor.SealedSecrets"
MFA_FORMS = {"activate_totp": "apps.accounts.second_factor.ActivationForm"}
# Whether the staff's pages and the raw records open only to sessions in which a second factor was shown.
STAFF_MFA_REQUIRED = environment.flag("STAFF_MFA_REQUIRED", default=False)

# --- Mail -------------------------------------------------------------------------------------

_EMAIL = environment.email("EMAIL_URL")
EMAIL_BACKEND = _EMAIL["EMAIL_BACKEND"]
EMAIL_HOST = _EMAIL.get("EMAIL_HOST", "localhost")
EMAIL_PORT = _EMAIL.get("EMAIL_PORT", 25)
EMAIL_HOST_USER = _EMAIL.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = _EMAIL.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_SSL = _EMAIL.get("EMAIL_USE_SSL", False)
EMAIL_USE_TLS = _EMAIL.get("EMAIL_USE_TLS", False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = environment.text("DEFAULT_FROM_EMAIL", "Activity <activity@localhost>")

# --- Words and time ---------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- Files ------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage",
        # They are collected by whoever builds the image, and read by an account without rights.
        "OPTIONS": {"file_permissions_mode": 0o644},
    },
}
FILE_UPLOAD_PERMISSIONS = 0o640
WHITENOISE_ALLOW_ALL_ORIGINS = False  # no page but our own needs them

# --- Work outside the request -----------------------------------------------------------------

BROKER_URL = environment.redis("REDIS_URL", embedded.broker_url(DATA_DIR))

# --- Generations ------------------------------------------------------------------------------

IMAGE_PROVIDER = environment.one_of("IMAGE_PROVIDER", ("sketch", "openai"), "sketch")
# The sketch provider's bad days, for every picture: so slow, or failing like this (see SketchProvider).
SKETCH_DELAY_MS = environment.integer("SKETCH_DELAY_MS", 0)
SKETCH_FAIL = environment.one_of("SKETCH_FAIL", ("", "fail", "refuse", "flaky"), "")
# A queued job is offered to the workers again after this; a processing one that stood still for longer has failed.
GENERATION_PICKUP_SECONDS = environment.integer("GENERATION_PICKUP_SECONDS", 60, least=1)
GENERATION_STALL_SECONDS = environment.integer("GENERATION_STALL_SECONDS", 300, least=1)
# After a provider's bad moment the job is tried again: at first after this, then after twice as long.
GENERATION_BACKOFF_SECONDS = environment.integer("GENERATION_BACKOFF_SECONDS", 5)
# Results' files are removed when they are so many days old; 0 keeps them for good.
GENERATION_FILES_KEPT_DAYS = environment.integer("GENERATION_FILES_KEPT_DAYS", 0)

OPENAI_API_KEY = environment.text("OPENAI_API_KEY")
OPENAI_BASE_URL = environment.http_url("OPENAI_BASE_URL", "https://api.openai.com/v1")
OPENAI_IMAGE_MODEL = environment.text("OPENAI_IMAGE_MODEL", "gpt-image-2")
# For all that one attempt at a job needs; shorter than what counts as standing still.
OPENAI_TIMEOUT_SECONDS = environment.integer(
    "OPENAI_TIMEOUT_SECONDS", GENERATION_STALL_SECONDS * 4 // 5, least=1, most=GENERATION_STALL_SECONDS
)
# Where images that the API gives by address may be fetched, beside the API's own origin: public hosts
# (`images.example.com`, `.example.com`), or whole origins, which may be private (`http://images:8080`).
OPENAI_RESULT_HOSTS = environment.words("OPENAI_RESULT_HOSTS")
if IMAGE_PROVIDER == "openai":
    environment.required_text("OPENAI_API_KEY", why="IMAGE_PROVIDER=openai calls the API with it.")
    environment.required_package("openai", extra="openai", why="IMAGE_PROVIDER=openai calls the API through it.")

# --- Credentials ------------------------------------------------------------------------------

# Seal the issuers' signing keys: the first one seals, all of them open.
CREDENTIALS_KEYS = list(environment.words("CREDENTIALS_KEYS")) or [SECRET_KEY]
INBOX_DAYS = environment.integer("INBOX_DAYS", 30, least=1)

# --- Payments, print provider, mail provider --------------------------------------------------

STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET = environment.together(
    "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", why="payments need both: the key takes them, the secret proves them."
)
STRIPE_API_BASE = environment.http_url("STRIPE_API_BASE", "https://api.stripe.com")
if not DEBUG and STRIPE_SECRET_KEY.startswith(("sk_test_", "rk_test_")):
    raise ImproperlyConfigured("STRIPE_SECRET_KEY is a test key: nobody would pay. Set the live one, or DEBUG=1.")
PRINTIFY_API_TOKEN, PRINTIFY_SHOP_ID, PRINTIFY_WEBHOOK_SECRET = environment.together(
    "PRINTIFY_API_TOKEN",
    "PRINTIFY_SHOP_ID",
    "PRINTIFY_WEBHOOK_SECRET",
    why="orders go to a shop by the token, and their progress comes back signed with the secret.",
)
PRINTIFY_API_BASE = environment.http_url("PRINTIFY_API_BASE", "https://api.printify.com/v1")
# `user:password` that the mail provider shows when it tells of bounces; without it nobody gets in.
ANYMAIL = {"WEBHOOK_SECRET": environment.text("ANYMAIL_WEBHOOK_SECRET")}
# What webhooks said is kept so long, to run them again and to rebuild the activity log.
WEBHOOK_RETENTION_DAYS = environment.integer("WEBHOOK_RETENTION_DAYS", 90, least=1)

# --- Orders -----------------------------------------------------------------------------------

# Where log entries wait that the database couldn't take; shared by all processes that log, and by the worker.
ACTIVITY_LOG_SPOOL = DATA_DIR / "spool"
# Older entries of the log are removed every night, but for those that still need a person.
ACTIVITY_LOG_RETENTION_DAYS = environment.integer("ACTIVITY_LOG_RETENTION_DAYS", 90, least=1)
# How long an order may wait for what comes next before somebody is told: for its submission once it is paid, for its
# shipment once it is in production, for its delivery once it is on its way.
ORDER_SUBMISSION_MINUTES = environment.integer("ORDER_SUBMISSION_MINUTES", 30, least=1)
ORDER_PRODUCTION_DAYS = environment.integer("ORDER_PRODUCTION_DAYS", 10, least=1)
ORDER_DELIVERY_DAYS = environment.integer("ORDER_DELIVERY_DAYS", 21, least=1)
# The print provider is asked after an order of which it hasn't told for so long.
ORDER_RECONCILE_MINUTES = environment.integer("ORDER_RECONCILE_MINUTES", 30, least=1)

# --- Shop -------------------------------------------------------------------------------------

# The print provider names prices without a currency: it is the one that is set there for the shop.
SHOP_CURRENCY = environment.one_of("SHOP_CURRENCY", ("GBP", "EUR", "USD", "AUD", "CAD", "CHF"), "GBP")
# Put on the prices set at the print provider, in percent.
SHOP_MARKUP_PERCENT = environment.integer("SHOP_MARKUP_PERCENT", 0, least=0, most=1_000)
# For one order, however large; 0 where the prices cover it.
SHOP_SHIPPING_MINOR = environment.integer("SHOP_SHIPPING_MINOR", 0, least=0)
# A cart that nobody was busy with for so long counts as left; whose address is known is reminded once.
ABANDONED_CART_SECONDS = environment.integer("ABANDONED_CART_SECONDS", 3_600, least=1)
# Where is delivered to: ISO 3166 codes.
SHOP_COUNTRIES = environment.words(
    "SHOP_COUNTRIES", ("GB", "IE", "AT", "BE", "CH", "DE", "DK", "ES", "FR", "IT", "NL", "NO", "PL", "SE", "US", "CA")
)
# Where the provider's pictures of products may be fetched: public hosts, or whole origins (see OPENAI_RESULT_HOSTS).
SHOP_PICTURE_HOSTS = environment.words("SHOP_PICTURE_HOSTS", (".printify.com",))
SHOP_PICTURE_ORIGINS: tuple[str, ...] = environment.words("SHOP_PICTURE_ORIGINS")

# --- Analytics --------------------------------------------------------------------------------

POSTHOG_API_KEY = environment.text("POSTHOG_API_KEY")
POSTHOG_HOST = environment.text("POSTHOG_HOST", "https://eu.i.posthog.com")

# --- Security ---------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],  # the second factor's QR code is a data image
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF, "https://checkout.stripe.com"],  # a form's answer leads to the payment page
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
# DEBUG serves plain HTTP on this machine; anything else is HTTPS, behind a proxy that says so.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEBUG
# By these names a browser takes them from this very host alone, over HTTPS: no other can put its own in their place.
_COOKIE_PREFIX = "" if DEBUG else "__Host-"
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{_COOKIE_PREFIX}sessionid", f"{_COOKIE_PREFIX}csrftoken"
CSRF_COOKIE_HTTPONLY = True  # pages carry the token themselves
SECURE_SSL_REDIRECT = environment.flag("SECURE_SSL_REDIRECT", default=not DEBUG)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 0 if DEBUG else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not DEBUG
# How many proxies of ours stand in front, one behind the other: each has added whom it speaks with to X-Forwarded-For,
# and what stands further left in it anybody may have written.
_PROXIES = environment.integer("BEHIND_PROXY", 0, most=5)
ALLAUTH_TRUSTED_PROXY_COUNT = _PROXIES
if _PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# No form takes a file, so none is stored, and no body needs more.
FILE_UPLOAD_HANDLERS: list[str] = []
DATA_UPLOAD_MAX_MEMORY_SIZE = MOST_BODY_BYTES = 2_500_000

# --- Logs -------------------------------------------------------------------------------------

LOGGING_CONFIG = "activity_project.logs.configure"
LOGGING = logs.settings(as_json=not DEBUG, level=environment.text("LOG_LEVEL", "INFO"))

# --- Monitoring -------------------------------------------------------------------------------

# What /readyz holds the parts of this installation to. For one answer of the database, or of the broker:
READYZ_ANSWER_MS = environment.integer("READYZ_ANSWER_MS", 500, least=10, most=2_000)
# How far this process's clock may be from the database's,
READYZ_CLOCK_SECONDS = environment.integer("READYZ_CLOCK_SECONDS", 60, least=1)
# how old beat's heartbeat may be, which comes every 15 seconds,
READYZ_BEAT_SECONDS = environment.integer("READYZ_BEAT_SECONDS", 90, least=15)
# how many entries of the activity log may wait in the spool,
READYZ_SPOOL_ENTRIES = environment.integer("READYZ_SPOOL_ENTRIES", 100)
# and how many webhooks for being processed although they are due.
READYZ_INBOX_DELIVERIES = environment.integer("READYZ_INBOX_DELIVERIES", 100)

# Where every process counts, shared by all those of a host; best in memory: a full disk must not stop the counting.
METRICS_DIR = Path(environment.text("METRICS_DIR", str(DATA_DIR / "metrics")))

# Where errors are reported to.
SENTRY_DSN = environment.text("SENTRY_DSN")
if SENTRY_DSN:
    environment.http_url("SENTRY_DSN", "https://key@sentry.example.com/1")
    environment.required_package("sentry_sdk", extra="sentry", why="SENTRY_DSN asks for reports of errors.")

# --- Sandbox ----------------------------------------------------------------------------------

# Stand-ins for the providers, on a development machine without keys. Last, because it takes their places above.
SANDBOX = sandbox.is_on(debug=DEBUG)
SANDBOX_ADDRESS = sandbox.address()
SANDBOX_WEBHOOKS_TO = sandbox.webhooks_to()

if SANDBOX:
    INSTALLED_APPS.append("apps.sandbox")
    _KEYS = sandbox.Keys.of(DATA_DIR)
    STRIPE_API_BASE = f"{SANDBOX_ADDRESS}/sandbox/stripe"
    STRIPE_SECRET_KEY = f"sk_test_{_KEYS.derived('stripe')}"
    STRIPE_WEBHOOK_SECRET = f"whsec_{_KEYS.derived('stripe webhooks')}"
    PRINTIFY_API_BASE = f"{SANDBOX_ADDRESS}/sandbox/printify/v1"
    PRINTIFY_API_TOKEN = _KEYS.derived("printify")
    PRINTIFY_SHOP_ID = sandbox.SHOP_ID
    # Where an order takes a minute, what was lost shouldn't take thirty.
    ORDER_RECONCILE_MINUTES = environment.integer("ORDER_RECONCILE_MINUTES", 1, least=1)
    SHOP_PICTURE_ORIGINS = (SANDBOX_ADDRESS,)
    MOST_BODY_BYTES = 100_000_000  # pictures to be printed
    PRINTIFY_WEBHOOK_SECRET = _KEYS.derived("printify webhooks")
    SANDBOX_MAIL = {
        "POSTMARK_API_URL": f"{SANDBOX_ADDRESS}/sandbox/postmark/",
        "POSTMARK_SERVER_TOKEN": _KEYS.derived("postmark"),
        "WEBHOOK_SECRET": f"sandbox:{_KEYS.derived('postmark webhooks')}",
    }
    if not environment.text("EMAIL_URL"):
        EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
        ANYMAIL = SANDBOX_MAIL
