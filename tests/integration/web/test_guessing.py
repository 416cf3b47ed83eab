"""Guessing becomes slow; the counter goes on."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.integration.conftest import PASSWORD, TestClock
from tests.integration.web.visitor import Visitor
from workflow_app.app import create_app
from workflow_app.domain import SYSTEM, Actor
from workflow_app.models import Attempt
from workflow_app.services.accounts import sessions
from workflow_app.services.core.unit_of_work import Works
from workflow_app.settings import Settings
from workflow_app.web import limits

OFFICE, ELSEWHERE = "192.0.2.10", "198.51.100."


@pytest.fixture
def at(app: Flask) -> Callable[..., Visitor]:
    """A browser at an address."""

    def enter(address: str = OFFICE) -> Visitor:
        client = app.test_client()
        client.environ_base["REMOTE_ADDR"] = address
        return Visitor(client)

    return enter


def attempt(visitor: Visitor, name: str, password: str = "salah-salah-salah") -> int:
    visitor.open("/masuk").submit("Masuk", nama_pengguna=name, kata_sandi=password)
    return visitor.answer.status_code


def failures(works: Works) -> int:
    with works.begin(SYSTEM) as work:
        return int(work.session.scalar(select(func.coalesce(func.sum(Attempt.failures), 0))) or 0)


@pytest.mark.parametrize("name", ["budi", "tidak.ada"])
def test_each_further_wrong_password_waits_longer_whether_or_not_the_account_exists(
    at: Callable[..., Visitor], budi: Actor, clock: TestClock, name: str
) -> None:
    visitor = at()
    for _ in range(limits.AT_ADDRESS.free):
        assert attempt(visitor, name) == 401
    for seconds in (2, 4, 8, 16):
        assert attempt(visitor, name) == 429
        assert f"Tunggu {seconds} detik" in visitor.words
        assert visitor.answer.headers["Retry-After"] == str(seconds)
        assert f'value="{name}"' in visitor.text
        clock.advance(seconds=seconds)
        assert attempt(visitor, name) == 401


def test_the_right_password_does_not_pass_while_waiting_and_passes_right_after(
    at: Callable[..., Visitor], budi: Actor, clock: TestClock, works: Works
) -> None:
    visitor = at()
    for _ in range(limits.AT_ADDRESS.free):
        attempt(visitor, "budi")
    assert attempt(visitor, "budi", PASSWORD) == 429
    clock.advance(seconds=2)
    assert attempt(visitor, "budi", PASSWORD) == 200
    assert visitor.path == "/"


def test_trying_while_waiting_makes_the_wait_no_longer(
    at: Callable[..., Visitor], budi: Actor, clock: TestClock
) -> None:
    visitor = at()
    for _ in range(limits.AT_ADDRESS.free):
        attempt(visitor, "budi")
    for _ in range(10):
        assert attempt(visitor, "budi") == 429
    clock.advance(seconds=2)
    assert attempt(visitor, "budi", PASSWORD) == 200


def test_an_attack_from_many_addresses_slows_the_account_but_not_its_owner_at_the_counter(
    at: Callable[..., Visitor], sari: Actor
) -> None:
    counter = at(OFFICE)
    assert attempt(counter, "sari", PASSWORD) == 200
    counter.submit("Keluar")
    answers = [attempt(at(f"{ELSEWHERE}{host}"), "sari") for host in range(limits.ACCOUNT.free + 5)]
    assert answers.count(401) == limits.ACCOUNT.free
    assert answers[-5:] == [429] * 5
    assert attempt(at("203.0.113.9"), "sari", PASSWORD) == 429, "a device nobody knows waits"
    assert attempt(counter, "sari", PASSWORD) == 200, "the counter goes on"


def test_a_machine_is_known_for_everybody_who_signed_in_there(
    at: Callable[..., Visitor], budi: Actor, sari: Actor
) -> None:
    shared = at(OFFICE)
    for name in ("budi", "sari"):
        assert attempt(shared, name, PASSWORD) == 200
        shared.submit("Keluar")
    for host in range(limits.ACCOUNT.free):
        for name in ("budi", "sari"):
            attempt(at(f"{ELSEWHERE}{host}"), name)
    for name in ("budi", "sari"):
        assert attempt(shared, name, PASSWORD) == 200
        shared.submit("Keluar")


def test_a_known_device_cannot_guess_freely_and_is_known_for_its_own_accounts_only(
    at: Callable[..., Visitor], budi: Actor, sari: Actor
) -> None:
    device = at(OFFICE)
    attempt(device, "budi", PASSWORD)
    device.submit("Keluar")
    own = [attempt(device, "budi") for _ in range(limits.DEVICE.free + 1)]
    other = [attempt(device, "sari") for _ in range(limits.AT_ADDRESS.free + 1)]
    assert (own[-2:], other[-2:]) == ([401, 429], [401, 429])


def test_a_device_cookie_is_signed_and_closed_to_scripts(
    at: Callable[..., Visitor], budi: Actor
) -> None:
    visitor = at().open("/masuk")
    data = {"csrf_token": visitor.token(), "nama_pengguna": "budi", "kata_sandi": PASSWORD}
    answer = visitor.client.post("/masuk", data=data)
    device = next(
        line for line in answer.headers.getlist("Set-Cookie") if line.startswith("sentra-device=")
    )
    assert "HttpOnly" in device
    assert "SameSite=Strict" in device
    assert "budi" not in device
    forger = at()
    forger.client.set_cookie("sentra-device", device.split(";")[0].split("=", 1)[1][:-2] + "xx")
    answers = [attempt(forger, "budi") for _ in range(limits.AT_ADDRESS.free + 1)]
    assert answers[-1] == 429


def test_many_accounts_tried_from_one_address_slow_that_address_but_not_its_known_devices(
    at: Callable[..., Visitor], budi: Actor, sari: Actor
) -> None:
    counter = at(OFFICE)
    attempt(counter, "budi", PASSWORD)
    counter.submit("Keluar")
    sprayer = at(OFFICE)
    answers = [attempt(sprayer, f"tamu{number}") for number in range(limits.ADDRESS.free + 1)]
    assert answers[-2:] == [401, 429]
    assert attempt(at(OFFICE), "sari", PASSWORD) == 429
    assert attempt(at("203.0.113.9"), "sari", PASSWORD) == 200
    assert attempt(counter, "budi", PASSWORD) == 200


def test_a_change_of_shift_behind_one_address_leaves_no_trace_in_the_counts(
    at: Callable[..., Visitor], budi: Actor, works: Works
) -> None:
    for _ in range(limits.ADDRESS.free + 5):
        assert attempt(at(OFFICE), "budi", PASSWORD) == 200
    assert failures(works) == 0


def test_the_counts_hold_across_web_processes_and_hold_no_name_or_address(
    settings: Settings, works: Works, at: Callable[..., Visitor], budi: Actor
) -> None:
    for _ in range(limits.AT_ADDRESS.free):
        attempt(at(), "budi")
    other_process = create_app(settings, works=works).test_client()
    other_process.environ_base["REMOTE_ADDR"] = OFFICE
    assert attempt(Visitor(other_process), "budi", PASSWORD) == 429
    with works.begin(SYSTEM) as work:
        keys = work.session.scalars(select(Attempt.key)).all()
    assert {len(key) for key in keys} == {32}
    assert not any(b"budi" in key or OFFICE.encode() in key for key in keys)


def test_the_old_password_cannot_be_guessed_inside_a_session(
    visit: Callable[[str], Visitor], budi: Actor
) -> None:
    visitor = visit("budi")
    statuses = []
    for _ in range(limits.OLD_PASSWORD.free + 1):
        visitor.open("/akun/sandi").submit(
            "Ganti kata sandi",
            lama="salah-salah",
            baru="kalimat baru yang panjang",
            ulang="kalimat baru yang panjang",
        )
        statuses.append(visitor.answer.status_code)
    assert statuses[-2:] == [400, 429]
    assert visitor.answer.headers["Retry-After"] == "2"


def test_guessing_codes_of_letters_becomes_slow_from_that_address_only(
    at: Callable[..., Visitor], sktlk: str, clock: TestClock
) -> None:
    guesser = at()
    for number in range(limits.LOOKUPS.free):
        assert guesser.open(f"/verifikasi/0000-0000-0000-{number:04}").answer.status_code == 404
    guesser.open("/verifikasi/0000-0000-0000-0000")
    assert guesser.answer.status_code == 429
    assert "Tunggu 2 detik" in guesser.words
    assert guesser.answer.headers["Retry-After"] == "2"
    assert at("203.0.113.9").open("/verifikasi/0000-0000-0000-0000").answer.status_code == 404
    clock.advance(seconds=2)
    assert guesser.open("/verifikasi/0000-0000-0000-0000").answer.status_code == 404


def test_forgotten_counts_are_swept(
    at: Callable[..., Visitor], works: Works, clock: TestClock
) -> None:
    attempt(at(), "tidak.ada")
    with works.begin(SYSTEM) as work:
        assert sessions.sweep_attempts(work) == 0
    clock.at += sessions.FORGOTTEN + timedelta(minutes=1)
    with works.begin(SYSTEM) as work:
        assert sessions.sweep_attempts(work) == 3


def test_six_addresses_of_one_ipv6_network_are_one_address(
    at: Callable[..., Visitor], budi: Actor
) -> None:
    answers = [
        attempt(at(f"2001:db8:1:2::{host}"), "budi")
        for host in range(1, limits.AT_ADDRESS.free + 2)
    ]
    assert answers[-1] == 429
