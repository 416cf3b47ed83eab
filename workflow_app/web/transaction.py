"""The transaction of a request: leaving the `with` commits all of it or nothing. Redirect or render afterwards."""

from contextlib import AbstractContextManager

from workflow_app.services.case_file import incidents
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.web.parts import sentra
from workflow_app.web.session import current_actor


def unit_of_work() -> AbstractContextManager[UnitOfWork]:
    """A unit of work in which the signed-in user (or the public) acts. A fault of a process model is recorded."""
    return incidents.unit_of_work(sentra().works, current_actor())


def instant() -> AbstractContextManager[UnitOfWork]:
    """The same for a page that sets several answers about what others change side by side: all are of one instant, and only read."""
    return sentra().works.instant(current_actor())
