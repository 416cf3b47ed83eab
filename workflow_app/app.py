"""Assembly of the web application from settings and connections, with the blueprints of `web/`."""

from datetime import timedelta
from typing import Any

from flask import Flask
from flask_wtf import CSRFProtect
from sqlalchemy.orm import configure_mappers
from werkzeug.middleware.proxy_fix import ProxyFix

from workflow_app.connections import STORE_SECONDS, WEB_SECONDS, connect, now
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.office_settings import working_days
from workflow_app.services.operations import health
from workflow_app.services.operations.health import Watch
from workflow_app.services.processes import definitions
from workflow_app.settings import Settings, read_settings
from workflow_app.web import (
    accounts,
    archive,
    captures,
    cases,
    documents,
    intake,
    office_settings,
    operations,
    pages,
    processes,
    public,
    quality_check,
    reporting,
    requests,
    responses,
    roster,
    tasks,
)

ASSET_AGE = timedelta(days=365)
FORM_FIELDS = 4000
"""Largest number of form fields in one request; twelve requirement lines with all their parts have
about a hundred.
"""


def create_app(settings: Settings | None = None, works: Works | None = None) -> Flask:
    """Return the web application. Without arguments it uses settings from the environment and the
    servers they name.
    """
    settings = settings or read_settings()
    app = Flask(__name__, static_folder="web/static", template_folder="web/templates")
    app.config.update(_configuration(settings))
    is_alone = works is None
    works = works or connect(
        settings,
        pool_size=settings.web_threads,
        statement_seconds=WEB_SECONDS,
        store_seconds=STORE_SECONDS,
    )
    app.extensions[requests.EXTENSION] = requests.Sentra(
        works=works,
        max_upload_mb=settings.max_upload_mb,
        max_recording_mb=settings.max_recording_mb,
        watch=Watch(
            health.looks(works, settings.watched_folder, _intakes(settings)), automatic=is_alone
        ),
        public_url=settings.public_url,
        release=settings.processes_dir,
    )
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops
        )  # as Flask's documentation recommends

    app.before_request(responses.begin)
    app.before_request(requests.bound)
    app.before_request(requests.load)
    app.before_request(requests.enforce)
    app.before_request(requests.check_encoding)
    CSRFProtect(app)
    app.before_request(requests.refuse)
    app.after_request(operations.count)
    app.after_request(responses.finish)
    app.after_request(responses.add)
    app.after_request(responses.compress)
    app.after_request(responses.limit_age)

    requests.public(app.view_functions["static"])
    responses.register(app)
    pages.register(app)
    pages.register_compiled_page(app, settings.compiled_pages_folder)
    register(app)
    return app


def create_warm_app() -> Flask:
    """Return the web application with everything loaded that the first pages would load. The web
    server calls this once before it forks, so that its processes share the memory.
    """
    settings = read_settings()
    app = create_app(settings)
    pages.read_all(app)
    definitions.read_release(settings.processes_dir)
    for category in working_days.CATEGORIES:
        working_days.holidays(now().year, category)
    configure_mappers()
    return app


def _intakes(settings: Settings) -> list[str]:
    """Return the configured channels by which documents arrive automatically."""
    known = {health.FOLDER: settings.scan_folder, health.MAILBOX: settings.imap_host}
    return [name for name, place in known.items() if place]


def _configuration(settings: Settings) -> dict[str, Any]:
    return {
        "SECRET_KEY": settings.secret_key.get_secret_value(),
        "SESSION_COOKIE_NAME": "__Host-sentra" if settings.cookie_secure else "sentra",
        "SESSION_COOKIE_SECURE": settings.cookie_secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_REFRESH_EACH_REQUEST": False,
        "SESSION_IDLE": timedelta(minutes=settings.session_idle_minutes),
        "MAX_CONTENT_LENGTH": max(settings.max_upload_mb, settings.max_recording_mb) * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 4 * 1024 * 1024,
        "MAX_FORM_PARTS": FORM_FIELDS,
        "SEND_FILE_MAX_AGE_DEFAULT": ASSET_AGE,
        "WTF_CSRF_TIME_LIMIT": None,
        "TRUSTED_PROXIES": settings.trusted_proxies,
        "METRICS_TOKEN": settings.metrics_token.get_secret_value(),
    }


BLUEPRINTS = (
    accounts.blueprint,
    accounts.staff_blueprint,
    archive.blueprint,
    archive.bag_orders_blueprint,
    archive.archive_boxes_blueprint,
    archive.archive_proofs_blueprint,
    captures.blueprint,
    captures.capture_pages_blueprint,
    cases.blueprint,
    cases.stages_blueprint,
    cases.letters_blueprint,
    cases.identities_blueprint,
    cases.cover_sheets_blueprint,
    documents.blueprint,
    documents.search_blueprint,
    intake.blueprint,
    intake.boxes_blueprint,
    office_settings.blueprint,
    operations.blueprint,
    operations.metrics_blueprint,
    operations.incidents_blueprint,
    operations.messages_blueprint,
    pages.blueprint,
    processes.blueprint,
    processes.process_versions_blueprint,
    public.blueprint,
    public.verification_blueprint,
    public.requirements_blueprint,
    public.publications_blueprint,
    public.clauses_blueprint,
    quality_check.blueprint,
    reporting.blueprint,
    reporting.dispatches_blueprint,
    reporting.service_reports_blueprint,
    reporting.process_pages_blueprint,
    roster.blueprint,
    roster.calendars_blueprint,
    roster.absences_blueprint,
    tasks.blueprint,
    tasks.drafts_blueprint,
    tasks.form_proposals_blueprint,
    tasks.inbox_blueprint,
)


def register(app: Flask) -> None:
    """Register every blueprint with `app`."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
