"""The blueprints of the application; each module of `web/` holds those of one room."""

from flask import Flask

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
    roster,
    tasks,
)

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
