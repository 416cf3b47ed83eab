"""A letter is shown by the browser's own viewer, under a policy that allows nothing inline."""

import io

from PIL import Image
from playwright.sync_api import Error, Page

from tests.e2e import counter
from tests.e2e.conftest import Opener
from tests.e2e.site import RunningSite
from workflow_app.tools.embedded.server_processes import wait_until

PAPER, INK = 0.3, 0.002
"""Shares of the picture that are at least as white as paper and as dark as ink."""


def test_a_letter_is_seen_in_the_browser_and_nothing_inline_is_allowed(
    site: RunningSite, signed_in: Opener
) -> None:
    page = signed_in("kaspkt")
    counter.open_case(page, site.address, "000001")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Buka surat (PDF)").first.click()
    shown = opened.value
    answer = page.request.get(shown.url)

    assert answer.headers["content-type"] == "application/pdf"
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert wait_until(lambda: is_paper_with_ink(shown), counter.WORKER_PATIENCE / 1000, pause=0.5)


def is_paper_with_ink(page: Page) -> bool:
    """Whether the middle of the window, where no control of the viewer is, shows a written
    sheet.
    """
    try:
        picture = Image.open(io.BytesIO(page.screenshot())).convert("L")
    except Error:  # the viewer is still being drawn
        return False
    width, height = picture.size
    shades = picture.crop((width // 4, height // 4, width * 3 // 4, height)).histogram()
    return sum(shades[250:]) >= PAPER * sum(shades) and sum(shades[:60]) >= INK * sum(shades)
