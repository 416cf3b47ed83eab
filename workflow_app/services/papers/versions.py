"""What people do to a paper that was scanned badly: each act makes a new version, on record; the original stays (decision 0037)."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

import archive.versions
from archive.errors import NoSuchPage, VersionOvertaken
from archive.models import Document, DocumentStatus, Page, Version
from archive.versions import Act, Change
from workflow_app.errors import Conflict, Forbidden, NotFound
from workflow_app.models.case import Case
from workflow_app.models.document import CaseDocument
from workflow_app.permissions import can_check
from workflow_app.services.accounts import people
from workflow_app.services.case_file import answers
from workflow_app.services.ground import jobs
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.papers import intake, paper_sight, paper_trail

PAUSE = timedelta(seconds=10)
"""Before the copy of a version is made: who goes from word to word makes many versions, and only the last one gets a copy."""
CHANGEABLE = (intake.UPLOAD, intake.ARCHIVE)
NOT_YOURS = (
    "Yang dapat memeriksa mutu dokumen ini arsiparis yang membacanya dan petugas yang mengerjakan berkasnya."
)
NOT_YET = (
    "Dokumen ini belum selesai dibaca, jadi mutunya belum dapat diperiksa. Tunggu sebentar, lalu muat ulang."
)
NOT_SCANNED = "Dokumen ini bukan hasil pindai yang sudah ditempatkan, jadi tidak diubah di sini."
NO_BLANKS = (
    "Tidak ada halaman kosong yang dapat dikeluarkan: halamannya berisi tulisan, atau semuanya kosong."
)
BLANK = "blank"
"""Source of a page without anything to read."""
DONE = {
    Act.CORRECTED: "kata di halaman {page} dibetulkan",
    Act.TURNED: "halaman {page} diputar",
    Act.MOVED: "halaman {page} dipindahkan",
    Act.TAKEN_OUT: "halaman {page} dikeluarkan",
    Act.BLANKS_TAKEN_OUT: "semua halaman kosong dikeluarkan",
    Act.CUT_OFF: "halaman {page} dan sesudahnya dipisah menjadi dokumen sendiri",
    Act.RESTORED: "susunan versi {page} dikembalikan",
}
AS_READ = "sebagaimana dibaca"


@dataclass(frozen=True)
class VersionView:
    """One line of the history of a paper."""

    no: int
    done: str
    """What was done, in words without anything that stands on the paper."""
    who: str
    at: datetime
    is_newest: bool
    reason: str = ""
    """Why it has no copy; empty otherwise."""


def may_change(work: UnitOfWork, document: Document, case_id: UUID | None) -> bool:
    """May the actor, who reads the document through this case or through none, put it right?"""
    if document.origin not in CHANGEABLE or document.status != DocumentStatus.READABLE:
        return False
    case = work.session.get_one(Case, case_id) if case_id else None
    return can_check(work.actor, works_on_case=case is not None and answers.works_on(work, case))


def changeable(work: UnitOfWork, document_id: UUID) -> tuple[Document, CaseDocument | None]:
    """The paper and the link it is read through, for who may put it right; raises for others, with the reason."""
    seen = paper_sight.readable(work, document_id)
    document = work.session.get_one(Document, document_id)
    if not may_change(work, document, seen.case_id if seen else None):
        if document.origin not in CHANGEABLE:
            raise Conflict(NOT_SCANNED)
        raise Conflict(NOT_YET) if document.status != DocumentStatus.READABLE else Forbidden(NOT_YOURS)
    return document, seen


def correct(work: UnitOfWork, document_id: UUID, version: int, page: int, right: Mapping[int, str]) -> int:
    """Put words of a page right, by their places. Returns the number of the version it made."""
    return _change(
        work, document_id, lambda: archive.versions.correct(
            work.session, document_id, change_of(work, version), page, right
        ), words=len(right),
    )  # fmt: skip


def turn(work: UnitOfWork, document_id: UUID, version: int, page: int, degrees: int) -> int:
    """Turn a page clockwise."""
    change = change_of(work, version)
    return _change(
        work, document_id, lambda: archive.versions.turn(work.session, document_id, change, page, degrees)
    )


def move(work: UnitOfWork, document_id: UUID, version: int, page: int, to: int) -> int:
    """Put a page at another place."""
    change = change_of(work, version)
    return _change(
        work, document_id, lambda: archive.versions.move(work.session, document_id, change, page, to)
    )


def take_out(work: UnitOfWork, document_id: UUID, version: int, page: int) -> int:
    """Leave a page out, most often a blank one."""
    change = change_of(work, version)
    return _change(
        work, document_id, lambda: archive.versions.take_out(work.session, document_id, change, [page])
    )


def take_out_blanks(work: UnitOfWork, document_id: UUID, version: int) -> int:
    """Leave out every page on which nothing was found to read, as the version shows them now."""
    pages = work.session.execute(
        select(Page.no, Page.source).where(Page.document_id == document_id).order_by(Page.no)
    ).all()
    blanks = [no for no, source in pages if source == BLANK]
    if not blanks or len(blanks) == len(pages):
        raise Conflict(NO_BLANKS)
    change = change_of(work, version)
    return _change(
        work, document_id, lambda: archive.versions.take_out(
            work.session, document_id, change, blanks, Act.BLANKS_TAKEN_OUT
        ), pages=len(blanks),
    )  # fmt: skip


def restore(work: UnitOfWork, document_id: UUID, version: int, no: int) -> int:
    """Go back to the pages of an earlier version, as a new one."""
    change = change_of(work, version)
    return _change(work, document_id, lambda: archive.versions.restore(work.session, document_id, change, no))


def of(work: UnitOfWork, document_id: UUID) -> list[VersionView]:
    """The history of a paper that the actor may read, the newest version first; nothing for one that nobody changed."""
    paper_sight.readable(work, document_id)
    made = archive.versions.of(work.session, document_id)
    if not made:
        return []
    names = people.names_of(work, [version.made_by for version in made if version.made_by])
    document = work.session.get_one(Document, document_id)
    lines = [
        VersionView(
            version.no,
            done(version),
            names.get(version.made_by, "Sistem") if version.made_by else "Sistem",
            version.made_at,
            version.no == document.version,
            version.reason,
        )
        for version in made
    ]
    return [*lines, VersionView(1, AS_READ, "Sistem", document.added_at, is_newest=False)]


def done(version: Version) -> str:
    """What was done to make a version, in words."""
    return DONE[Act(version.act)].format(page=version.page)


def change_of(work: UnitOfWork, version: int) -> Change:
    """The actor's change of the version that he looked at."""
    return Change(version, work.actor.user_id, work.clock())


def note(work: UnitOfWork, version: Version, **facts: int | str) -> None:
    """A version was made: on record, and its copy will be."""
    paper_trail.happened(
        work,
        version.document_id,
        "document.version",
        version=version.no,
        act=str(version.act),
        page=version.page,
        done=done(version),
        **facts,
    )
    jobs.defer(
        work,
        "make_version",
        at=work.clock() + PAUSE,
        document_id=str(version.document_id),
        version=version.no,
    )


@contextmanager
def overtaking_told(work: UnitOfWork, document_id: UUID) -> Iterator[None]:
    """Who was overtaken is told by whom, and that nothing of his is stored."""
    try:
        yield
    except VersionOvertaken as error:
        newest = archive.versions.of(work.session, document_id)[:1]
        names = people.names_of(work, [version.made_by for version in newest if version.made_by])
        who = next(iter(names.values()), "orang lain")
        raise Conflict(
            f"Dokumen ini baru saja diubah {who}, jadi perubahan Anda belum disimpan. Muat ulang halaman, lalu ulangi."
        ) from error
    except NoSuchPage as error:
        raise NotFound(error.sentence) from error


def _change(work: UnitOfWork, document_id: UUID, make: Callable[[], Version], **facts: int) -> int:
    changeable(work, document_id)
    with overtaking_told(work, document_id):
        version = make()
    note(work, version, **facts)
    return version.no
