"""The officer of a trial behaves like a person: an error page is answered by sending the same form
again.
"""

import random
import threading
from collections.abc import Callable
from typing import Any, Self, cast

import pytest

from workflow_app.tools.chaos import clerk
from workflow_app.tools.chaos.clerk import Clerk, Ledger, Unanswered
from workflow_app.tools.load import officer
from workflow_app.tools.load.officer import Fields, Officer, Page, Scan

TASK = "/tugas/00000000-0000-0000-0000-000000000001"
HIDDEN = (
    '<input type="hidden" name="csrf_token" value="a"><input type="hidden" name="kunci" '
    'value="key-1">'
)


class Site:
    """Answers in turn, and remembers what was sent."""

    username = "petugas"
    is_closed = False

    def __init__(self, *answers: Page | Exception) -> None:
        self.answers = list(answers)
        self.sent: list[Fields] = []

    def submit(self, path: str, fields: Fields, scan: Scan | None = None) -> Page:
        self.sent.append(fields)
        return self._next()

    def _next(self) -> Page:
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.is_closed = True

    def sign_in(self) -> None:
        self.sent.append({"signed": "in"})

    def inbox(self) -> Page:
        return Page("/", 200, HIDDEN.replace('"a"', '"b"'), None)


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clerk, "PAUSE", 0)


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def at_work(ledger: Ledger) -> Callable[[Site], Clerk]:
    return lambda site: Clerk(cast(Officer, site), ledger, random.Random(1), threading.Event())


def page(status: int, location: str | None = None) -> Page:
    return Page(TASK, status, "", location)


ANSWERS: Fields = {"keputusan": "setuju"}


def send(person: Clerk, scan: Scan | None = None) -> bool:
    return person._send(Page(TASK, 200, HIDDEN, None), ANSWERS, scan)


def test_after_an_error_page_and_a_broken_connection_the_same_form_goes_out_until_it_is_acknowledged(  # noqa: E501 - a sentence
    at_work: Callable[[Site], Clerk], ledger: Ledger
) -> None:
    site = Site(page(503), ConnectionResetError(), page(409), page(302, TASK))

    send(at_work(site))

    assert len(site.sent) == 4
    assert all(fields == site.sent[0] for fields in site.sent)
    assert (ledger.receipts, ledger.resent) == ([("complete", "key-1")], 3)
    assert ledger.typed == {"key-1": clerk.hashes(ANSWERS)}


def test_being_sent_to_the_sign_in_page_is_no_acknowledgement(
    at_work: Callable[[Site], Clerk], ledger: Ledger
) -> None:
    site = Site(page(302, "/masuk?ke=/"), page(302, TASK))

    send(at_work(site))

    first, _, again = site.sent
    assert again == {**first, "csrf_token": "b"}
    assert ledger.receipts == [("complete", "key-1")]


@pytest.mark.parametrize(
    "form",
    [
        '<h1>Periksa persyaratan</h1><input name="persyaratan.sim_01.given">',
        "<h1>Putuskan pengecualian</h1>",
    ],
)
def test_a_form_that_asks_about_something_else_is_left_alone(
    at_work: Callable[[Site], Clerk], ledger: Ledger, form: str
) -> None:
    person = at_work(site := Site(page(400)))

    person._fill(Page(TASK, 200, HIDDEN + form, None))

    assert (site.sent, ledger.complaints) == ([], [])
    assert person.skipped == {TASK.rpartition("/")[2]}


def test_a_paper_that_came_with_the_form_is_acknowledged_with_it(
    at_work: Callable[[Site], Clerk], ledger: Ledger
) -> None:
    send(at_work(Site(page(302, "/berkas/1"))), Scan("unggah.x", b"contoh"))

    assert ledger.receipts == [("complete", "key-1"), ("paper", officer.hash_of(b"contoh"))]


@pytest.mark.parametrize(("status", "location"), [(400, None), (302, "/")])
def test_a_form_that_the_site_did_not_take_is_a_complaint_and_not_acknowledged(
    at_work: Callable[[Site], Clerk], ledger: Ledger, status: int, location: str | None
) -> None:
    assert not send(at_work(Site(page(status, location))))

    assert (ledger.receipts, ledger.typed) == ([], {})
    assert [str(status) in sentence for sentence in ledger.complaints] == [True]


def test_whatever_goes_wrong_in_a_shift_is_a_complaint_and_the_next_shift_comes(
    at_work: Callable[[Site], Clerk], ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = at_work(Site(page(200)))
    monkeypatch.setattr(person.chance, "uniform", lambda *_: 0)
    shifts: list[Clerk] = []

    def shift(who: Clerk) -> None:
        shifts.append(who)
        if len(shifts) == 2:
            person.stop.set()
        raise ZeroDivisionError

    person.work(shift)

    assert len(shifts) == 2
    assert ["ZeroDivisionError" in sentence for sentence in ledger.complaints] == [True, True]


def test_a_site_that_never_answers_is_a_complaint(
    at_work: Callable[[Site], Clerk], ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clerk, "PATIENCE", 0.01)
    site = Site(page(500))
    person = at_work(site)

    def shift(who: Any) -> None:
        person.stop.set()
        send(who)

    person.work(shift)

    assert len(ledger.complaints) == 1
    assert "500" in ledger.complaints[0]
    assert site.is_closed
    with pytest.raises(Unanswered):
        send(person)
