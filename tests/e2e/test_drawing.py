"""The live drawing of a case."""

import re

from playwright.sync_api import Page, expect

from tests.e2e import counter
from tests.e2e.conftest import Opener
from tests.e2e.site import RunningSite


def step(page: Page, element: str, mark: str = "") -> str:
    """Address of a drawn step, with a mark on it."""
    return f'.drawing svg .djs-element[data-element-id="{element}"]{f".is-{mark}" if mark else ""}'


def test_drawing_shows_done_and_current_steps(site: RunningSite, signed_in: Opener) -> None:
    page = signed_in("petugas2")
    number = counter.start_case(page, site.address)
    counter.receive(page)
    counter.open_case(page, site.address, number)

    expect(page.locator(step(page, "terima_warga", "done"))).to_be_visible()
    expect(page.locator(step(page, "identitas", "current"))).to_be_visible()
    expect(page.locator(".drawing .is-current")).to_have_count(1)
    expect(page.locator(step(page, "serahkan"))).to_be_visible()
    expect(page.locator(step(page, "serahkan", "done"))).to_have_count(0)
    assert page.locator(".drawing svg .djs-element").count() > 30


def test_marks_of_the_drawing_can_be_told_apart(site: RunningSite, signed_in: Opener) -> None:
    page = signed_in("petugas2")
    number = counter.start_case(page, site.address)
    counter.receive(page)
    counter.open_case(page, site.address, number)

    looks = {
        mark: page.locator(f"{step(page, element)} .djs-visual > :first-child").first.evaluate(
            "shape => { const look = getComputedStyle(shape); return [look.fill, look.stroke, look.strokeWidth]; }"
        )
        for mark, element in (("done", "terima_warga"), ("current", "identitas"), ("none", "serahkan"))
    }
    assert looks["done"] != looks["none"]
    assert looks["current"] != looks["none"]
    assert looks["done"] != looks["current"]


def test_logo_of_the_drawing_library_is_visible(site: RunningSite, signed_in: Opener) -> None:
    """Its licence asks for it."""
    page = signed_in("petugas2")
    number = counter.start_case(page, site.address)
    counter.open_case(page, site.address, number)

    logo = page.locator(".drawing a.bjs-powered-by")
    expect(logo).to_be_visible()
    expect(logo).to_have_attribute("href", re.compile("bpmn.io"))
    box = logo.bounding_box()
    assert box is not None
    assert box["width"] >= 20
    assert box["height"] >= 10
