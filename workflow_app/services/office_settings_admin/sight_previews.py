"""What a change does to who sees and does what: Propam's cases, papers of cases that were handed
on, substitutes, published counts.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import ColumnElement, Select, func, select

from workflow_app.domain import WITA, Actor
from workflow_app.models import Case, Task
from workflow_app.permissions import FIELD_ROLES, LEADERSHIP, has_role
from workflow_app.services.accounts import users
from workflow_app.services.cases import access, task_rights
from workflow_app.services.core import formatting
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.office_settings import configuration
from workflow_app.services.office_settings.configuration import role_label
from workflow_app.services.office_settings_admin import samples
from workflow_app.services.office_settings_admin.wording import Turn
from workflow_app.services.public import publications
from workflow_app.services.roster import duty

PROPAM = "piket_propam"


def of_leadership(work: UnitOfWork, key: str, now: datetime) -> dict[str, list[str]]:
    """Whether the leadership sees what is confined to Propam; how many cases these are, who sees
    them himself alone is told (R79).
    """
    role, *_ = sorted(LEADERSHIP)
    sees = access.is_seen_by_role(work, Case(confined_to=PROPAM), role)
    label = role_label(work, role)
    found = {
        "Berkas yang dibatasi pada Propam": [
            f"{label} melihatnya, kecuali bila ia sendiri yang diadukan."
            if sees
            else f"{label} tidak melihatnya."
        ]
    }
    if has_role(work.actor, {PROPAM}) or access.sees_confined(work):
        query = select(func.count()).select_from(Case).where(Case.confined_to.is_not(None))
        seen = query.where(*samples.open_cases(work), access.sees_case(_as(work, *LEADERSHIP)))
        found[f"Di antaranya yang terbuka dan dilihat {label}"] = [
            f"{work.session.scalar(seen) or 0} berkas"
        ]
    return found


def of_receivers(work: UnitOfWork, key: str, now: datetime) -> dict[str, list[str]]:
    """Whether a function reads the papers of a case in its hands, and in how many of those that it
    holds now.
    """
    reading = "membaca" if configuration.value(work, access.RECEIVERS_READ) else "tidak membaca"
    found = {"Fungsi yang memegang berkas": [f"Ia {reading} surat dan naskahnya."]}
    for role in sorted(FIELD_ROLES):
        query = _held(work, Task.role == role)
        if count := work.session.scalar(query):
            reads = (
                work.session.scalar(query.where(task_rights.readable_case(_as(work, role)))) or 0
            )
            words = (
                "tetapi tidak membaca surat dan naskahnya"
                if not reads
                else "dan membaca surat dan naskah "
                + ("semuanya" if reads == count else f"pada {reads} di antaranya")
            )
            found[role_label(work, role)] = [f"Memegang {count} berkas terbuka, {words}."]
    return found


def of_substitutes(work: UnitOfWork, key: str, now: datetime) -> dict[str, list[str]]:
    """The roles that reach the substitutes of who is absent then."""
    held = {user.id: user.roles for user in users.list_all(work)}
    found = {}
    for user_id, one in duty.now_substitution(work, work.actor.unit).items():
        passed = duty.passed(work, held[user_id], held[one.substitute_id])
        labels = [role_label(work, role) for role in sorted(passed)]
        found[f"{one.substitute} menggantikan {one.name}"] = labels or [
            "tidak ada tugas yang sampai"
        ]
    return found


def of_figures(work: UnitOfWork, key: str, now: datetime) -> dict[str, list[str]]:
    """What the next publication withholds, and when the one after it comes. How many figures these
    are hangs on cases that are kept from some: who sees all is told.
    """
    if not publications.publish(work):
        return {}
    pause = timedelta(days=int(configuration.value(work, "publikasi.selang_hari")))
    found = {
        "Publikasi berikutnya": [
            f"jumlah di bawah {configuration.value(work, 'publikasi.ambang')} disamarkan"
        ],
        "Publikasi sesudahnya": [formatting.day((work.clock() + pause).astimezone(WITA).date())],
    }
    if access.sees_confined(work):
        made = publications.newest(work)
        lines = list(publications.rows(made))[1:] if made else []
        counts = [line for line in lines if line[1] != "median_hari"]
        withheld = sum(bool(mark) for *_, mark in counts)
        found["Angka yang disamarkan"] = [f"{withheld} dari {len(counts)} angka"]
    return found


def kept_by_figures(work: UnitOfWork, key: str, turn: Turn) -> list[str]:
    """What was published stays as it was told."""
    return [
        "Publikasi yang sudah dibuat tidak berubah.",
        f"Publikasi yang dibuat {turn.since} memakai yang {turn.which}.",
    ]


def kept_by_leadership(work: UnitOfWork, key: str, turn: Turn) -> list[str]:
    """Sight is asked with each look."""
    return [
        (
            f"Nilai {turn.which} berlaku {turn.since} untuk semua berkas yang dibatasi pada "
            "Propam, juga yang sudah terbuka."
        ),
        "Siapa yang pernah membukanya tetap tercatat di riwayat berkas.",
    ]


def kept_by_receivers(work: UnitOfWork, key: str, turn: Turn) -> list[str]:
    """The same, for cases in the hands of a function."""
    count = work.session.scalar(_held(work)) or 0
    return [
        (
            f"{count} berkas terbuka sedang dipegang fungsi penerima. Nilai {turn.which} berlaku "
            f"{turn.since} juga untuk berkas itu."
        ),
        "Berkas yang belum diserahkan memakai nilai yang berlaku pada saat fungsi itu membukanya.",
        "Siapa yang pernah membacanya tetap tercatat di riwayat berkas.",
    ]


def kept_by_substitutes(work: UnitOfWork, key: str, turn: Turn) -> list[str]:
    """The same, for tasks of who is absent."""
    return [
        f"Penggantian yang sedang berjalan memakai nilai {turn.which} {turn.since}.",
        "Tugas yang sudah dikerjakan pengganti tetap tercatat atas namanya.",
    ]


def _held(work: UnitOfWork, *of: ColumnElement[bool]) -> Select[int]:
    """How many open cases are in the hands of functions."""
    held = select(Task.case_id).where(Task.hand_off == task_rights.HELD, *of)
    return (
        select(func.count()).select_from(Case).where(*samples.open_cases(work), Case.id.in_(held))
    )


def _as(work: UnitOfWork, *roles: str) -> UnitOfWork:
    """The same transaction as somebody with these roles before whom no wall stands."""
    return replace(work, actor=Actor(uuid4(), "Contoh", frozenset(roles), work.actor.unit))
