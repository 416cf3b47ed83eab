"""What people do with whole cases: begin, open a box, add papers, unlock, cancel, withdraw letters,
take up again, correct times.
"""

import io
from datetime import timedelta
from uuid import UUID

from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import select

from tests.integration.stateful import rules
from tests.integration.stateful.desk import anybody, which
from tests.integration.stateful.hall import Hall, deed
from tests.integration.stateful.repertoire import NAME
from tests.integration.stateful.rules import STARTERS
from workflow_app.domain import WITA
from workflow_app.models import Case, Incident, Letter, Submission
from workflow_app.services.accounts import users
from workflow_app.services.cases import answers, incidents, stages
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.documents import documents
from workflow_app.services.letters import letters, printing
from workflow_app.services.office_settings import configuration
from workflow_app.services.processes.definitions import definition_of
from workflow_app.services.workflow import cases, complaint_boxes

REASON = f"{NAME}: alasan yang cukup panjang"
"""Officers name people in reasons."""
LEADS = frozenset({"pamapta", "ka_spkt"})
UNLOCKERS = LEADS | {
    "petugas",
    "auditor",
    "piket_reskrim",
    "piket_narkoba",
    "piket_lantas",
    "piket_propam",
}
RETRIERS = LEADS | {"admin", "piket_propam"}
reasons = st.sampled_from(["", "pendek", REASON, REASON, REASON])


class Casework(Hall):
    """Cases."""

    def __init__(self) -> None:
        super().__init__()
        self.begun: dict[str, str] = {}
        """Token of a page to who started a case with it."""
        self.cancelled: dict[UUID, str] = {}
        """Case to who cancelled it."""
        self.reopened: dict[UUID, tuple[str, UUID]] = {}
        """Case to who took it up again last, and the case that goes on."""

    @deed(
        actor=st.none() | anybody.filter(lambda name: name != "unit_lain"),
        chosen=which,
        token=st.sampled_from("ABCDEF"),
    )
    def start(self, actor: str | None, chosen: int, token: str) -> None:
        """The other unit would start a case of its own. A token that was used starts nothing
        more.
        """
        key = self.ground.processes[chosen % len(self.ground.processes)]
        with self.reading() as work:
            starters = rules.starters(work, key)
        actor = actor or self.somebody_of(starters)
        who, begun_by = self.people[actor], self.begun.get(token)
        before = self.snapshot()
        legal = bool(who.roles & starters) and begun_by in (None, actor)
        if self.act(actor, legal, lambda work: cases.start(work, key, f"{self.marks}{token}")):
            assert begun_by is None or self.snapshot() == before, "one page has started two cases"
            self.begun[token] = actor

    @deed(
        actor=st.just("petugas") | anybody, witness=anybody, sheets=st.integers(0, 2), chosen=which
    )
    def open_box(self, actor: str, witness: str, sheets: int, chosen: int) -> None:
        """R19: two people open a box, and each sheet becomes a case."""
        with self.reading() as work:
            names = configuration.value(work, "kotak_pengaduan")
            second = next((user for user in users.list_all(work) if user.username == witness), None)
        who, other = self.people[actor], self.people[witness]
        box, now = names[chosen % len(names)], self.ground.clock().astimezone(WITA)
        asked = complaint_boxes.Asked(box, now.strftime("%Y-%m-%dT%H:%M"), str(sheets))
        is_pair = (
            other.user_id != who.user_id
            and other.unit == who.unit
            and bool(self.roles[witness] & (STARTERS | LEADS))
        )
        legal = "petugas" in who.roles and who.unit == "spkt" and is_pair
        token = f"{self.marks}{box}{now.isoformat()}"
        self.act(
            actor,
            None if legal else False,
            lambda work: complaint_boxes.open_box(work, asked, second, token),
        )

    @deed(actor=st.just("pamapta") | anybody, chosen=which, reason=reasons)
    def cancel(self, actor: str, chosen: int, reason: str) -> None:
        """R8: what is cancelled has ended, with a reason."""
        sight = self.sight(chosen)
        if sight is None or chosen % 2:  # else no case would live long
            return
        who = self.people[actor]
        with self.reading() as work:
            key = work.session.get_one(Case, sight.case_id).process_key
            allowed = rules.starters(work, key) | LEADS
        may = sight.is_for(who) and bool(who.roles & allowed) and reason == REASON
        legal = may and sight.is_open and not self.has_letter(sight.case_id)
        is_again = self.cancelled.get(sight.case_id) == actor and reason == REASON
        if self.act(
            actor,
            None if legal or is_again else False,
            lambda work: cases.cancel(work, sight.case_id, reason),
        ):
            self.cancelled[sight.case_id] = actor
            assert not self.sight_of(sight.case_id).is_open, "what was cancelled goes on"

    @deed(
        actor=st.sampled_from(["petugas", "ka_spkt"]) | anybody,
        chosen=which,
        purpose=st.sampled_from(["", REASON]),
    )
    def reveal(self, actor: str, chosen: int, purpose: str) -> None:
        sight = self.sight(chosen)
        if sight is None:
            return
        who = self.people[actor]
        legal = sight.is_for(who) and bool(who.roles & UNLOCKERS) and bool(purpose)
        self.act(actor, legal, lambda work: answers.reveal(work, sight.case_id, purpose))

    @deed(
        actor=st.sampled_from(["petugas", "serba"]) | anybody, chosen=which, shade=st.integers(0, 3)
    )
    def upload(self, actor: str, chosen: int, shade: int) -> None:
        """Who works on a case adds a paper. The same one again changes nothing, nor does any after
        the end.
        """
        sight = self.sight(chosen)
        if sight is None:
            return
        who, before = self.people[actor], self.snapshot()
        picture = io.BytesIO()
        Image.new("L", (9, 9), shade).save(picture, "PNG")
        may = sight.is_for(who) and bool(sight.roles & who.roles)
        if self.act(
            actor,
            None if may else False,
            lambda work: documents.upload(
                work, sight.case_id, element="", label="Dokumen lain", data=picture.getvalue()
            ),
        ):
            assert sight.is_open or self.snapshot() == before, "a paper was added after the end"

    @deed(actor=st.just("ka_spkt") | anybody, chosen=which, reason=reasons)
    def withdraw(self, actor: str, chosen: int, reason: str) -> None:
        with self.reading() as work:
            issued = work.session.scalars(select(Letter).order_by(Letter.number)).all()
        if not issued:
            return
        letter = issued[chosen % len(issued)]
        sight, who = self.sight_of(letter.case_id), self.people[actor]
        is_again = letter.voided_by == who.user_id and self.reason_of(letter) == reason
        may = sight.is_for(who) and "ka_spkt" in who.roles and reason == REASON
        legal = may and not sight.is_open and (letter.status == "valid" or is_again)
        self.act(
            actor,
            legal or (None if may and is_again else False),
            lambda work: letters.withdraw(work, letter.id, reason),
        )

    @deed(actor=st.sampled_from(["ka_spkt", "pamapta"]) | anybody, chosen=which, reason=reasons)
    def reopen(self, actor: str, chosen: int, reason: str) -> None:
        """R8, R32: what has ended is taken up again by a lead, in a case of its own, once at a
        time.
        """
        sight = self.sight(chosen)
        if sight is None:
            return
        who, known = self.people[actor], self.reopened.get(sight.case_id)
        goes_on = known is not None and self.sight_of(known[1]).is_open
        may = sight.is_for(who) and bool(who.roles & LEADS) and reason == REASON
        can_be = (
            self.is_reopenable(sight.case_id) and not sight.is_open and sight.confined_to is None
        )
        legal = may and can_be and (not goes_on or (known is not None and known[0] == actor))
        before = self.snapshot()

        found: list[UUID] = []
        if self.act(
            actor, legal, lambda work: found.append(cases.reopen(work, sight.case_id, reason))
        ):
            assert not goes_on or self.snapshot() == before, "one case goes on twice"
            self.reopened[sight.case_id] = (actor, found[0])

    @deed(
        actor=st.just("pamapta") | anybody,
        chosen=which,
        minutes=st.integers(-5, 60),
        reason=reasons,
    )
    def correct(self, actor: str, chosen: int, minutes: int, reason: str) -> None:
        """R63: the time of a stage is corrected with a reason, never edited."""
        with self.reading() as work:
            done = self.told(work, only_stages=chosen % 4 != 0)
        if not done:
            return
        one, who = done[chosen % len(done)], self.people[actor]
        at = (self.ground.clock() - timedelta(minutes=minutes)).isoformat()
        may = (
            self.sight_of(one.case_id).is_for(who)
            and bool(who.roles & (LEADS | {"petugas"}))
            and reason == REASON
        )
        self.act(
            actor,
            None if may and minutes >= 0 else False,
            lambda work: stages.correct(work, one.case_id, one.element, at, reason),
        )

    @deed(actor=st.just("pamapta") | anybody, chosen=which)
    def retry(self, actor: str, chosen: int) -> None:
        with self.reading() as work:
            found = work.session.scalars(
                select(Incident)
                .where(Incident.resolved_at.is_(None))
                .order_by(Incident.happened_at, Incident.element)
            ).all()
        if not found:
            return
        incident, who = found[chosen % len(found)], self.people[actor]
        sight = self.sight_of(incident.case_id)
        minds = sight.is_for(who) or ("admin" in who.roles and sight.confined_to is None)
        may = (
            bool(who.roles & RETRIERS)
            and who.unit == sight.unit
            and minds
            and who.user_id not in sight.walled_off
        )
        self.act(actor, None if may else False, lambda work: incidents.retry(work, incident.id))

    def somebody_of(self, roles: frozenset[str]) -> str:
        """The first of those who hold one of these roles and may still act."""
        fit = (
            name
            for name, who in self.people.items()
            if who.roles & roles and not self.is_outdated(name)
        )
        return next(fit, "petugas")

    def told(self, work: UnitOfWork, *, only_stages: bool) -> list[Submission]:
        """Forms that were taken, of stages whose time counts only."""
        rows = work.session.execute(
            select(Submission, Case.definition_id).join(Case).order_by(Submission.position)
        )
        return [
            row
            for row, definition_id in rows
            if not only_stages
            or "stage" in definition_of(work, definition_id).elements[row.element].properties
        ]

    def has_letter(self, case_id: UUID) -> bool:
        with self.reading() as work:
            query = select(Letter.id).where(Letter.case_id == case_id, Letter.status == "valid")
            return work.session.scalars(query).first() is not None

    def reason_of(self, letter: Letter) -> str | None:
        """Why a letter was withdrawn."""
        with self.reading() as work:
            issued = printing.for_case(work, letter.case_id)
            return next(view.void_reason for view in issued if view.id == letter.id)

    def is_reopenable(self, case_id: UUID) -> bool:
        with self.reading() as work:
            case = work.session.get_one(Case, case_id)
            return (
                definition_of(work, case.definition_id).is_reopenable
                and case.outcome != "dibatalkan"
            )
