"""Who answers for a configured value, who may change it, and what the trail says of it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.integration.conftest import MONDAY, TestClock
from workflow_app.domain import SYSTEM, Actor, Forbidden
from workflow_app.models import AuditEvent, Configuration
from workflow_app.permissions import ROLES
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.office_settings import configuration, configuration_keys
from workflow_app.services.office_settings.configuration import SEED, SOP_IN_FORCE
from workflow_app.services.office_settings.configuration_keys import OWNERS
from workflow_app.services.office_settings_admin import configuration_files

Person = Callable[..., Actor]
MIDNIGHT = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
"""1 December 2026, 00.00 WITA."""
OTHER = {"penanggung_jawab": "pimpinan", "pengubah": ["ka_spkt"]}


def test_every_key_has_an_owner_and_words() -> None:
    for key in SEED:
        assert configuration_keys.owner(key).may_change <= set(ROLES)
        assert configuration_keys.words(key)


@pytest.mark.parametrize(
    ("role", "key", "may"),
    [
        ("ka_spkt", "target.tiba_di_tkp", True),
        ("pimpinan", "target.tiba_di_tkp", False),
        ("admin", "target.tiba_di_tkp", False),
        ("petugas", "target.tiba_di_tkp", False),
        ("pimpinan", "kalender.enam_hari", True),
        ("ka_spkt", "kalender.enam_hari", True),
        ("pamapta", "kalender.enam_hari", False),
        ("piket_propam", "propam.pimpinan_melihat", True),
        ("pimpinan", "propam.pimpinan_melihat", False),
        ("admin", "telepon_unit", True),
        ("pamapta", "jadwal_piket.pamapta", True),
        ("piket_reskrim", "jadwal_piket.piket_reskrim", False),
    ],
)
def test_a_key_is_changed_by_its_owner_and_those_he_lets(
    works: Works, person: Person, role: str, key: str, may: bool
) -> None:
    with works.begin(person("dewi", role)) as work:
        if may:
            configuration.check_changer(work, key)
        else:
            with pytest.raises(Forbidden, match=" hanya dapat diubah oleh ") as told:
                configuration.check_changer(work, key)
            assert key not in told.value.sentence


def test_a_refusal_calls_a_key_as_its_page_does(works: Works, person: Person) -> None:
    titles = {
        "pengganti_peran": "Peran yang boleh menggantikan",
        "wilayah.dalam_kota": "Wilayah dalam kota",
        "kalender.enam_hari": "Kalender hari kerja",
    }
    with works.begin(person("wati", "petugas")) as work:
        for key, title in titles.items():
            with pytest.raises(Forbidden, match=f"^{title} hanya dapat diubah oleh "):
                configuration.check_changer(work, key)


def test_the_trail_and_the_row_say_who_changed_it_and_who_answers(
    works: Works, person: Person
) -> None:
    head = person("dewi", "ka_spkt")
    with works.begin(head) as work:
        configuration.set_value(work, "target.tiba_di_tkp", 12, MONDAY)
        row = work.session.get_one(Configuration, ("target.tiba_di_tkp", MONDAY))
        event = work.session.scalars(
            select(AuditEvent).where(AuditEvent.chain == "configuration:target.tiba_di_tkp")
        ).one()

        assert row.set_by == event.actor_id == head.user_id
        assert (event.details["owner"], event.details["value"]) == ("ka_spkt", 12)


def test_a_wrong_role_changes_nothing_of_a_whole_file(works: Works, person: Person) -> None:
    file = json.dumps(
        {
            "kop_surat": {"2026-12-01T00:00": ["CONTOH"]},
            "propam.pimpinan_melihat": {"2026-12-01T00:00": False},
        }
    )
    with (
        works.begin(person("dewi", "ka_spkt")) as work,
        pytest.raises(Forbidden, match="diubah oleh Piket Propam"),
    ):
        configuration_files.take_in(work, file)
    with works.begin(SYSTEM) as work:
        assert configuration.value(work, "kop_surat", MIDNIGHT) == SEED["kop_surat"]


def test_what_a_file_repeats_is_no_change_of_somebody_elses_value(
    works: Works, person: Person
) -> None:
    with works.begin(person("dewi", "ka_spkt")) as work:
        assert configuration_files.take_in(work, configuration_files.export(work)) == []


def test_an_owner_changes_at_midnight_and_comes_and_goes_with_the_file(
    works: Works, work: UnitOfWork, person: Person, clock: TestClock
) -> None:
    new = {"target": {"penanggung_jawab": "pimpinan", "pengubah": ["pamapta"]}}
    configuration.set_value(work, OWNERS, new, MIDNIGHT)
    written = json.loads(configuration_files.export(work))[OWNERS]

    assert written["2025-01-02T00:00:00+08:00"]["target"] == {
        "penanggung_jawab": "ka_spkt",
        "pengubah": [],
    }
    assert written["2026-12-01T00:00:00+08:00"] == {**SEED[OWNERS], **new}
    for instant, role in ((MIDNIGHT - timedelta(seconds=1), "ka_spkt"), (MIDNIGHT, "pimpinan")):
        clock.at = instant
        assert configuration.owner(work, "target.tiba_di_tkp").answers == role
    assert configuration.owner(work, "target.tiba_di_tkp").may_change == {"pimpinan", "pamapta"}
    assert configuration.owner(work, "kop_surat").answers == "pimpinan"


def test_an_owner_that_a_later_release_adds_is_known_under_older_owners(work: UnitOfWork) -> None:
    older = {name: told for name, told in SEED[OWNERS].items() if name != "wilayah"}
    work.session.add(
        Configuration(key=OWNERS, valid_from=SOP_IN_FORCE, value=older, set_at=MONDAY, set_by=None)
    )
    work.session.flush()

    assert configuration.owner(work, "wilayah.dalam_kota") == configuration_keys.POLICY


def test_an_owner_is_changed_beside_those_that_were_changed_before(work: UnitOfWork) -> None:
    """One at a time, in one file, and for a time before another change."""
    calendar, area, target = ({name: OTHER} for name in ("kalender", "wilayah", "target"))
    configuration.set_value(work, OWNERS, calendar, MIDNIGHT)
    later = {"2026-12-02T00:00": area, "2026-12-03T00:00": target}
    configuration_files.take_in(work, json.dumps({OWNERS: later}))

    assert configuration_files.take_in(work, json.dumps({OWNERS: later})) == []
    told = [{}, calendar, calendar | area, calendar | area | target]
    for days, changed in enumerate(told):
        at = MIDNIGHT + timedelta(days=days - 1)
        assert configuration.value(work, OWNERS, at) == {**SEED[OWNERS], **changed}


@pytest.mark.parametrize("family", ["propam", "mode_demo"])
@pytest.mark.parametrize("at", [MONDAY, MIDNIGHT, SOP_IN_FORCE])
def test_r79_whoever_says_whose_values_are_does_not_come_by_those_of_others(
    works: Works, person: Person, family: str, at: datetime
) -> None:
    head, grab = person("dewi", "ka_spkt"), {"penanggung_jawab": "ka_spkt", "pengubah": []}
    with works.begin(head) as work, pytest.raises(Forbidden, match="tidak dapat Anda ubah") as told:
        configuration.set_value(work, OWNERS, {"target": OTHER, family: grab}, at)
    assert told.value.sentence.startswith(f"Pemilik “{configuration_keys.words(family)}” ")
    with works.begin(head) as work:
        assert configuration.value(work, OWNERS, MIDNIGHT) == SEED[OWNERS]
        configuration.set_value(work, OWNERS, {"target": OTHER, family: SEED[OWNERS][family]}, at)
        assert configuration.owner(work, "target.tiba_di_tkp").answers == (
            "ka_spkt" if at == MIDNIGHT else "pimpinan"
        )
    with works.begin(SYSTEM) as work:
        configuration.set_value(work, OWNERS, {family: grab}, MIDNIGHT)


def test_r79_a_family_that_propam_was_given_is_not_taken_back_by_leaving_it_out(
    works: Works, person: Person
) -> None:
    given = {"publikasi": {"penanggung_jawab": "piket_propam", "pengubah": []}}
    head = person("dewi", "ka_spkt")
    with works.begin(head) as work:
        configuration.set_value(work, OWNERS, given, MONDAY)
    with works.begin(head) as work:
        configuration.set_value(work, OWNERS, {"target": OTHER}, MIDNIGHT)
        assert configuration.value(work, OWNERS, MIDNIGHT)["publikasi"] == given["publikasi"]
        with pytest.raises(Forbidden, match="Piket Propam"):
            configuration.set_value(work, OWNERS, {"publikasi": OTHER}, MIDNIGHT)
