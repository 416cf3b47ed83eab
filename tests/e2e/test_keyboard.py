"""An SKTLK is begun by keyboard alone, and what has the focus never stands behind the bar with the
buttons.
"""

import pytest
from playwright.sync_api import Page

from tests.e2e import counter
from tests.e2e.conftest import DESK, Opener
from tests.e2e.site import RunningSite

PHONE = {"width": 390, "height": 844}
MOST = 90
"""No page has so many places for the focus."""
COVERED = """() => {
  const focused = document.activeElement;
  if (focused === document.body) return null;
  const box = focused.getBoundingClientRect();
  const line = focused.tagName === "TEXTAREA" ? 16 : box.height / 2;  // where one types
  const found = document.elementFromPoint(box.left + box.width / 2, box.top + line);
  const own = [focused, ...(focused.labels ?? [])];
  const isSeen = found && own.some((each) => each.contains(found) || found.contains(each));
  return isSeen ? "" : focused.name || focused.textContent.trim();
}"""


def walk(page: Page) -> list[str]:
    """Go through the whole page with Tab, ticking what can be ticked; what was covered while it had
    the focus.
    """
    covered: list[str] = []
    for _ in range(MOST):
        page.keyboard.press("Tab")
        page.wait_for_timeout(50)
        found = page.evaluate(COVERED)
        if found is None:
            return covered
        covered += [found] if found else []
        if page.evaluate(
            "() => document.activeElement.type === 'checkbox' && !document.activeElement.checked"
        ):
            page.keyboard.press("Space")
    raise AssertionError("the focus does not leave the page")


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_a_case_is_begun_by_keyboard_and_the_focus_is_never_covered(
    site: RunningSite, signed_in: Opener, viewport: dict[str, int]
) -> None:
    page = signed_in("petugas", viewport=viewport, reduced_motion="reduce")
    page.goto(f"{site.address}/mulai")
    for _ in range(MOST):
        page.keyboard.press("Tab")
        if page.evaluate(
            "() => document.activeElement.form?.getAttribute('action') === '/mulai/sktlk'"
        ):
            break
    page.keyboard.press("Enter")
    counter.expect_task(page, "Terima warga")
    assert walk(page) == []
    page.get_by_label("Mempersilakan duduk").focus()
    page.keyboard.press("Control+Enter")
    counter.expect_task(page, "Identitas pelapor")
    assert walk(page) == []
