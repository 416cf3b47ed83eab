"""Opening a complaint box: two people, the count of sheets, one case for each of them (R19).

What lies in the box counts as received when the box is opened, so an opening is recorded once, at once, and never changed.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select

from workflow_app.engine.form_dates import judge_instant
from workflow_app.engine.form_values import read_value
from workflow_app.errors import Conflict, InvalidInput
from workflow_app.models.box import BoxOpening, BoxSheet
from workflow_app.models.case import Case
from workflow_app.permissions import BOX_OPENERS, BOX_WITNESSES, check_role
from workflow_app.services.accounts import own_account, people
from workflow_app.services.accounts.users import UserView
from workflow_app.services.case_file import access
from workflow_app.services.ground import audit
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.office import configuration, offers
from workflow_app.services.office.readable import moment
from workflow_app.services.running import cases, tasks
from workflow_app.types import Answers

PROCESS, SHEET = "complaint", "lembar_kotak"
CHANNEL = "kotak_pengaduan"
OUT_OF_SERVICE = (
    "Kotak pengaduan tidak dilayani pada waktu itu. Minta Ka SPKT mengaktifkannya lagi pada kanal_pengaduan, lalu catat "
    "pembukaannya; lembar yang sudah ada di dalam kotak tetap harus diterima."
)
MOST_SHEETS = 50
EARLIEST = "P7D"
"""How long after an opening it can still be recorded."""
OPENED_BY_TWO = "Waktu kotak dibuka menurut catatan dua petugas."
"""Why a sheet was received before it was recorded; the opening itself is a record of its own."""


@dataclass(frozen=True)
class Asked:
    """What somebody typed on the page, as it was typed."""

    box: str = ""
    opened_at: str = ""
    sheets: str = ""


@dataclass(frozen=True)
class Box:
    """A box, and its last opening."""

    name: str
    opened_at: datetime | None = None
    sheets: int = 0
    opened_by: tuple[str, ...] = ()
    cases: tuple[tuple[UUID, str], ...] = ()
    """Id and number of those cases of its sheets that the actor may see."""


def list_boxes(work: UnitOfWork) -> list[Box]:
    """The boxes of the office, each with its last opening."""
    names: list[str] = configuration.value(work, "kotak_pengaduan")
    return [_box(work, name) for name in names]


def open_box(work: UnitOfWork, asked: Asked, second: UserView | None, token: str) -> list[UUID]:
    """Record an opening and begin the case of each sheet; `second` has proved who he is by his password.

    The same `token` again answers with the cases it began. Raises `InvalidInput` with a sentence per field.
    """
    check_role(work.actor, BOX_OPENERS)
    own_account.check(work)
    faults = _judge(work, asked) | _judge_second(work, second)
    if faults or second is None:
        raise InvalidInput(fields=faults)
    work.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"box:{asked.box}", 0))))
    known = work.session.scalars(select(BoxOpening).where(BoxOpening.token == token)).first()
    if known is not None:
        return _begun(work, known)
    opened_at = min(_instant(asked.opened_at), work.clock())
    last = _last(work, asked.box)
    if last is not None and opened_at <= last.opened_at:
        sentence = (
            f"Kotak ini sudah dicatat dibuka pada {moment(last.opened_at)}. Waktu dibuka harus sesudah itu."
        )
        raise InvalidInput(fields={"dibuka": sentence})
    opening = BoxOpening(
        id=uuid4(),
        unit=work.actor.unit,
        box=asked.box,
        opened_at=opened_at,
        sheets=int(asked.sheets),
        first_id=work.actor.user_id,
        second_id=second.id,
        recorded_at=work.clock(),
        token=token,
    )
    work.session.add(opening)
    work.session.flush()
    begun = [_begin(work, opening, sheet) for sheet in range(1, opening.sheets + 1)]
    audit.record(
        work,
        f"box:{opening.unit}:{opening.box}",
        "box.opened",
        opened_at=opened_at.isoformat(),
        sheets=opening.sheets,
        second=str(second.id),
        cases=[str(case_id) for case_id in begun],
    )
    return begun


def _begin(work: UnitOfWork, opening: BoxOpening, sheet: int) -> UUID:
    """The case of one sheet: received when the box was opened; next it is scanned."""
    started = cases.start(work, PROCESS, begins_with={"dari_kotak": True})
    if started.task_id is None:
        raise Conflict("Berkas lembar ini tidak dapat dimulai. Hubungi admin.")
    answers: Answers = {
        "kanal": CHANNEL,
        "kotak": opening.box,
        "nomor_lembar": sheet,
        "received_at": opening.opened_at.isoformat(),
        "alasan_waktu": OPENED_BY_TWO,
    }
    tasks.complete(work, started.task_id, answers, str(uuid4()))
    work.session.add(BoxSheet(opening_id=opening.id, sheet=sheet, case_id=started.case_id))
    work.session.flush()
    return started.case_id


def _judge(work: UnitOfWork, asked: Asked) -> dict[str, str]:
    faults = {}
    read = read_value("dibuka", "datetime", {}, {"dibuka": [asked.opened_at]})
    if fault := judge_instant(str(read or ""), work.clock(), EARLIEST, "now"):
        faults["dibuka"] = fault
    elif CHANNEL not in offers.in_service(work, offers.CHANNELS, _instant(asked.opened_at)):
        faults["kotak"] = OUT_OF_SERVICE
    if asked.box not in configuration.value(work, "kotak_pengaduan"):
        faults["kotak"] = "Pilih kotak yang dibuka."
    sheets = asked.sheets
    if not (sheets.isascii() and sheets.isdigit() and len(sheets) < 4 and int(sheets) <= MOST_SHEETS):
        faults["lembar"] = f"Isi jumlah lembar dengan bilangan 0 sampai {MOST_SHEETS}."
    return faults


def _judge_second(work: UnitOfWork, second: UserView | None) -> dict[str, str]:
    if second is None:
        return {
            "kedua": "Nama pengguna atau kata sandi petugas kedua salah. Petugas kedua mengetiknya sendiri."
        }
    if second.id == work.actor.user_id:
        return {
            "kedua": "Kotak dibuka oleh dua orang. Mintalah rekan lain mengetik nama pengguna dan kata sandinya."
        }
    if second.unit != work.actor.unit or second.roles.isdisjoint(BOX_WITNESSES):
        return {"kedua": "Petugas kedua harus petugas, Pamapta, atau Ka SPKT di unit ini."}
    return {}


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(str(read_value("dibuka", "datetime", {}, {"dibuka": [text]})))


def _last(work: UnitOfWork, name: str) -> BoxOpening | None:
    query = select(BoxOpening).where(BoxOpening.unit == work.actor.unit, BoxOpening.box == name)
    return work.session.scalars(query.order_by(BoxOpening.opened_at.desc()).limit(1)).first()


def _begun(work: UnitOfWork, opening: BoxOpening) -> list[UUID]:
    query = select(BoxSheet.case_id).where(BoxSheet.opening_id == opening.id).order_by(BoxSheet.sheet)
    return list(work.session.scalars(query))


def _box(work: UnitOfWork, name: str) -> Box:
    last = _last(work, name)
    if last is None:
        return Box(name)
    seen = (
        select(Case.id, Case.number)
        .join(BoxSheet, BoxSheet.case_id == Case.id)
        .where(BoxSheet.opening_id == last.id, access.sees_case(work))
        .order_by(BoxSheet.sheet)
    )
    names = people.names_of(work, [last.first_id, last.second_id])
    return Box(
        name=name,
        opened_at=last.opened_at,
        sheets=last.sheets,
        opened_by=tuple(names[person] for person in (last.first_id, last.second_id)),
        cases=tuple((case_id, number) for case_id, number in work.session.execute(seen)),
    )
