"""Cases as rows for boards: invented, counted by hand, with the clocks and tasks a test names."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from tests.integration.conftest import TestClock
from workflow_app.domain import SYSTEM, Actor
from workflow_app.models import Case, CaseClock, CaseWall, Task
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.processes import definitions

APPROVAL = ("persetujuan", "Periksa dan setujui", "ka_spkt")
WORK = ("identitas", "Identitas pelapor", "petugas")


@dataclass(frozen=True)
class Span:
    """A clock: minutes from now (below zero: before) at which it started, is over and stopped."""

    started: float
    due: float | None = None
    stopped: float | None = None
    name: str = "berkas_lengkap"
    round: int = 1


@dataclass
class Office:
    """Adds cases to a site; the clock of the site stands still."""

    works: Works
    clock: TestClock
    process: str = "sktlk"
    made: int = 0

    def at(self, minutes: float) -> datetime:
        """So many minutes from now."""
        return self.clock.at + timedelta(minutes=minutes)

    def case(
        self,
        *clocks: Span,
        opened: float = -60,
        closed: float | None = None,
        status: str | None = None,
        process: str | None = None,
        waits: Sequence[tuple[str, str, str]] = (),
        hidden_from: Collection[Actor] = (),
        confined_to: str | None = None,
        unit: str = "spkt",
    ) -> UUID:
        """One case; returns its id. An event says that it was made, as of everything."""
        self.made += 1
        with self.works.begin(SYSTEM) as work:
            key = process or self.process
            case = Case(
                id=uuid4(),
                number=f"U-2026-{self.made:06}",
                process_key=key,
                definition_id=definitions.current(work, key).id,
                unit=unit,
                status=status or ("running" if closed is None else "done"),
                outcome=None if closed is None else "selesai",
                state=b"",
                passed=[],
                opened_at=self.at(opened),
                closed_at=None if closed is None else self.at(closed),
                confined_to=confined_to,
                data_key=work.vault.new_key(),
            )
            work.session.add(case)
            work.session.flush()
            for span in clocks:
                times = {"due_at": span.due, "stopped_at": span.stopped}
                told = {name: None if at is None else self.at(at) for name, at in times.items()}
                work.session.add(
                    CaseClock(
                        case_id=case.id,
                        name=span.name,
                        round=span.round,
                        started_at=self.at(span.started),
                        **told,
                    )
                )
            for element, name, role in waits:
                work.session.add(
                    Task(
                        id=uuid4(),
                        case_id=case.id,
                        element=element,
                        name=name,
                        unit=unit,
                        role=role,
                        status="open",
                        created_at=self.at(opened),
                    )
                )
            for member in hidden_from:
                work.session.add(
                    CaseWall(
                        case_id=case.id,
                        user_id=member.user_id,
                        since=self.clock.at,
                        reason_key="uji.uji",
                    )
                )
            unit_of_work.record_case(work, case.id, "case.opened")
            return case.id
