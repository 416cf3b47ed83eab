"""The roles and the rules of access. Pure rules over an actor and a few facts: `can_x` returns,
`check_x` raises.
"""

from collections.abc import Collection
from uuid import UUID

from workflow_app.domain import SYSTEM, AccessLevel, Actor, Forbidden, Principal

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
    "siwas": "Siwas",
    "bag_ops": "Bag Ops",
    "bag_ren": "Bag Ren",
    "bag_sumda": "Bag Sumda",
    "sarpras": "Sarpras",
    "pimpinan": "Pimpinan",
    "auditor": "Auditor",
    "admin": "Admin",
}
"""Role keys with their default labels; the office settings hold the labels shown (Kanit is now
Pamapta).
"""
UNITS = frozenset({"siwas", "bag_ops", "bag_ren", "bag_sumda", "sarpras"})
"""Oversight and support units (SOP V.2). They exchange requests with SPKT and see no other cases
(R74 to R78).
"""
FIELD_ROLES = frozenset(role for role in ROLES if role.startswith("piket_"))
"""Roles at the scene: the moment at which they press a button is the time of a stage."""
DUTY_FUNCTIONS = FIELD_ROLES | {"pamapta", "pimpinan"}
"""Roles with a duty roster: their tasks are addressed to the members on duty."""
STAFF_KEEPERS = frozenset({"admin"})
"""Add members, lock and unlock their accounts, set first passwords."""
STAFF_READERS = frozenset({"admin", "pimpinan", "piket_propam"})
"""See the list of members, and change the roles that they may give."""
GIVERS: dict[str, frozenset[str]] = {
    **dict.fromkeys(ROLES, frozenset({"admin", "pimpinan"})),
    "piket_propam": frozenset({"piket_propam", "pimpinan"}),
    **dict.fromkeys(("pimpinan", "auditor"), frozenset({"pimpinan"})),
}
"""Roles that give each role to others and take it from them; nobody gives a role to himself. Access
to Propam's cases is not given by the administrator (R79).
"""
LED_BY: dict[str, frozenset[str]] = {
    **dict.fromkeys(ROLES, frozenset({"pamapta", "ka_spkt", "pimpinan"})),
    "pamapta": frozenset({"ka_spkt", "pimpinan"}),
    **dict.fromkeys(("ka_spkt", "piket_propam", "auditor", "admin"), frozenset({"pimpinan"})),
    "pimpinan": frozenset(),
}
"""Roles that enter absences of the holders of each role, besides these themselves. Nobody does it
for a superior.
"""
NEVER_PASSED_ON = frozenset({"admin", "auditor", "piket_propam"})
"""Roles whose substitute must hold the role himself; the office settings cannot change this."""


LEADS = frozenset({"pamapta", "ka_spkt"})
"""May reassign tasks; in a confined case its own role may."""

OVERSEERS = frozenset({"pamapta", "ka_spkt", "pimpinan", "auditor"})
"""See all cases of their unit, except those behind a wall."""

CONFINED_OVERSEERS = frozenset({"auditor"})
LEADERSHIP = frozenset({"pimpinan"})
"""See confined cases too, if the office settings allow it."""

CASE_MINDERS = frozenset({"admin"})
"""See the failed steps of cases that they do not see."""
INCIDENT_READERS = LEADS | {"admin", "auditor", "piket_propam"}
INCIDENT_RETRIERS = LEADS | {"admin", "piket_propam"}
"""Retry failed steps of cases they may see. Only Propam can retry those confined to Propam."""
OUTBOX_KEEPERS = LEADS | {"admin", "piket_propam"}
"""See waiting and failed messages of cases they may see, and send them again."""
CONFIGURATION_MINDERS = LEADS | {"admin"}
"""Are told when an office setting is missing."""
PROCESS_KEEPERS = frozenset({"admin", "ka_spkt"})
"""Compare versions of the processes, and move running cases of the unit to another version."""
TIME_CORRECTORS = LEADS | {"petugas"}
"""May correct the time of a stage, with a reason."""
BOARD_READERS = LEADS | {"petugas", "pimpinan"}
PROCESS_READERS = LEADS | {"pimpinan", "auditor"}
"""See how long cases stay at each step of a process, and replay days: figures of the cases they may
see, without persons.
"""
REPORT_READERS = PROCESS_READERS | {"bag_ops", "bag_ren"}
"""Read the figures of a month (R75, R76), without cases and without those hidden from members."""
LOG_EXPORTERS = LEADS | {"auditor"}
"""Export the event log of a process, for the cases they may see."""
BAG_ORDERERS = frozenset({"auditor"})
"""Export documents of the cases they may see, with their audit logs, as bags (R74)."""
CASE_STARTERS = frozenset({"petugas", "pamapta"})
"""Start cases of every process that names no other role."""
BEGINNERS = CASE_STARTERS | UNITS | {"ka_spkt", "arsiparis", "piket_propam"}
"""May start cases at all; the process says which roles (`startedBy`)."""
BOX_OPENERS = frozenset({"petugas"})
"""May record the opening of a complaint box, and start the cases of its sheets (R19)."""
BOX_WITNESSES = CASE_STARTERS | LEADS
"""May be the second person at a box."""
ARCHIVE_BOX_KEEPERS = frozenset({"arsiparis"})
"""Register boxes of old documents with all their bundles (R39)."""
OPEN_STACK_BRINGERS = CASE_STARTERS | {"arsiparis"}
"""Everybody who sorts may see what these roles add without a cover sheet."""
STACK_BRINGERS = OPEN_STACK_BRINGERS | {"piket_propam"}
"""May add stacks of documents, and sort those without a cover sheet (R39). Propam has documents of
cases that nobody else opens.
"""
WHOLE_KEEPERS = frozenset({"arsiparis"})
"""May download the whole of a stack that came from the scanner's folder or the mailbox."""
ARCHIVE_READERS = frozenset({"arsiparis", "petugas", "pamapta", "ka_spkt", "auditor"})
EXAMINERS = frozenset({"piket_reskrim", "piket_narkoba", "piket_lantas", "piket_propam"})
"""Examine the reporter and his report (R49, R51), only in cases on which they work or that are
handed over to them.
"""
PAPER_WORKERS = EXAMINERS | UNITS | {"arsiparis"}
"""Read the documents of the cases on which they work: examiners, archivists (R39), and units that
requested something (R74 to R78).
"""
TRACKING_CODE_ISSUERS = LEADS | {"petugas", "piket_propam"}
"""Give the citizen the secret code with which he follows his case (R36); in a confined case its own
role does.
"""
CASE_READERS = frozenset({"petugas", "pamapta", "ka_spkt", "auditor"})
"""Read identities and documents of every case they may see."""
IDENTITY_READERS = EXAMINERS | CASE_READERS
"""May unlock identity fields of a case they may see and read, with a purpose (R23)."""
LEVELS: dict[str, AccessLevel] = {
    "biasa": AccessLevel.ORDINARY,
    "terbatas": AccessLevel.RESTRICTED,
    "rahasia": AccessLevel.SECRET,
    "sangat_rahasia": AccessLevel.TOP_SECRET,
}
"""The four levels by their keys in the office settings (R37)."""
CLEARANCES: dict[AccessLevel, frozenset[str]] = {
    AccessLevel.TOP_SECRET: frozenset({"arsiparis", "pimpinan", "auditor"}),
    AccessLevel.SECRET: LEADS | {"piket_propam"},
    AccessLevel.RESTRICTED: FIELD_ROLES | UNITS | {"petugas"},
}
"""Roles by the highest level for which they are cleared; all others see ordinary documents only.
Clearance opens no case: both are needed.
"""
CHECKERS = frozenset({"arsiparis"})
"""Check the quality of every document they may read, and have a list of unchecked ones (R39)."""
CLASSIFIERS = frozenset({"arsiparis", "ka_spkt"})
"""Change the level of documents they may read; in a confined case its own role does."""

PROOF_READERS = frozenset({"arsiparis", "ka_spkt", "pimpinan", "auditor", "admin"})
"""See the verification results of the archive: those for the whole archive, and those for single
documents they may read.
"""
HOLD_KEEPERS = frozenset({"arsiparis", "ka_spkt"})
"""Put a hold on documents they may read, and lift it; in a confined case its own role does."""
ARCHIVE_DISPOSERS = frozenset({"arsiparis"})
"""Propose the disposal of documents open to the unit (R37)."""
CONFINED_DISPOSERS = frozenset({"piket_propam"})
"""Propose the disposal of documents of cases confined to them, and decide on it under four eyes."""
DISPOSAL_PROPOSERS = ARCHIVE_DISPOSERS | CONFINED_DISPOSERS
"""See which documents are due by the schedule."""
DISPOSAL_APPROVERS = frozenset({"ka_spkt"})
"""Decide on a proposal of the archive. Documents of which they may not know cannot be proposed to
them.
"""


def has_role(actor: Actor, roles: Collection[str]) -> bool:
    """Return whether the actor holds one of the roles."""
    return not actor.roles.isdisjoint(roles)


def is_behind_wall(
    actor: Actor, *, walled_off: Collection[UUID], only: Collection[str] | None
) -> bool:
    """Return whether a wall or a confinement hides the case from the actor (R79).

    A member whom the case concerns never sees it; a confined case is seen by the roles `only`.
    """
    return actor.user_id in walled_off or (only is not None and not has_role(actor, only))


def can_see_case(
    actor: Actor,
    *,
    unit: str,
    started_by: UUID | None,
    task_roles: Collection[str],
    walled_off: Collection[UUID] = (),
    only: Collection[str] | None = None,
) -> bool:
    """Return whether the actor may see a case.

    It is visible in its unit to overseers, to the user who started it, and to the roles that have
    worked or will work on it, unless it is hidden by a wall or a confinement.
    """
    if actor.unit != unit or is_behind_wall(actor, walled_off=walled_off, only=only):
        return False
    if only is not None:
        return True
    return has_role(actor, OVERSEERS) or started_by == actor.user_id or has_role(actor, task_roles)


def seers_of_confined(role: str, *, leadership_sees: bool) -> frozenset[str]:
    """Return the roles that see a case confined to `role`."""
    return CONFINED_OVERSEERS | {role} | (LEADERSHIP if leadership_sees else frozenset())


def is_lead(actor: Actor, confined_to: str | None) -> bool:
    """Return whether the actor may assign tasks of a case. In a confined case, which no lead of the
    counter sees, its own role may.
    """
    return has_role(actor, LEADS if confined_to is None else {confined_to})


def check_lead(actor: Actor, confined_to: str | None) -> None:
    """Raise unless `is_lead`."""
    if not is_lead(actor, confined_to):
        raise Forbidden()


def reads_every_paper(actor: Actor) -> bool:
    """Return whether the actor reads the documents and letters of every case he may see."""
    return has_role(actor, CASE_READERS)


def can_hand_over(actor: Actor, confined_to: str | None) -> bool:
    """Return whether the actor may print and hand over slips of a case; in a confined case its own
    role may.
    """
    return has_role(actor, CASE_STARTERS | LEADS if confined_to is None else {confined_to})


def check_hand_over(actor: Actor, confined_to: str | None) -> None:
    """Raise unless `can_hand_over`."""
    if not can_hand_over(actor, confined_to):
        raise Forbidden()


def can_read_papers(actor: Actor, *, own: Collection[str], holding: Collection[str]) -> bool:
    """Return whether the actor may read documents and letters of a case, which show identities.

    Besides the readers of every document, an examiner or archivist may if he has a task in a lane
    of his `own`, and a function that received the case may while it is `holding` it.
    """
    return reads_every_paper(actor) or has_role(actor, {*(PAPER_WORKERS & {*own}), *holding})


def can_open_identities(actor: Actor, working: Collection[str]) -> bool:
    """Return whether the actor may unlock the identity of a visible case on which he works in these
    roles (R23).
    """
    return reads_every_paper(actor) or has_role(actor, EXAMINERS & {*working})


def stacks_are_for(actor: Actor) -> str | None:
    """Return the only role for documents that the actor adds without a cover sheet; None when
    everybody who sorts may see them.
    """
    own = sorted(actor.roles & (STACK_BRINGERS - OPEN_STACK_BRINGERS))
    return None if has_role(actor, OPEN_STACK_BRINGERS) else next(iter(own), None)


def disposal_scopes(actor: Actor) -> list[str | None]:
    """Return the scopes in which the actor may propose disposals: the unit (None), and each of his
    roles with confined cases.
    """
    own: list[str | None] = [*sorted(actor.roles & CONFINED_DISPOSERS)]
    return [None, *own] if has_role(actor, ARCHIVE_DISPOSERS) else own


def disposal_approvers(scope: str | None) -> frozenset[str]:
    """Return the roles that decide on the disposal of documents in this scope."""
    return DISPOSAL_APPROVERS if scope is None else frozenset({scope})


def can_read_archive(actor: Actor) -> bool:
    """Return whether the actor may read documents added to the archive, whatever cases they belong
    to.
    """
    return has_role(actor, ARCHIVE_READERS)


def clearance(actor: Actor) -> AccessLevel:
    """Return the highest level of documents of which the actor may know. The system knows every
    one.
    """
    if actor == SYSTEM:
        return AccessLevel.TOP_SECRET
    return next(
        (level for level, roles in CLEARANCES.items() if has_role(actor, roles)),
        AccessLevel.ORDINARY,
    )


def leaves_trace(level: int) -> bool:
    """Return whether every view of a document of this level is recorded, including thumbnails and
    excerpts.
    """
    return level >= AccessLevel.RESTRICTED


def can_classify(actor: Actor, confined_to: str | None) -> bool:
    """Return whether the actor may change the level of documents that he reads in a case (with its
    `confined_to`) or in the archive.
    """
    return has_role(actor, CLASSIFIERS if confined_to is None else {confined_to})


def can_check(actor: Actor, *, works_on_case: bool) -> bool:
    """Return whether the actor may correct and approve a document that he reads; officers of its
    case may too.
    """
    return works_on_case or has_role(actor, CHECKERS)


def can_hold(actor: Actor, confined_to: str | None) -> bool:
    """Return whether the actor may hold documents that he reads in a case (with its `confined_to`)
    or in the archive.
    """
    return has_role(actor, HOLD_KEEPERS if confined_to is None else {confined_to})


def can_dismiss(
    actor: Actor, *, brought_by: Collection[UUID | None], confined_to: Collection[str | None]
) -> bool:
    """Return whether the actor may close an unread document that he reads.

    `confined_to` lists the value of all its cases. If one of them is open, the roles of the
    confined ones have no special right.
    """
    own = {role for role in confined_to if role is not None and None not in confined_to}
    return has_role(actor, CHECKERS | own) or (
        actor.user_id is not None and actor.user_id in brought_by
    )


def clearance_of(roles: Collection[str]) -> AccessLevel:
    """Return the highest level for which every holder of any of the roles is cleared."""
    return min(
        next(
            (level for level, cleared in CLEARANCES.items() if role in cleared),
            AccessLevel.ORDINARY,
        )
        for role in roles
    )


def can_work_on(actor: Actor, *, unit: str, role: str) -> bool:
    """Return whether the actor may take tasks of this role in this unit."""
    return actor.unit == unit and role in actor.roles


def check_work_on(actor: Actor, *, unit: str, role: str) -> None:
    """Raise unless `can_work_on`."""
    if not can_work_on(actor, unit=unit, role=role):
        label = ROLES.get(role, role)
        raise Forbidden(
            f"Tugas ini milik peran {label}. Minta {label} yang bertugas untuk mengerjakannya."
        )


def leads_all(actor: Actor, roles: Collection[str]) -> bool:
    """Return whether the actor leads holders of each of these roles."""
    return bool(roles) and all(has_role(actor, LED_BY[role]) for role in roles)


def check_four_eyes(
    actor: Actor, earlier: Collection[UUID | None], principal: Principal | None = None
) -> None:
    """Raise unless the actor differs from those who did the earlier steps (four eyes; ASVS 2.3.5).

    `earlier` are the users who did the named steps, and those for whom a substitute did them. A
    substitute is judged by himself and by his `principal`.
    """
    if principal is not None and principal.user_id in earlier:
        raise Forbidden(
            f"{principal.name}, yang Anda gantikan, ikut mencatat berkas ini, jadi "
            "persetujuannya tidak dapat Anda berikan "
            "sebagai penggantinya. Lepaskan tugas ini agar pejabat lain dapat mengerjakannya."
        )
    if actor.user_id in earlier:
        raise Forbidden(
            "Anda yang mencatat berkas ini, jadi persetujuannya harus diberikan orang lain. "
            "Lepaskan tugas ini agar pejabat lain dapat mengerjakannya."
        )


def check_role(actor: Actor, roles: Collection[str]) -> None:
    """Raise unless the actor holds one of the roles."""
    if not has_role(actor, roles):
        raise Forbidden()
