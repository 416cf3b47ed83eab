"""R17: a complaint by telephone. Its original is the recording, which is handed in, heard, and
heard again from another place.
"""

from playwright.sync_api import Locator, expect

from tests import sounds
from tests.e2e import counter
from tests.e2e.conftest import Opener
from tests.e2e.site import RunningSite
from tests.e2e.test_complaint import SERVICE
from tests.e2e.test_phone import PHONE, check_fits

SECONDS = 150
CALL = sounds.wav(SECONDS)
"""Three pieces."""
HEARD = """async (player) => {
    player.muted = true;
    const happens = (name) => new Promise((resolve, reject) => {
        player.addEventListener(name, resolve, {once: true});
        player.addEventListener("error", () => reject(player.error.message), {once: true});
    });
    const playing = happens("playing");
    player.play();
    await playing;
    const seeked = happens("seeked");
    player.currentTime = 140;
    await seeked;
    const ended = happens("ended");
    player.playbackRate = 8;
    await ended;
    return Math.round(player.duration);
}"""
"""Play, go to another place, hear the end; the length that the browser found."""


def heard(player: Locator) -> int:
    return int(player.evaluate(HEARD))


def test_r17_the_recording_of_a_call_is_handed_in_and_heard(
    site: RunningSite, signed_in: Opener
) -> None:
    desk = signed_in("petugas")
    number = counter.start_case(desk, site.address, SERVICE, "Terima pengaduan")
    counter.question(desk, "darurat").get_by_label("Tidak").check()
    desk.get_by_label("Telepon atau 110").check()
    asked = counter.question(desk, "bukti_panggilan")
    asked.locator('input[type="file"]:not([capture])').set_input_files(
        {"name": "panggilan.wav", "mimeType": "audio/wav", "buffer": CALL[:-1000]}
    )
    expect(asked.get_by_text("Rekaman ini terpotong")).to_be_visible()
    asked.locator('input[type="file"]:not([capture])').set_input_files(
        {"name": "panggilan.wav", "mimeType": "audio/wav", "buffer": CALL}
    )
    expect(asked.get_by_text("2 menit 30 detik · Rekaman suara")).to_be_visible()
    counter.submit(desk)
    counter.expect_task(desk, "Catat pengirim yang disebut")

    counter.open_case(desk, site.address, number)
    player = desk.get_by_label("Putar rekaman Bukti panggilan")
    assert heard(player) == SECONDS
    desk.get_by_role("link", name="Bukti panggilan").click()
    expect(desk.get_by_text("Rekaman tidak dibaca sistem")).to_be_visible()
    assert heard(desk.get_by_label("Putar rekaman Bukti panggilan")) == SECONDS

    paper = desk.url
    counter.open_case(desk, site.address, number)
    lead = signed_in("pamapta", **PHONE)
    for address in (desk.url, paper):
        lead.goto(address)
        expect(lead.get_by_label("Putar rekaman Bukti panggilan")).to_be_visible()
        check_fits(lead)
