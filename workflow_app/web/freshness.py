"""Pages that refresh themselves tell what they show already, and are answered 204 while nothing is new."""

from flask import request

from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.measuring import news
from workflow_app.services.watching.vitals import Vitals

HEADER = "X-Sentra-Known"
NOTHING_NEW = ("", 204)


def word(work: UnitOfWork, vitals: Vitals, *choices: object) -> str:
    """What the page will show, as one word: the state of the cases, of the background process, and what was chosen."""
    alive = ["late" if sign.is_late else "alive" for sign in vitals.signs]
    return "-".join([news.word(work), *alive, *map(str, choices)])


def is_known(current: str) -> bool:
    """Does the page that asks show just this?"""
    return request.headers.get(HEADER) == current
