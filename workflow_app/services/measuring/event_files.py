"""The forms in which the event log is exported."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.measuring import event_export, ocel, xes
from workflow_app.services.measuring.event_export import Selection


@dataclass(frozen=True)
class Form:
    """A format of process mining."""

    mimetype: str
    ending: str
    write: Callable[[UnitOfWork, Selection], Iterator[str]]


FORMS: Mapping[str, Form] = {
    "xes": Form("application/xml", ".xes", lambda work, chosen: xes.write(event_export.traces(work, chosen))),
    "ocel": Form(
        "application/json",
        ".jsonocel",
        lambda work, chosen: ocel.write(event_export.cases(work, chosen), event_export.traces(work, chosen)),
    ),
}


def export(work: UnitOfWork, selection: Selection, form: str) -> Iterator[bytes]:
    """The log in pieces, to be written as they come; on record once the last was taken. Raises `Forbidden` before the first."""
    event_export.check(work)

    def pieces() -> Iterator[bytes]:
        for piece in FORMS[form].write(work, selection):
            yield piece.encode()
        event_export.record(work, selection, form)

    return pieces()
