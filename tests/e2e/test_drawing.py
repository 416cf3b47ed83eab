"""The live drawing of a case."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import counter
from tests.e2e.conftest import Opener
from tests.e2e.site import RunningSite

LOOK = """shape => {
  const look = getComputedStyle(shape);
  return [look.fill, look.stroke, look.strokeWidth].join(" ");
}"""

LETTERS = "text => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a"
FOLDED = "(box, isFolded) => { box.style.display = isFolded ? 'none' : ''; }"
FOLDED_FIRST = """addEventListener("DOMContentLoaded", () => {
  document.querySelector(".drawing").style.display = "none";
})"""
AFTER_LAYOUT = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
DRAG = """(box, {dx, dy}) => {
  const at = (type, clientX, clientY) => box.dispatchEvent(new PointerEvent(type, {
    pointerId: 7, pointerType: "touch", clientX, clientY, bubbles: true,
  }));
  at("pointerdown", 200, 400);
  at("pointermove", 200 + dx, 400 + dy);
  at("pointerup", 200 + dx, 400 + dy);
}"""


def test_drawing_shows_done_and_current_steps_and_its_logo(
    site: RunningSite, signed_in: Opener
) -> None:
    page = signed_in("petugas2")
    number = counter.start_case(page, site.address)
    counter.receive(page)
    counter.open_case(page, site.address, number)

    expect(page.locator(step("terima_warga", "done"))).to_be_visible()
    expect(page.locator(step("identitas", "current"))).to_be_visible()
    expect(page.locator(".drawing .is-current")).to_have_count(1)
    expect(page.locator(step("serahkan"))).to_be_visible()
    expect(page.locator(step("serahkan", "done"))).to_have_count(0)
    assert page.locator(".drawing svg .djs-element").count() > 30
    looks = {look_of(page, element) for element in ("terima_warga", "identitas", "serahkan")}
    assert len(looks) == 3, "done, current and coming steps can be told apart"
    check_logo(page)


def test_drawing_opens_readable_on_the_step_that_waits_and_is_moved_by_button_key_and_finger(
    site: RunningSite, signed_in: Opener
) -> None:
    """The drawing of an LP is far larger than its frame, on a desk and much more so on a phone."""
    page = signed_in("petugas2")
    page.goto(f"{site.address}/mulai")
    page.locator('form[action$="/mulai/lp"] button').click()
    page.locator(".task-line a.number").click()
    for width, height in ((1366, 768), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        page.reload()
        check_readable(page, "terima_pelapor")
        page.get_by_role("button", name="Seluruhnya").click()
        whole = letters(page, "terima_pelapor")
        assert whole < 11, "all of it fits, too small to read"
        page.get_by_role("button", name="Perbesar").click()
        assert letters(page, "terima_pelapor") == pytest.approx(1.4 * whole, rel=0.05)
        page.get_by_role("button", name="Langkah sekarang").click()
        check_readable(page, "terima_pelapor")

    page.locator(".drawing").focus()
    before = place(page, "terima_pelapor")
    page.keyboard.press("ArrowRight")
    assert place(page, "terima_pelapor")[0] == pytest.approx(before[0] - 80, abs=2)
    page.keyboard.press("0")
    assert letters(page, "terima_pelapor") < 11
    page.keyboard.press("Home")
    check_readable(page, "terima_pelapor")
    before = place(page, "terima_pelapor")
    page.locator(".drawing").evaluate(DRAG, {"dx": -60, "dy": 10})
    assert place(page, "terima_pelapor") == pytest.approx((before[0] - 60, before[1] + 10), abs=2)


def test_a_drawing_whose_box_has_no_size_waits_until_it_has(
    site: RunningSite, signed_in: Opener
) -> None:
    """A page that is folded away, printed or photographed whole gives the frame no size for a
    moment. No console error is written.
    """
    page = signed_in("petugas2")
    number = counter.start_case(page, site.address)
    counter.open_case(page, site.address, number)
    expect(page.locator(step("terima_warga", "current"))).to_be_visible()
    for is_folded in (True, False):
        page.locator(".drawing").evaluate(FOLDED, is_folded)
        page.locator(".drawing").evaluate(AFTER_LAYOUT)
    page.screenshot(full_page=True)
    check_readable(page, "terima_warga")

    page.add_init_script(FOLDED_FIRST)
    page.reload()
    expect(page.locator(".drawing svg .djs-element").first).to_be_attached()
    page.locator(".drawing").evaluate(FOLDED, False)
    check_readable(page, "terima_warga")


def letters(page: Page, element: str) -> float:
    """How tall the letters of a step are on the screen, in pixels."""
    return float(page.locator(f"{step(element)} text").first.evaluate(LETTERS))


def place(page: Page, element: str) -> tuple[float, float]:
    """Where a step is, seen from the corner of the window."""
    box = page.locator(f"{step(element)} .djs-visual").first.bounding_box()
    assert box is not None
    return box["x"], box["y"]


def check_readable(page: Page, element: str) -> None:
    """The step lies whole inside the frame, in letters that can be read."""
    expect(page.locator(step(element, "current"))).to_be_visible()
    assert letters(page, element) >= 11
    frame = page.locator(".drawing").bounding_box()
    shape = page.locator(f"{step(element)} .djs-visual").first.bounding_box()
    assert frame is not None
    assert shape is not None
    assert frame["x"] <= shape["x"]
    assert shape["x"] + shape["width"] <= frame["x"] + frame["width"]
    assert frame["y"] <= shape["y"]
    assert shape["y"] + shape["height"] <= frame["y"] + frame["height"]


def step(element: str, mark: str = "") -> str:
    """Address of a drawn step, with a mark on it."""
    return f'.drawing svg .djs-element[data-element-id="{element}"]{f".is-{mark}" if mark else ""}'


def look_of(page: Page, element: str) -> str:
    """Colours and line of its shape."""
    return str(page.locator(f"{step(element)} .djs-visual > :first-child").first.evaluate(LOOK))


def check_logo(page: Page) -> None:
    """The licence of the drawing library asks for it, visible and in its size."""
    logo = page.locator(".drawing a.bjs-powered-by")
    expect(logo).to_be_visible()
    expect(logo).to_have_attribute("href", re.compile("bpmn.io"))
    box = logo.bounding_box()
    assert box is not None
    assert box["width"] >= 20
    assert box["height"] >= 10
