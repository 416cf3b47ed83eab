"""Who may do what."""

from uuid import uuid4

import pytest

from workflow_app import permissions
from workflow_app.domain import PUBLIC, SYSTEM, AccessLevel, Actor, Forbidden, Principal

BUDI = Actor(uuid4(), "Budi", frozenset({"petugas"}))
SARI = Actor(uuid4(), "Sari", frozenset({"ka_spkt"}))
TONO = Actor(uuid4(), "Tono", frozenset({"petugas", "ka_spkt", "auditor"}), unit="lain")


@pytest.mark.parametrize(
    ("actor", "sees"),
    [(BUDI, True), (SARI, True), (TONO, False)],
    ids=["petugas", "ka_spkt", "other unit"],
)
def test_a_case_is_seen_in_its_unit_only(actor: Actor, sees: bool) -> None:
    assert (
        permissions.can_see_case(actor, unit="spkt", started_by=None, task_roles=["petugas"])
        is sees
    )


def test_a_petugas_does_not_see_a_case_of_other_roles() -> None:
    assert not permissions.can_see_case(
        BUDI, unit="spkt", started_by=None, task_roles=["piket_intelkam"]
    )


def test_who_started_a_case_sees_it() -> None:
    assert permissions.can_see_case(BUDI, unit="spkt", started_by=BUDI.user_id, task_roles=[])


def test_r79_whom_a_case_concerns_does_not_see_it_whatever_he_is() -> None:
    assert SARI.user_id
    for actor, is_seen in ((SARI, False), (BUDI, True)):
        sees = permissions.can_see_case(
            actor,
            unit="spkt",
            started_by=actor.user_id,
            task_roles=["petugas", "ka_spkt"],
            walled_off=[SARI.user_id],
        )
        assert sees is is_seen


@pytest.mark.parametrize(
    ("role", "leadership_sees", "is_seen"),
    [
        ("piket_propam", False, True),
        ("auditor", False, True),
        ("pimpinan", True, True),
        ("pimpinan", False, False),
        ("ka_spkt", True, False),
        ("petugas", True, False),
        ("admin", True, False),
    ],
)
def test_r79_a_confined_case_is_seen_by_its_role_and_who_watches_over_it(
    role: str, leadership_sees: bool, is_seen: bool
) -> None:
    actor = Actor(uuid4(), "Contoh", frozenset({role}))
    only = permissions.seers_of_confined("piket_propam", leadership_sees=leadership_sees)
    seen = permissions.can_see_case(
        actor, unit="spkt", started_by=actor.user_id, task_roles=["petugas", "ka_spkt"], only=only
    )
    assert seen is is_seen


def test_four_eyes_stop_who_recorded() -> None:
    with pytest.raises(Forbidden, match="orang lain"):
        permissions.check_four_eyes(SARI, {SARI.user_id})


def test_four_eyes_let_another_person_pass() -> None:
    permissions.check_four_eyes(SARI, {BUDI.user_id, None})


def test_a_task_of_another_role_names_the_role() -> None:
    with pytest.raises(Forbidden, match="Ka SPKT"):
        permissions.check_work_on(BUDI, unit="spkt", role="ka_spkt")


def test_roles_do_not_reach_into_another_unit() -> None:
    assert not permissions.can_work_on(TONO, unit="spkt", role="petugas")


@pytest.mark.parametrize(
    ("roles", "level"),
    [
        ({"admin"}, AccessLevel.ORDINARY),
        ({"petugas"}, AccessLevel.RESTRICTED),
        ({"piket_reskrim", "admin"}, AccessLevel.RESTRICTED),
        ({"petugas", "pamapta"}, AccessLevel.SECRET),
        ({"piket_propam"}, AccessLevel.SECRET),
        ({"petugas", "arsiparis"}, AccessLevel.TOP_SECRET),
        ({"auditor"}, AccessLevel.TOP_SECRET),
        (set(), AccessLevel.ORDINARY),
    ],
)
def test_r37_the_highest_of_the_roles_says_up_to_which_level_papers_are_known(
    roles: set[str], level: AccessLevel
) -> None:
    assert permissions.clearance(Actor(uuid4(), "Contoh", frozenset(roles))) == level


def test_r37_the_public_is_not_the_system() -> None:
    assert permissions.clearance(PUBLIC) == AccessLevel.ORDINARY
    assert permissions.clearance(SYSTEM) == AccessLevel.TOP_SECRET


def test_r37_levels_are_changed_by_the_archivist_and_in_a_confined_case_by_who_handles_it() -> None:
    archivist = Actor(uuid4(), "Contoh", frozenset({"arsiparis"}))
    propam = Actor(uuid4(), "Contoh", frozenset({"piket_propam"}))
    assert [permissions.can_classify(who, None) for who in (archivist, SARI, BUDI, propam)] == [
        True,
        True,
        False,
        False,
    ]
    assert [permissions.can_classify(who, "piket_propam") for who in (archivist, SARI, propam)] == [
        False,
        False,
        True,
    ]


def test_a_substitute_is_judged_by_himself_and_by_whom_he_stands_in_for() -> None:
    assert BUDI.user_id is not None
    absent = Principal(BUDI.user_id, BUDI.name, frozenset({"ka_spkt"}))
    permissions.check_four_eyes(SARI, {None}, absent)
    for earlier, words in (
        ({SARI.user_id}, "Anda yang mencatat"),
        ({BUDI.user_id}, "yang Anda gantikan"),
    ):
        with pytest.raises(Forbidden, match=words):
            permissions.check_four_eyes(SARI, earlier, absent)


def test_nobody_leads_who_stands_above_him_and_every_role_has_its_givers() -> None:
    assert set(permissions.LED_BY) == set(permissions.GIVERS) == set(permissions.ROLES)
    for role, above in permissions.LED_BY.items():
        assert role not in above
        assert not any(role in permissions.LED_BY[lead] for lead in above)
    for role in ("piket_propam", "pimpinan", "auditor"):
        assert "admin" not in permissions.GIVERS[role] | permissions.LED_BY[role]
    assert not permissions.leads_all(SARI, [])
