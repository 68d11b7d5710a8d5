"""Django's settings for the view, and the application that a server runs."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import django
from django.conf import settings

from servanda.present.html.engine import FILTERS
from servanda.web.workspace import Workspace

HERE = Path(__file__).parent
LOOPBACK = ("localhost", "127.0.0.1", "[::1]", "::1")


class Site:
    """Settings that all requests share. `writable`: suppositions may be saved into the record;
    `drafts`: the file of drafts to review; `names`: what a Host header may call this server."""

    workspace: Workspace
    writable: bool = False
    drafts: Path | None = None
    names: frozenset[str] = frozenset()


site = Site()


def configure() -> None:
    """Set Django up, once a process: no database, no sessions, nothing from anywhere else."""
    if settings.configured:
        return
    settings.configure(
        SECRET_KEY=secrets.token_urlsafe(40),
        DEBUG=False,
        ALLOWED_HOSTS=["*"],  # middleware.guard checks the host of every request, not only of forms
        ROOT_URLCONF="servanda.web.urls",
        INSTALLED_APPS=[],
        DATABASES={},
        USE_TZ=True,
        USE_I18N=False,
        APPEND_SLASH=False,
        DATA_UPLOAD_MAX_MEMORY_SIZE=1_000_000,
        DATA_UPLOAD_MAX_NUMBER_FIELDS=4000,  # two for each draft of a long article
        DATA_UPLOAD_MAX_NUMBER_FILES=1,
        CSRF_FAILURE_VIEW="servanda.web.error_pages.csrf_failed",
        CSRF_COOKIE_SAMESITE="Strict",
        CSRF_COOKIE_HTTPONLY=True,
        SECURE_CONTENT_TYPE_NOSNIFF=True,
        SECURE_REFERRER_POLICY="same-origin",
        SECURE_CROSS_ORIGIN_OPENER_POLICY="same-origin",
        X_FRAME_OPTIONS="DENY",
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
            "servanda.web.middleware.guard",
            "django.middleware.csrf.CsrfViewMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [HERE / "templates"],
                "OPTIONS": {
                    "builtins": [FILTERS, "servanda.web.template_filters"],
                    "string_if_invalid": "",
                },
            }
        ],
        LOGGING={
            "version": 1,
            "disable_existing_loggers": False,
            "handlers": {"stderr": {"class": "logging.StreamHandler"}},
            "loggers": {
                "django.request": {"handlers": [], "level": "CRITICAL", "propagate": False},
                "django.security": {"handlers": [], "level": "CRITICAL", "propagate": False},
                "waitress": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
            },
        },
    )
    django.setup()


def application(
    workspace: Workspace,
    hosts: Sequence[str] = (),
    writable: bool = False,
    drafts: Path | None = None,
) -> Any:
    """The WSGI application that serves a workspace."""
    configure()
    from django.core.wsgi import get_wsgi_application

    site.workspace = workspace
    site.writable = writable
    site.drafts = drafts
    site.names = frozenset((*LOOPBACK, *hosts))
    return get_wsgi_application()
