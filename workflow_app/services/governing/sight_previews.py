"""What a change does to who sees and does what: Propam's cases, papers of cases that were handed on, substitutes, published counts."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import func, select

from workflow_app.models.case import Case
from workflow_app.models.task import Task
from workflow_app.permissions import LEADERSHIP
from workflow_app.roles import FIELD_ROLES
from workflow_app.services.accounts import users
from workflow_app.services.case_file import access, handoffs
from workflow_app.services.days import substitutions
from workflow_app.services.governing import samples
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.office import configuration, readable
from workflow_app.services.office.configuration import role_label
from workflow_app.services.public import publications
from workflow_app.types import WITA, Actor


def of_leadership(work: UnitOfWork, key: str, now: datetime) -> dict[str, list[str]]:
    """How many of the confined cases that the actor sees are seen by the leadership."""
    query = select(func.count()).select_from(Case).where(Case.confined_to.is_not(None))
    seen = query.where(*samples.open_cases(work), access.sees_case(_as(work, *LEADERSHIP)))
    return {"Berkas Propam terbuka yang dilihat pimpinan": [f"{work.session.scalar(seen) or 0} berkas"]}


def of_receivers(work: UnitOfWork, key: str, now: datetime) -> dict[str, list[str]]:
    """In how many of the cases that a function holds now it reads the papers."""
    found = {}
    for role in sorted(FIELD_ROLES):
        held = select(Task.case_id).where(Task.hand_off == handoffs.HELD, Task.role == role)
        query = select(func.count()).select_from(Case).where(*samples.open_cases(work), Case.id.in_(held))
        if count := work.session.scalar(query):
            reads = work.session.scalar(query.where(handoffs.readable_case(_as(work, role))))
            found[role_label(work, role)] = [f"membaca naskah pada {reads} dari {count} berkas di tangannya"]
    return found


def of_substitutes(work: UnitOfWork, key: str, now: datetime) -> dict[str, list[str]]:
    """The roles that reach the substitutes of who is absent then."""
    held = {user.id: user.roles for user in users.list_all(work)}
    found = {}
    for user_id, one in substitutions.now(work, work.actor.unit).items():
        passed = substitutions.passed(work, held[user_id], held[one.substitute_id])
        labels = [role_label(work, role) for role in sorted(passed)]
        found[f"{one.substitute} menggantikan {one.name}"] = labels or ["tidak ada tugas yang sampai"]
    return found


def of_figures(work: UnitOfWork, key: str, now: datetime) -> dict[str, list[str]]:
    """What the next publication would withhold, and when the one after it comes."""
    if not publications.publish(work):
        return {}
    made = publications.newest(work)
    lines = list(publications.rows(made))[1:] if made else []
    counts = [line for line in lines if line[1] != "median_hari"]
    withheld = sum(bool(mark) for *_, mark in counts)
    pause = timedelta(days=int(configuration.value(work, "publikasi.selang_hari")))
    return {
        "Angka yang disamarkan": [f"{withheld} dari {len(counts)} angka"],
        "Publikasi sesudahnya": [readable.day((work.clock() + pause).astimezone(WITA).date())],
    }


def kept_by_figures(work: UnitOfWork, key: str, since: str) -> list[str]:
    """What was published stays as it was told."""
    return [
        "Publikasi yang sudah dibuat tidak berubah.",
        f"Publikasi yang dibuat {since} memakai yang baru.",
    ]


def kept_by_sight(work: UnitOfWork, key: str, since: str) -> list[str]:
    """Sight is asked with each look."""
    return [
        f"Ditanyakan pada setiap permintaan: berlaku {since} juga untuk berkas yang sudah terbuka.",
        "Yang sudah dibuka orang tetap tercatat di riwayat.",
    ]


def _as(work: UnitOfWork, *roles: str) -> UnitOfWork:
    """The same transaction as somebody with these roles before whom no wall stands."""
    return replace(work, actor=Actor(uuid4(), "Contoh", frozenset(roles), work.actor.unit))
