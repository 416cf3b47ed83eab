"""Times from which a clock counts: what a form offers for them is known, and another one is told with a reason (`reason_for`).

A field that offers `opened` asks for what had happened when the form was first shown: a citizen came in, a letter arrived. Its
one moment is the one offered. A field that offers `now` asks for what happens while the task waits: a citizen is escorted, a
letter is handed over. Any moment from when the task came up is offered until it is sent.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from workflow_app.engine.form_dates import NOW, OPENED
from workflow_app.engine.forms import Form
from workflow_app.types import WITA, Answers

OFFERS = (NOW, OPENED)


@dataclass(frozen=True)
class Told:
    """A time from which a clock counts, as somebody told it."""

    field: str
    reason_field: str
    offers_opening: bool
    at: datetime
    reason: str

    def is_moved(self, begun: datetime, leeway: timedelta) -> bool:
        """Was this time never offered? `begun` is when the form was first shown, or when its task came up."""
        offered = minute_of(begun)
        return self.at < offered - leeway or (self.offers_opening and self.at > offered + leeway)


def offers_opening(form: Form) -> bool:
    """Does the form ask for what had happened when it was first shown?"""
    return any(field.default == OPENED for field in form.fields.values())


def asks_why(form: Form, name: str) -> bool:
    """Does another field ask for the reason when this one is moved?"""
    return any(field.parameters.get("reason_for") == name for field in form.fields.values())


def told(form: Form, given: Answers) -> Iterator[Told]:
    """The starts of clocks among answers that were found valid."""
    for reason in form.fields.values():
        name = reason.parameters.get("reason_for", "")
        at = given.get(name)
        if isinstance(at, str):
            offers_opening = form.fields[name].default == OPENED
            instant = datetime.fromisoformat(at)
            yield Told(name, reason.name, offers_opening, instant, str(given.get(reason.name) or ""))


def minute_of(instant: datetime) -> datetime:
    """The minute of an instant, which is all that a form shows."""
    return instant.astimezone(WITA).replace(second=0, microsecond=0)
