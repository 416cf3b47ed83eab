"""Jobs: rows written in the caller's transaction. What is rolled back was never asked for."""

from datetime import datetime

from procrastinate import App, SyncPsycopgConnector

from workflow_app.services.unit_of_work import UnitOfWork

app = App(connector=SyncPsycopgConnector())
"""Never opened: it only shapes job rows, which go through the caller's own connection. The worker has its own app."""

QUEUES = {"read_document": "reading"}
"""Reading papers is slow; everything a waiting citizen needs goes to the queue `counter`."""


def defer(work: UnitOfWork, name: str, *, at: datetime | None = None, **arguments: str | int | None) -> None:
    """Write a job that the worker takes after commit, not before `at`. Arguments are ids, never personal data."""
    connection = work.session.connection().connection.driver_connection
    app.configure_task(
        name,
        allow_unknown=True,
        queue=QUEUES.get(name, "counter"),
        schedule_at=at,
        connection=connection,
    ).defer(**arguments)
