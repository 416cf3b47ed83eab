"""A bench counts as done what was done, and as an error whatever else came."""

import itertools
from collections.abc import Callable
from http.client import RemoteDisconnected
from typing import cast

import pytest

from workflow_app.tools.load import officer, tasks
from workflow_app.tools.load.officer import Fields, Officer, Page
from workflow_app.tools.load.tasks import Desk

ID = "00000000-0000-0000-0000-000000000001"
FORM = '<input type="hidden" name="kunci" value="k"><input type="hidden" name="versi" value="v">'
NEXT = Page("", 302, "", f"/tugas/{ID}")


class Site:
    """A list with one task, and one answer to every form."""

    username = "contoh1"

    def __init__(self, answer: Callable[[], Page], listed: str = f'<a href="/tugas/{ID}">') -> None:
        self.answer = answer
        self.listed = listed
        self.sent: list[Fields] = []
        self.had_room: list[bool] = []

    def reconnect(self) -> None:
        pass

    def inbox(self) -> Page:
        return Page("/", 200, self.listed, None)

    def open(self, task: str) -> Page:
        return Page(f"/tugas/{task}", 200, FORM, None)

    def complete(self, page: Page, answers: Fields, *, takes_files: bool) -> Page:
        self.had_room.append(takes_files)
        self.sent.append({**page.hidden, **answers})
        return self.answer()


def desk(site: Site) -> Desk:
    return Desk(cast(Officer, site), itertools.count(7))


def disconnected() -> Page:
    raise RemoteDisconnected("gone")


def test_a_case_is_five_completions_of_one_citizen_each_with_a_key_of_its_own() -> None:
    site = Site(lambda: NEXT)
    at_work = desk(site)

    at_work.work(2)

    forms = len(officer.DESK)
    assert (len(at_work.waits), at_work.errors) == (2 * forms, [])
    assert len({str(fields["kunci"]) for fields in site.sent}) == 2 * forms
    assert {fields["versi"] for fields in site.sent} == {""}
    assert site.had_room == [False, False, False, False, True] * 2, "as the pages have"
    assert [fields["nama"] for fields in site.sent if "nama" in fields] == [
        "Contoh Warga Nomor 7",
        "Contoh Warga Nomor 8",
    ]


def test_an_officer_who_opens_the_forms_sends_what_they_carry() -> None:
    site = Site(lambda: NEXT)
    at_work = desk(site)
    at_work.with_pages = True

    at_work.work(1)

    assert {(fields["kunci"], fields["versi"]) for fields in site.sent} == {("k", "v")}
    assert len(at_work.page_waits) == 1 + len(officer.DESK)


@pytest.mark.parametrize(
    "site",
    [
        Site(disconnected),
        Site(lambda: Page("", 302, "", "/masuk?lanjut=/")),
        Site(lambda: Page("", 302, "", "/")),
        Site(lambda: Page("", 400, "", None)),
        Site(lambda: NEXT, listed="nothing"),
    ],
    ids=["connection broken", "sign-in page", "elsewhere", "refused", "empty list"],
)
def test_whatever_is_no_completion_is_an_error(site: Site) -> None:
    at_work = desk(site)

    at_work.work(3)

    assert (len(at_work.waits), len(at_work.errors)) == (0, 3)


def test_a_completion_that_only_one_side_knows_of_is_an_error() -> None:
    served, broken = desk(Site(lambda: NEXT)), desk(Site(disconnected))
    served.work(1)
    broken.work(1)

    assert len(tasks.errors_of([served], 5)) == 0
    assert len(tasks.errors_of([served], 3)) == 2
    assert len(tasks.errors_of([served, broken], 6)) == 2
