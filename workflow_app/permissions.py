"""Who may do what. Pure rules over an actor and a few facts: `can_x` asks, `check_x` raises.

The roles there are: how they are called, who gives them, who leads their holders. Pure data.
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
"""Role keys with their seeded labels; the labels shown come from the configuration (Kanit is now
Pamapta).
"""
UNITS = frozenset({"siwas", "bag_ops", "bag_ren", "bag_sumda", "sarpras"})
"""Oversee and support (SOP V.2): they ask SPKT and are asked by it, and see no other cases (R74 to
R78).
"""
FIELD_ROLES = frozenset(role for role in ROLES if role.startswith("piket_"))
"""Are where it happens: the moment they press a button is the time of a stage."""
DUTY_FUNCTIONS = FIELD_ROLES | {"pamapta", "pimpinan"}
"""Serve by a roster: their tasks are addressed to who is on duty."""
STAFF_KEEPERS = frozenset({"admin"})
"""Add members, lock and unlock their accounts, give first passwords."""
STAFF_READERS = frozenset({"admin", "pimpinan", "piket_propam"})
"""See the list of members, and change the roles that are theirs to give."""
GIVERS: dict[str, frozenset[str]] = {
    **dict.fromkeys(ROLES, frozenset({"admin", "pimpinan"})),
    "piket_propam": frozenset({"piket_propam", "pimpinan"}),
    **dict.fromkeys(("pimpinan", "auditor"), frozenset({"pimpinan"})),
}
"""Who gives each role to others and takes it from them; nobody to himself. Who sees what Propam has
is not the admin's to say (R79).
"""
LED_BY: dict[str, frozenset[str]] = {
    **dict.fromkeys(ROLES, frozenset({"pamapta", "ka_spkt", "pimpinan"})),
    "pamapta": frozenset({"ka_spkt", "pimpinan"}),
    **dict.fromkeys(("ka_spkt", "piket_propam", "auditor", "admin"), frozenset({"pimpinan"})),
    "pimpinan": frozenset(),
}
"""Who enters absences of the holders of each role beside themselves. Nobody does it for who stands
above him.
"""
NEVER_PASSED_ON = frozenset({"admin", "auditor", "piket_propam"})
"""Whoever stands in for one of these holds the role himself: the office cannot allow anything else.
"""


LEADS = frozenset({"pamapta", "ka_spkt"})
"""May reassign tasks; in a confined case its own role does."""

OVERSEERS = frozenset({"pamapta", "ka_spkt", "pimpinan", "auditor"})
"""See all cases of their unit, except those behind a wall."""

CONFINED_OVERSEERS = frozenset({"auditor"})
LEADERSHIP = frozenset({"pimpinan"})
"""See confined cases too; the leadership where the configuration says so."""

CASE_MINDERS = frozenset({"admin"})
"""See the failed steps of cases that they do not see."""
INCIDENT_READERS = LEADS | {"admin", "auditor", "piket_propam"}
INCIDENT_RETRIERS = LEADS | {"admin", "piket_propam"}
"""Of the cases they may see. What is confined to Propam nobody else could try again."""
OUTBOX_KEEPERS = LEADS | {"admin", "piket_propam"}
"""See which messages of the cases they may see wait or failed, and have them sent again."""
CONFIGURATION_MINDERS = LEADS | {"admin"}
"""Are told when something of the office's configuration is missing."""
PROCESS_KEEPERS = frozenset({"admin", "ka_spkt"})
"""See what versions of the processes differ in, and move running cases of the unit from one to
another.
"""
TIME_CORRECTORS = LEADS | {"petugas"}
"""May correct the time of a stage, with a reason."""
BOARD_READERS = LEADS | {"petugas", "pimpinan"}
PROCESS_READERS = LEADS | {"pimpinan", "auditor"}
"""See how long cases stand at each step of a process, and watch days again: figures of the cases
they may see, no persons.
"""
REPORT_READERS = PROCESS_READERS | {"bag_ops", "bag_ren"}
"""Read the figures of a month (R75, R76): without cases, and without those that are kept from
anybody.
"""
LOG_EXPORTERS = LEADS | {"auditor"}
"""Take the event log of a process out of the house, of the cases they may see."""
BAG_ORDERERS = frozenset({"auditor"})
"""Take papers of the cases they may see out of the house, with their trails, as bags (R74)."""
CASE_STARTERS = frozenset({"petugas", "pamapta"})
"""Begin cases of every process that names nobody else."""
BEGINNERS = CASE_STARTERS | UNITS | {"ka_spkt", "arsiparis", "piket_propam"}
"""May begin cases at all; of which process, the process says (`startedBy`)."""
BOX_OPENERS = frozenset({"petugas"})
"""May record that a complaint box was opened, and begin the cases of its sheets (R19)."""
BOX_WITNESSES = CASE_STARTERS | LEADS
"""May be the second person at a box."""
ARCHIVE_BOX_KEEPERS = frozenset({"arsiparis"})
"""Register boxes of old papers with all their bundles (R39)."""
OPEN_STACK_BRINGERS = CASE_STARTERS | {"arsiparis"}
"""What they bring without a cover sheet all who sort may see."""
STACK_BRINGERS = OPEN_STACK_BRINGERS | {"piket_propam"}
"""May feed stacks of papers, and sort what the cover sheets did not tell (R39). Propam has papers
of cases that nobody else opens.
"""
WHOLE_KEEPERS = frozenset({"arsiparis"})
"""May take out the whole of a stack that came by itself: from the scanner's folder, from the
mailbox.
"""
ARCHIVE_READERS = frozenset({"arsiparis", "petugas", "pamapta", "ka_spkt", "auditor"})
EXAMINERS = frozenset({"piket_reskrim", "piket_narkoba", "piket_lantas", "piket_propam"})
"""Examine the reporter and his report (R49, R51): only in cases in which they work, or that are in
their hands.
"""
PAPER_WORKERS = EXAMINERS | UNITS | {"arsiparis"}
"""Read the papers of the cases in which they work: who examines them, who makes them an archive
(R39), and who has asked for something and gets the answer (R74 to R78).
"""
TRACKING_CODE_ISSUERS = LEADS | {"petugas", "piket_propam"}
"""Hand the citizen the secret code with which he follows his case (R36); in a confined case its own
role does.
"""
CASE_READERS = frozenset({"petugas", "pamapta", "ka_spkt", "auditor"})
"""Read identities and papers of every case they may see."""
IDENTITY_READERS = EXAMINERS | CASE_READERS
"""May unlock identity fields of a case they may see and read, with a purpose (R23)."""
LEVELS: dict[str, AccessLevel] = {
    "biasa": AccessLevel.ORDINARY,
    "terbatas": AccessLevel.RESTRICTED,
    "rahasia": AccessLevel.SECRET,
    "sangat_rahasia": AccessLevel.TOP_SECRET,
}
"""The four levels by their keys in the configuration (R37)."""
CLEARANCES: dict[AccessLevel, frozenset[str]] = {
    AccessLevel.TOP_SECRET: frozenset({"arsiparis", "pimpinan", "auditor"}),
    AccessLevel.SECRET: LEADS | {"piket_propam"},
    AccessLevel.RESTRICTED: FIELD_ROLES | UNITS | {"petugas"},
}
"""The highest level each role is cleared for; others see ordinary papers only. It opens no case:
both are needed.
"""
CHECKERS = frozenset({"arsiparis"})
"""Check the quality of every paper they may read, and have a list of those that nobody has checked
(R39).
"""
CLASSIFIERS = frozenset({"arsiparis", "ka_spkt"})
"""Change the level of papers they may read; in a confined case its own role does."""

PROOF_READERS = frozenset({"arsiparis", "ka_spkt", "pimpinan", "auditor", "admin"})
"""See what the archive has proven of itself: verdicts about all of it, and of single papers those
they may read.
"""
HOLD_KEEPERS = frozenset({"arsiparis", "ka_spkt"})
"""Put a hold on papers they may read, and lift it; in a confined case its own role does."""
ARCHIVE_DISPOSERS = frozenset({"arsiparis"})
"""Propose to dispose of what is open to the unit (R37)."""
CONFINED_DISPOSERS = frozenset({"piket_propam"})
"""Propose to dispose of papers of the cases that are confined to them, and decide on it, under four
eyes.
"""
DISPOSAL_PROPOSERS = ARCHIVE_DISPOSERS | CONFINED_DISPOSERS
"""See which papers are due by the schedule."""
DISPOSAL_APPROVERS = frozenset({"ka_spkt"})
"""Decide on a proposal of the archive. What they may not know of cannot be proposed to them."""


def has_role(actor: Actor, roles: Collection[str]) -> bool:
    """True if the actor holds one of the roles."""
    return not actor.roles.isdisjoint(roles)


def is_behind_wall(
    actor: Actor, *, walled_off: Collection[UUID], only: Collection[str] | None
) -> bool:
    """Whom a case concerns loses sight of it whatever he is (R79); a confined one is seen by the
    roles `only` and nobody else.
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
    """A case is visible in its unit to overseers, to who started it, and to the roles that have
    worked or will work on it, unless a wall stands before it.
    """
    if actor.unit != unit or is_behind_wall(actor, walled_off=walled_off, only=only):
        return False
    if only is not None:
        return True
    return has_role(actor, OVERSEERS) or started_by == actor.user_id or has_role(actor, task_roles)


def seers_of_confined(role: str, *, leadership_sees: bool) -> frozenset[str]:
    """Who sees a case that is confined to `role`."""
    return CONFINED_OVERSEERS | {role} | (LEADERSHIP if leadership_sees else frozenset())


def is_lead(actor: Actor, confined_to: str | None) -> bool:
    """May the actor give tasks of a case to others? Where no lead of the counter sees it, its own
    role does.
    """
    return has_role(actor, LEADS if confined_to is None else {confined_to})


def check_lead(actor: Actor, confined_to: str | None) -> None:
    """Raise unless `is_lead`."""
    if not is_lead(actor, confined_to):
        raise Forbidden()


def reads_every_paper(actor: Actor) -> bool:
    """Does the actor read the papers and letters of every case he may see?"""
    return has_role(actor, CASE_READERS)


def can_hand_over(actor: Actor, confined_to: str | None) -> bool:
    """May the actor print slips of a case and hand them over? What is confined, its own role
    does.
    """
    return has_role(actor, CASE_STARTERS | LEADS if confined_to is None else {confined_to})


def check_hand_over(actor: Actor, confined_to: str | None) -> None:
    """Raise unless `can_hand_over`."""
    if not can_hand_over(actor, confined_to):
        raise Forbidden()


def can_read_papers(actor: Actor, *, own: Collection[str], holding: Collection[str]) -> bool:
    """Papers of a case and its letters show identities. Beside those who read every one, an
    examiner and an archivist read them where they have a task in a lane of their `own`, and a
    function to which the case was handed on as long as it is `holding` it.
    """
    return reads_every_paper(actor) or has_role(actor, {*(PAPER_WORKERS & {*own}), *holding})


def can_open_identities(actor: Actor, working: Collection[str]) -> bool:
    """May the actor unlock the identity of a case he sees, on which he works in these roles
    (R23)?
    """
    return reads_every_paper(actor) or has_role(actor, EXAMINERS & {*working})


def stacks_are_for(actor: Actor) -> str | None:
    """The role for which alone the papers are that the actor brings without a cover sheet; None
    where all who sort may see them.
    """
    own = sorted(actor.roles & (STACK_BRINGERS - OPEN_STACK_BRINGERS))
    return None if has_role(actor, OPEN_STACK_BRINGERS) else next(iter(own), None)


def disposal_scopes(actor: Actor) -> list[str | None]:
    """Whose papers the actor may propose to dispose of: those open to the unit (None), those
    confined to a role of his.
    """
    own: list[str | None] = [*sorted(actor.roles & CONFINED_DISPOSERS)]
    return [None, *own] if has_role(actor, ARCHIVE_DISPOSERS) else own


def disposal_approvers(scope: str | None) -> frozenset[str]:
    """The roles that decide on disposing of such papers."""
    return DISPOSAL_APPROVERS if scope is None else frozenset({scope})


def can_read_archive(actor: Actor) -> bool:
    """Papers brought to the archive are for its readers, whatever case they belong to besides."""
    return has_role(actor, ARCHIVE_READERS)


def clearance(actor: Actor) -> AccessLevel:
    """The highest level of which the actor may know papers at all. The system itself knows every
    one.
    """
    if actor == SYSTEM:
        return AccessLevel.TOP_SECRET
    return next(
        (level for level, roles in CLEARANCES.items() if has_role(actor, roles)),
        AccessLevel.ORDINARY,
    )


def leaves_trace(level: int) -> bool:
    """Is every look at a paper of this level put on record, its small pictures and found words
    too?
    """
    return level >= AccessLevel.RESTRICTED


def can_classify(actor: Actor, confined_to: str | None) -> bool:
    """May the actor change the level of papers that he reads in a case (`confined_to` as the case
    has it) or in the archive?
    """
    return has_role(actor, CLASSIFIERS if confined_to is None else {confined_to})


def can_check(actor: Actor, *, works_on_case: bool) -> bool:
    """May the actor, who reads a paper, put it right and find it good? So may who works on the case
    that holds it.
    """
    return works_on_case or has_role(actor, CHECKERS)


def can_hold(actor: Actor, confined_to: str | None) -> bool:
    """May the actor hold papers that he reads in a case (`confined_to` as the case has it) or in
    the archive?
    """
    return has_role(actor, HOLD_KEEPERS if confined_to is None else {confined_to})


def can_dismiss(
    actor: Actor, *, brought_by: Collection[UUID | None], confined_to: Collection[str | None]
) -> bool:
    """May the actor say that an unread paper, which he reads, may stay unread? `confined_to` as all
    cases that hold it have it: where an open case holds it too, it is not the confined one's alone.
    """
    own = {role for role in confined_to if role is not None and None not in confined_to}
    return has_role(actor, CHECKERS | own) or (
        actor.user_id is not None and actor.user_id in brought_by
    )


def clearance_of(roles: Collection[str]) -> AccessLevel:
    """The highest level that every holder of any of the roles is cleared for."""
    return min(
        next(
            (level for level, cleared in CLEARANCES.items() if role in cleared),
            AccessLevel.ORDINARY,
        )
        for role in roles
    )


def can_work_on(actor: Actor, *, unit: str, role: str) -> bool:
    """May the actor take tasks of this role in this unit?"""
    return actor.unit == unit and role in actor.roles


def check_work_on(actor: Actor, *, unit: str, role: str) -> None:
    """Raise unless `can_work_on`."""
    if not can_work_on(actor, unit=unit, role=role):
        label = ROLES.get(role, role)
        raise Forbidden(
            f"Tugas ini milik peran {label}. Minta {label} yang bertugas untuk mengerjakannya."
        )


def leads_all(actor: Actor, roles: Collection[str]) -> bool:
    """Is the actor above somebody with these roles, each of them?"""
    return bool(roles) and all(has_role(actor, LED_BY[role]) for role in roles)


def check_four_eyes(
    actor: Actor, earlier: Collection[UUID | None], principal: Principal | None = None
) -> None:
    """Who recorded must not approve (four eyes; ASVS 2.3.5). `earlier` are the users who did the
    named steps, and those for whom a substitute did them. A substitute is judged by himself and by
    whom he stands in for, his `principal`.
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
