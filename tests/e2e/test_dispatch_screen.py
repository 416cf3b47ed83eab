"""The dispatch board on a wall: read from three metres, its clocks grow by themselves, nothing is
cut off.
"""

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Opener
from tests.e2e.site import RunningSite
from tests.e2e.test_dispatch import CALLER, LANDMARK, take_call
from tests.e2e.test_phone import PHONE, check_fits
from workflow_app.services.reporting import dispatches

WALL = {"width": 1920, "height": 1080}
LETTERS, FIGURES = 32, 90
"""Pixels on a wall screen: at 43 inches a letter of 32 pixels is 16 mm tall, which is read from
three metres.
"""
CROWDED = """most => {
  const list = document.querySelector(".screen-calls"), first = list.querySelector("[data-call]");
  first.querySelector(".screen-more").append(" Belum menerima: Piket Reskrim, Piket Samapta");
  first.dataset.due = "2026-01-01T00:00:00+00:00";
  list.replaceChildren(...Array.from({ length: most }, () => first.cloneNode(true)));
  document.querySelector("[data-stale]").hidden = false;
}"""
CUT_OFF = """call => {
  const frame = call.getBoundingClientRect();
  const places = [...call.querySelectorAll("h2, p, time, span")]
    .map(one => [one.className || one.tagName, one.getBoundingClientRect()]);
  return places
    .filter(([, box]) => box.top < frame.top - 1 || box.bottom > frame.bottom + 1
      || box.right > frame.right + 1).map(([name]) => name);
}"""
SIZE = "element => parseFloat(getComputedStyle(element).fontSize)"


def size(place: Locator) -> float:
    return float(place.evaluate(SIZE))


def check_legible(page: Page) -> None:
    call = page.locator("[data-call]").first
    assert size(call.locator("time")) >= FIGURES
    for words in ("h2", ".screen-place", ".screen-more", ".screen-word"):
        assert size(call.locator(words)) >= LETTERS, words
    assert page.evaluate("document.documentElement.scrollHeight") <= WALL["height"], (
        "nothing is below the edge"
    )


def check_full(page: Page) -> None:
    """As many calls as a screen ever shows, each late and with all its words, and the bar above
    them: nothing is cut off.
    """
    page.evaluate(CROWDED, dispatches.DISPATCH_SCREEN_MOST)
    for call in page.locator("[data-call]").all():
        assert call.evaluate(CUT_OFF) == []
        assert (
            min(size(call.locator(words)) for words in ("h2", ".screen-place", ".screen-more"))
            >= LETTERS
        )
    assert page.evaluate("document.documentElement.scrollHeight") <= WALL["height"]


def test_a_call_is_read_from_three_metres_and_its_clock_grows(
    site: RunningSite, signed_in: Opener
) -> None:
    number = take_call(signed_in("petugas"), site.address)
    wall = signed_in("pamapta", viewport=WALL)
    wall.goto(f"{site.address}/papan-tkp")
    wall.get_by_role("link", name="Tampilkan di layar dinding").click()
    call = wall.locator("[data-call]").filter(has_text="Kandangan Kota").first
    expect(call).to_contain_text("Dalam batas")
    check_legible(wall)
    shown = call.locator("time").inner_text()
    expect(call.locator("time")).not_to_have_text(shown)
    for personal in (CALLER, LANDMARK, number):
        expect(wall.get_by_text(personal)).to_have_count(0)

    check_full(wall)

    phone = signed_in("pamapta", **PHONE)
    phone.goto(f"{site.address}/papan-tkp/layar")
    check_fits(phone)
