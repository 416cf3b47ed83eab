"""Role by role: what each may do, and which cases and documents each sees.

The tables stand in `docs/who-sees-what.md`, for people. A changed rule is a changed table there.
"""

import re
from collections.abc import Callable, Iterable
from uuid import uuid4

import pytest

from tests.architecture.tree import ROOT
from workflow_app.domain import AccessLevel, Actor
from workflow_app.permissions import (
    CLEARANCES,
    MATRIX,
    ROLES,
    Act,
    CaseFacts,
    can_open_identities,
    can_read_papers,
    can_see_case,
    can_see_failed_steps,
    clearance,
    may,
)

PAGE = ROOT / "docs" / "who-sees-what.md"
OWN = "the one who opened it"
SEEN: dict[str, Callable[[str, Actor], bool]] = {
    "a case of the unit": lambda _, who: can_see_case(who, CaseFacts("spkt")),
    "a case with a task of the role": lambda role, who: can_see_case(
        who, CaseFacts("spkt", task_roles=[role])
    ),
    "a case the member opened": lambda _, who: can_see_case(who, CaseFacts("spkt", who.user_id)),
    "a case that concerns the member (R79)": lambda role, who: can_see_case(
        who, CaseFacts("spkt", who.user_id, [role], [who.user_id] if who.user_id else [])
    ),
    "a case confined to Propam": lambda role, who: can_see_case(
        who, CaseFacts("spkt", who.user_id, [role], confined_to="piket_propam")
    ),
    "the same, where the office lets its leadership see it": lambda role, who: can_see_case(
        who,
        CaseFacts("spkt", who.user_id, [role], confined_to="piket_propam", leadership_sees=True),
    ),
    "a case of another unit": lambda role, who: can_see_case(
        who, CaseFacts("lain", who.user_id, [role])
    ),
    "failed steps of a case of the unit": lambda _, who: can_see_failed_steps(
        who, CaseFacts("spkt")
    ),
    "documents of a case the member sees": lambda _, who: can_read_papers(who, own=(), holding=()),
    "documents of a case with a task of the role": lambda role, who: can_read_papers(
        who, own=[role], holding=()
    ),
    "documents of a case that the role has in hand": lambda role, who: can_read_papers(
        who, own=(), holding=[role]
    ),
    "identities of a case the member sees (R23)": lambda _, who: can_open_identities(who, ()),
    "identities of a case the role works on (R23)": lambda role, who: can_open_identities(
        who, [role]
    ),
}


def holder(role: str) -> Actor:
    return Actor(uuid4(), "Contoh", frozenset({role}))


def table(head: str, rows: dict[str, Iterable[str]]) -> str:
    lines = [f"| {head} | Roles |", "|---|---|"]
    for name, held in rows.items():
        chosen = set(held)
        named = ", ".join(role for role in ROLES if role in chosen)
        lines.append(f"| {name} | {'everybody' if chosen == set(ROLES) else named or 'nobody'} |")
    return "\n".join(lines)


def acts() -> str:
    return table("Act", {f"`{act.name}`": [r for r in ROLES if may(holder(r), act)] for act in Act})


def sight() -> str:
    return table(
        "Sees", {name: [r for r in ROLES if sees(r, holder(r))] for name, sees in SEEN.items()}
    )


def levels() -> str:
    names = {level: f"up to {level.name.lower().replace('_', ' ')}" for level in [*CLEARANCES]} | {
        AccessLevel.ORDINARY: "ordinary only"
    }
    return table(
        "Documents",
        {
            name: [r for r in ROLES if clearance(holder(r)) == level]
            for level, name in names.items()
        },
    )


@pytest.mark.parametrize("expected", [acts, sight, levels], ids=lambda each: each.__name__)
def test_r37_r79_each_role_sees_and_does_what_the_page_says(expected: Callable[[], str]) -> None:
    assert expected() in PAGE.read_text(encoding="utf-8"), f"\n{expected()}"


def test_every_act_says_what_it_allows() -> None:
    source = (ROOT / "workflow_app" / "permissions.py").read_text(encoding="utf-8")
    told = re.findall(r'^    ([A-Z_]+) = auto\(\)\n    """', source, re.MULTILINE)
    assert told == [act.name for act in Act]
    assert set(MATRIX) == set(Act)


def test_who_holds_no_role_may_do_nothing() -> None:
    nobody = Actor(uuid4(), "Contoh", frozenset())
    assert not any(may(nobody, act) for act in Act)
    assert not can_see_case(nobody, CaseFacts("spkt"))
