"""A phone at the desk for the tests: photos of invented pages, and the link that an officer
shows.
"""

import io
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import select

from archive.models import Document
from tests.integration.services.stacks import Desk
from tests.unit.ocr import fed
from workflow_app.domain import PUBLIC, SYSTEM, Actor
from workflow_app.models import Capture, CapturePage, CaseDocument, UserSession
from workflow_app.services.accounts import sessions, users
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.intake import capture_pages, captures
from workflow_app.services.intake.captures import Held

IDLE = timedelta(minutes=60)
PLACE = "persyaratan.ktp_01.documents"
LABEL = "Fotokopi KK pelapor"


def photo(words: str) -> bytes:
    """One page as a phone takes it."""
    target = io.BytesIO()
    fed.sheet(words).convert("RGB").resize((620, 877)).save(target, "JPEG", quality=80)
    return target.getvalue()


def session_of(works: Works, who: Actor) -> UUID:
    """Somebody signs in."""
    with works.begin(SYSTEM) as work:
        token = sessions.begin(
            work, next(user for user in users.list_all(work) if user.id == who.user_id)
        )
        query = select(UserSession.id).where(UserSession.token_hash == sessions._hash(token))
        return work.session.scalars(query).one()


def shown(works: Works, who: Actor, task_id: UUID, session_id: UUID, place: str = PLACE) -> str:
    """The officer shows a link; what its code leads to."""
    with works.begin(who) as work:
        captures.open_link(work, task_id, place, session_id)
        return captures.of_task(work, task_id, session_id)[place].token


def connected(works: Works, token: str) -> str:
    """A phone takes it up; its secret."""
    with works.begin(PUBLIC) as work:
        return captures.connect(captures.by_token(work, token, IDLE, lock=True), "")


def held(work: UnitOfWork, device: str) -> Held:
    """The link of this phone."""
    return captures.by_device(work, device, IDLE, lock=True)


def pages_of(works: Works, device: str) -> list[CapturePage]:
    """The pages that wait on a phone, in their order."""
    with works.begin(PUBLIC) as work:
        capture = held(work, device).capture
        query = select(CapturePage).where(CapturePage.capture_id == capture.id)
        found = work.session.scalars(
            query.where(
                CapturePage.document_id.is_(None), CapturePage.dropped_at.is_(None)
            ).order_by(CapturePage.no)
        ).all()
        work.session.expunge_all()
        return list(found)


def captures_of(works: Works, task_id: UUID) -> list[Capture]:
    """All links there were."""
    with works.begin(SYSTEM) as work:
        query = select(Capture).where(Capture.task_id == task_id).order_by(Capture.opened_at)
        found = work.session.scalars(query).all()
        work.session.expunge_all()
        return list(found)


def add(works: Works, device: str, *words: str) -> None:
    """A phone takes photos of pages with these words."""
    for each in words:
        with works.begin(PUBLIC) as work:
            capture_pages.add(held(work, device), photo(each))


def send(works: Works, device: str, key: UUID | None = None, *, is_apart: bool = False) -> None:
    """It hands them to the desk."""
    with works.begin(PUBLIC) as work:
        capture_pages.send(held(work, device), key or uuid4(), is_apart=is_apart)


def papers_of(works: Works, desk: Desk) -> list[tuple[str, int]]:
    """Label and pages of what came to the step."""
    query = select(CaseDocument.label, Document.pages).join(
        Document, Document.id == CaseDocument.document_id
    )
    query = query.where(
        CaseDocument.case_id == desk.case_id, CaseDocument.element == "periksa_persyaratan"
    )
    with works.begin(SYSTEM) as work:
        return [
            (row.label, row.pages)
            for row in work.session.execute(query.order_by(CaseDocument.added_at))
        ]
