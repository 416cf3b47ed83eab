"""The live drawing of a case."""

import re

from playwright.sync_api import Page, expect

from tests.e2e import counter
from tests.e2e.conftest import Opener
from tests.e2e.site import RunningSite

LOOK = """shape => {
  const look = getComputedStyle(shape);
  return [look.fill, look.stroke, look.strokeWidth].join(" ");
}"""


def test_drawing_shows_done_and_current_steps_and_its_logo(site: RunningSite, signed_in: Opener) -> None:
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
