"""Who may do and see what: the roles, the acts a role allows by itself (`MATRIX`), and the rules of
sight over the facts of one case. Pure: no table is asked here.

Routes, services, lists, searches and files all ask this module. `services.cases.access` and
`services.documents.access` state the rules of sight once more as conditions for the database; tests
compare both on the same cases.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum, auto
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


CONFINED_OVERSEERS = frozenset({"auditor"})
LEADERSHIP = frozenset({"pimpinan"})
"""See confined cases too; the leadership where the configuration says so."""

CASE_STARTERS = frozenset({"petugas", "pamapta"})
"""Begin cases of every process that names nobody else."""
OPEN_STACK_BRINGERS = CASE_STARTERS | {"arsiparis"}
"""What they bring without a cover sheet all who sort may see."""
EXAMINERS = frozenset({"piket_reskrim", "piket_narkoba", "piket_lantas", "piket_propam"})
"""Examine the reporter and his report (R49, R51): only in cases in which they work, or that are in
their hands.
"""
PAPER_WORKERS = EXAMINERS | UNITS | {"arsiparis"}
"""Read the papers of the cases in which they work: who examines them, who makes them an archive
(R39), and who has asked for something and gets the answer (R74 to R78).
"""
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

ARCHIVE_DISPOSERS = frozenset({"arsiparis"})
"""Propose to dispose of what is open to the unit (R37)."""
CONFINED_DISPOSERS = frozenset({"piket_propam"})
"""Propose to dispose of papers of the cases that are confined to them, and decide on it, under four
eyes.
"""


class Act(Enum):
    """Everything that a role allows by itself, whatever case it is about."""

    KEEP_MEMBERS = auto()
    """Add members, lock and unlock their accounts, give first passwords."""
    READ_MEMBERS = auto()
    """See the list of members, and change the roles that are theirs to give."""
    SEE_ALL_CASES = auto()
    """See all cases of their unit, except those from which a wall keeps them."""
    SEE_FAILED_STEPS = auto()
    """See the failed steps of cases that they do not see otherwise."""
    READ_INCIDENTS = auto()
    """See the failed steps of the cases they may see."""
    RETRY_INCIDENTS = auto()
    """Try the failed steps of the cases they may see again. For what is confined to Propam nobody
    else could."""
    KEEP_OUTBOX = auto()
    """See which messages of the cases they may see wait or failed, and have them sent again."""
    WATCH_SETTINGS = auto()
    """Be told when a setting of the office is missing."""
    KEEP_PROCESSES = auto()
    """See what versions of the processes differ in, and move running cases of the unit from one to
    another.
    """
    CORRECT_TIMES = auto()
    """Correct the time of a stage, with a reason."""
    READ_DISPATCH_BOARD = auto()
    """See the board of calls to a scene."""
    READ_PROCESS_FIGURES = auto()
    """See how long cases stand at each step of a process, and watch days again: figures of the
    cases they may see, no persons.
    """
    READ_SERVICE_REPORTS = auto()
    """Read the figures of a month (R75, R76): without cases, and without those that are kept from
    anybody.
    """
    EXPORT_EVENT_LOG = auto()
    """Take the event log of a process out of the house, of the cases they may see."""
    ORDER_BAGS = auto()
    """Take documents of the cases they may see out of the house, with their trails, as bags (R74).
    """
    LEAD_SHIFT = auto()
    """Give tasks to others, see who is absent and whether the site is well."""
    BEGIN_CASES = auto()
    """Begin cases at all; of which process, the process says (`startedBy`)."""
    OPEN_COMPLAINT_BOXES = auto()
    """Record that a complaint box was opened, and begin the cases of its sheets (R19)."""
    WITNESS_COMPLAINT_BOXES = auto()
    """Be the second person at a box."""
    REGISTER_ARCHIVE_BOXES = auto()
    """Register boxes of old documents with all their bundles (R39)."""
    BRING_STACKS = auto()
    """Bring stacks of documents, and sort what the cover sheets did not tell (R39). Propam has
    documents of cases that nobody else opens.
    """
    TAKE_OUT_STACKS = auto()
    """Take out the whole of a stack that came by itself: from the scanner's folder, from the
    mailbox.
    """
    READ_ARCHIVE = auto()
    """Read documents brought to the archive, whatever case they belong to besides."""
    ISSUE_TRACKING_CODES = auto()
    """Hand the citizen the secret code with which he follows his case (R36); in a confined case its
    own role does.
    """
    READ_ALL_DOCUMENTS = auto()
    """Read identities and documents of every case they may see."""
    OPEN_IDENTITIES = auto()
    """Unlock identity fields of a case they may see and read, with a purpose (R23)."""
    CHECK_QUALITY = auto()
    """Check the quality of every document they may read, and have a list of those that nobody has
    checked (R39).
    """
    CLASSIFY_DOCUMENTS = auto()
    """Change the level of documents they may read; in a confined case its own role does."""
    READ_ARCHIVE_PROOFS = auto()
    """See what the archive has proven of itself: verdicts about all of it, and of single documents
    those they may read.
    """
    HOLD_DOCUMENTS = auto()
    """Put a hold on documents they may read, and lift it; in a confined case its own role does."""
    PROPOSE_DISPOSAL = auto()
    """See which documents are due by the schedule."""
    APPROVE_DISPOSAL = auto()
    """Decide on a proposal of the archive. What they may not know of cannot be proposed to them."""
    WITHDRAW_LETTERS = auto()
    """Withdraw a letter of a case that has ended, with its number."""


MATRIX: Mapping[Act, frozenset[str]] = {
    Act.KEEP_MEMBERS: frozenset({"admin"}),
    Act.READ_MEMBERS: frozenset({"admin", "pimpinan", "piket_propam"}),
    Act.SEE_ALL_CASES: frozenset({"pamapta", "ka_spkt", "pimpinan", "auditor"}),
    Act.SEE_FAILED_STEPS: frozenset({"admin"}),
    Act.READ_INCIDENTS: LEADS | {"admin", "auditor", "piket_propam"},
    Act.RETRY_INCIDENTS: LEADS | {"admin", "piket_propam"},
    Act.KEEP_OUTBOX: LEADS | {"admin", "piket_propam"},
    Act.WATCH_SETTINGS: LEADS | {"admin"},
    Act.KEEP_PROCESSES: frozenset({"admin", "ka_spkt"}),
    Act.CORRECT_TIMES: LEADS | {"petugas"},
    Act.READ_DISPATCH_BOARD: LEADS | {"petugas", "pimpinan"},
    Act.READ_PROCESS_FIGURES: LEADS | {"pimpinan", "auditor"},
    Act.READ_SERVICE_REPORTS: (LEADS | {"pimpinan", "auditor"}) | {"bag_ops", "bag_ren"},
    Act.EXPORT_EVENT_LOG: LEADS | {"auditor"},
    Act.ORDER_BAGS: frozenset({"auditor"}),
    Act.LEAD_SHIFT: LEADS,
    Act.BEGIN_CASES: CASE_STARTERS | UNITS | {"ka_spkt", "arsiparis", "piket_propam"},
    Act.OPEN_COMPLAINT_BOXES: frozenset({"petugas"}),
    Act.WITNESS_COMPLAINT_BOXES: CASE_STARTERS | LEADS,
    Act.REGISTER_ARCHIVE_BOXES: frozenset({"arsiparis"}),
    Act.BRING_STACKS: OPEN_STACK_BRINGERS | {"piket_propam"},
    Act.TAKE_OUT_STACKS: frozenset({"arsiparis"}),
    Act.READ_ARCHIVE: frozenset({"arsiparis", "petugas", "pamapta", "ka_spkt", "auditor"}),
    Act.ISSUE_TRACKING_CODES: LEADS | {"petugas", "piket_propam"},
    Act.READ_ALL_DOCUMENTS: frozenset({"petugas", "pamapta", "ka_spkt", "auditor"}),
    Act.OPEN_IDENTITIES: EXAMINERS | (frozenset({"petugas", "pamapta", "ka_spkt", "auditor"})),
    Act.CHECK_QUALITY: frozenset({"arsiparis"}),
    Act.CLASSIFY_DOCUMENTS: frozenset({"arsiparis", "ka_spkt"}),
    Act.READ_ARCHIVE_PROOFS: frozenset({"arsiparis", "ka_spkt", "pimpinan", "auditor", "admin"}),
    Act.HOLD_DOCUMENTS: frozenset({"arsiparis", "ka_spkt"}),
    Act.PROPOSE_DISPOSAL: ARCHIVE_DISPOSERS | CONFINED_DISPOSERS,
    Act.APPROVE_DISPOSAL: frozenset({"ka_spkt"}),
    Act.WITHDRAW_LETTERS: frozenset({"ka_spkt"}),
}
"""Which roles may do each act. `docs/who-sees-what.md` shows it as a table."""


def has_role(actor: Actor, roles: Collection[str]) -> bool:
    """True if the actor holds one of the roles."""
    return not actor.roles.isdisjoint(roles)


def may(actor: Actor, *acts: Act) -> bool:
    """Return whether a role of the actor allows one of the acts."""
    return any(has_role(actor, MATRIX[act]) for act in acts)


def check_act(actor: Actor, act: Act) -> None:
    """Raise `Forbidden` unless a role of the actor allows the act."""
    if not may(actor, act):
        raise Forbidden()


@dataclass(frozen=True)
class CaseFacts:
    """What decides who sees a case."""

    unit: str
    opened_by: UUID | None = None
    task_roles: Collection[str] = ()
    """Roles that have, had or may take a task of it."""
    walled_off: Collection[UUID] = ()
    """Members whom it concerns (R79)."""
    confined_to: str | None = None
    """The role that alone works on it, beside those who watch over it."""
    leadership_sees: bool = False
    """Whether the office lets its leadership see confined cases."""

    @property
    def confined_seers(self) -> frozenset[str] | None:
        """The roles that see it where it is confined; None where it is not."""
        if self.confined_to is None:
            return None
        more = LEADERSHIP if self.leadership_sees else frozenset()
        return CONFINED_OVERSEERS | {self.confined_to} | more


def is_behind_wall(actor: Actor, case: CaseFacts) -> bool:
    """Return whether a wall or a confinement keeps the case from the actor.

    A member whom it concerns does not see it, whatever his roles are (R79).
    """
    seers = case.confined_seers
    return actor.user_id in case.walled_off or (seers is not None and not has_role(actor, seers))


def can_see_case(actor: Actor, case: CaseFacts) -> bool:
    """Return whether the actor sees the case: in its unit overseers do, the one who opened it, and
    the roles that have worked or will work on it, unless it is behind a wall.
    """
    if actor.unit != case.unit or is_behind_wall(actor, case):
        return False
    if case.confined_to is not None:
        return True
    is_own = case.opened_by == actor.user_id
    return may(actor, Act.SEE_ALL_CASES) or is_own or has_role(actor, case.task_roles)


def can_see_failed_steps(actor: Actor, case: CaseFacts) -> bool:
    """Return whether the actor sees the failed steps of the case."""
    if may(actor, Act.SEE_FAILED_STEPS) and actor.unit == case.unit:
        return not is_behind_wall(actor, case)
    return can_see_case(actor, case)


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
    return may(actor, Act.READ_ALL_DOCUMENTS)


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
    own = sorted(actor.roles & (MATRIX[Act.BRING_STACKS] - OPEN_STACK_BRINGERS))
    return None if has_role(actor, OPEN_STACK_BRINGERS) else next(iter(own), None)


def disposal_scopes(actor: Actor) -> list[str | None]:
    """Whose papers the actor may propose to dispose of: those open to the unit (None), those
    confined to a role of his.
    """
    own: list[str | None] = [*sorted(actor.roles & CONFINED_DISPOSERS)]
    return [None, *own] if has_role(actor, ARCHIVE_DISPOSERS) else own


def disposal_approvers(scope: str | None) -> frozenset[str]:
    """The roles that decide on disposing of such papers."""
    return MATRIX[Act.APPROVE_DISPOSAL] if scope is None else frozenset({scope})


def can_read_archive(actor: Actor) -> bool:
    """Papers brought to the archive are for its readers, whatever case they belong to besides."""
    return may(actor, Act.READ_ARCHIVE)


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
    return has_role(actor, MATRIX[Act.CLASSIFY_DOCUMENTS] if confined_to is None else {confined_to})


def can_check(actor: Actor, *, works_on_case: bool) -> bool:
    """May the actor, who reads a paper, put it right and find it good? So may who works on the case
    that holds it.
    """
    return works_on_case or may(actor, Act.CHECK_QUALITY)


def can_hold(actor: Actor, confined_to: str | None) -> bool:
    """May the actor hold papers that he reads in a case (`confined_to` as the case has it) or in
    the archive?
    """
    return has_role(actor, MATRIX[Act.HOLD_DOCUMENTS] if confined_to is None else {confined_to})


def can_dismiss(
    actor: Actor, *, brought_by: Collection[UUID | None], confined_to: Collection[str | None]
) -> bool:
    """May the actor say that an unread paper, which he reads, may stay unread? `confined_to` as all
    cases that hold it have it: where an open case holds it too, it is not the confined one's alone.
    """
    own = {role for role in confined_to if role is not None and None not in confined_to}
    return has_role(actor, MATRIX[Act.CHECK_QUALITY] | own) or (
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
    """Raise `Forbidden` unless the actor holds one of the roles, which a process names."""
    if not has_role(actor, roles):
        raise Forbidden()
