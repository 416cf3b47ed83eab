"""The blueprints of the application: one file per noun, registered here."""

from flask import Flask

from workflow_app.web import (
    absences,
    appearance,
    archive_boxes,
    archive_proofs,
    bag_orders,
    boards,
    boxes,
    calendars,
    capture_pages,
    captures,
    cases,
    checks,
    clauses,
    configuration,
    cover_sheets,
    dispatches,
    disposals,
    documents,
    drafts,
    form_proposals,
    health,
    identities,
    inbox,
    incidents,
    letters,
    messages,
    metrics,
    process_pages,
    process_versions,
    processes,
    publications,
    requirements,
    rosters,
    search,
    service_reports,
    stacks,
    staff,
    stages,
    tasks,
    tracking,
    users,
    verification,
)

NOUNS = (
    absences, appearance, archive_boxes, archive_proofs, bag_orders, boards, boxes, calendars, capture_pages, captures, cases, checks, clauses, configuration,
    cover_sheets, dispatches, disposals, documents, drafts, form_proposals, health, identities, inbox, incidents, letters, messages, metrics,
    process_pages, process_versions, processes, publications, requirements, rosters, search, service_reports, stacks, staff, stages, tasks, tracking,
    users, verification,
)  # fmt: skip


def register(app: Flask) -> None:
    """Add every noun to `app`."""
    for noun in NOUNS:
        app.register_blueprint(noun.blueprint)
