"""Who may do what. Pure rules over an actor and a few facts: `can_x` asks, `check_x` raises."""

from collections.abc import Collection
from uuid import UUID

from workflow_app.errors import Forbidden
from workflow_app.types import Actor

ROLES: dict[str, str] = {
    "petugas": "Petugas SPKT",
    "pamapta": "Pamapta",
    "ka_spkt": "Ka SPKT",
    "arsiparis": "Arsiparis",
    "piket_reskrim": "Piket Reskrim",
    "piket_narkoba": "Piket Resnarkoba",
    "piket_intelkam": "Piket Intelkam",
    "piket_lantas": "Piket Lantas",
    "piket_samapta": "Piket Samapta",
    "piket_binmas": "Piket Binmas",
    "piket_propam": "Piket Propam",
    "pimpinan": "Pimpinan",
    "auditor": "Auditor",
    "admin": "Admin",
}
"""Role keys with their seeded labels; the labels shown come from the configuration (Kanit is now Pamapta)."""

LEADS = frozenset({"pamapta", "ka_spkt"})
"""May reassign tasks."""

OVERSEERS = frozenset({"pamapta", "ka_spkt", "pimpinan", "auditor"})
"""See all cases of their unit."""

INCIDENT_READERS = LEADS | {"admin", "auditor"}
INCIDENT_RETRIERS = LEADS | {"admin"}
CONFIGURATION_MINDERS = LEADS | {"admin"}
"""Are told when something of the office's configuration is missing."""
CASE_STARTERS = frozenset({"petugas", "pamapta"})
ARCHIVE_READERS = frozenset({"arsiparis", "petugas", "pamapta", "ka_spkt", "auditor"})
IDENTITY_READERS = frozenset({"petugas", "pamapta", "ka_spkt", "auditor"})
"""May unlock identity fields of a case they may see, with a purpose (R23)."""


def has_role(actor: Actor, roles: Collection[str]) -> bool:
    """True if the actor holds one of the roles."""
    return not actor.roles.isdisjoint(roles)


def can_see_case(actor: Actor, *, unit: str, started_by: UUID | None, task_roles: Collection[str]) -> bool:
    """A case is visible in its unit to overseers, to who started it, and to the roles that have worked or will work on it."""
    if actor.unit != unit:
        return False
    return has_role(actor, OVERSEERS) or started_by == actor.user_id or has_role(actor, task_roles)


def can_read_papers(actor: Actor, *, is_archive: bool = False) -> bool:
    """Papers of a case and its letters show identities, so who may not unlock those sees their labels only.

    Papers brought to the archive without a case (`is_archive`) are for its readers.
    """
    return has_role(actor, IDENTITY_READERS) or (is_archive and has_role(actor, ARCHIVE_READERS))


def can_work_on(actor: Actor, *, unit: str, role: str) -> bool:
    """May the actor take tasks of this role in this unit?"""
    return actor.unit == unit and role in actor.roles


def check_work_on(actor: Actor, *, unit: str, role: str) -> None:
    """Raise unless `can_work_on`."""
    if not can_work_on(actor, unit=unit, role=role):
        label = ROLES.get(role, role)
        raise Forbidden(f"Tugas ini milik peran {label}. Minta {label} yang bertugas untuk mengerjakannya.")


def check_four_eyes(actor: Actor, earlier: Collection[UUID | None]) -> None:
    """Who recorded must not approve (four eyes; ASVS 2.3.5). `earlier` are the users who did the named steps."""
    if actor.user_id in earlier:
        raise Forbidden(
            "Anda yang mencatat berkas ini, jadi persetujuannya harus diberikan orang lain. "
            "Lepaskan tugas ini agar pejabat lain dapat mengerjakannya."
        )


def check_role(actor: Actor, roles: Collection[str]) -> None:
    """Raise unless the actor holds one of the roles."""
    if not has_role(actor, roles):
        raise Forbidden()
