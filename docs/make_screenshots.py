"""Makes the pictures in docs/img/ from a running site with the demo accounts.

    ./spkt run
    .venv/bin/python docs/make_screenshots.py http://127.0.0.1:8000

Nothing on them is real: people, papers and cases of the demo are invented.
"""

import argparse
import io
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

IMAGES = Path(__file__).resolve().parent / "img"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SIZE = {"width": 1366, "height": 768}
COLOURS = 128
"""Flat pages need no more, and the files stay small."""


def main() -> int:
    """Take every picture; returns the exit code."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("address", help="Address of the site, such as http://127.0.0.1:8000")
    options.add_argument("--user", default="petugas")
    options.add_argument("--password", default="contoh-sandi-demo")
    given = options.parse_args()
    program = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if program is None:
        sys.stderr.write("The pictures need Chromium: apt-get install chromium\n")
        return 1
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(
            viewport=SIZE, locale="id-ID", color_scheme="light", reduced_motion="reduce"
        )
        requirements(page, given.address)
        sign_in(page, given.address, given.user, given.password)
        inbox(page, given.address)
        task(page, given.address)
        case(page)
        browser.close()
    return 0


def requirements(page: Page, address: str) -> None:
    """What a citizen reads without an account."""
    page.goto(f"{address}/persyaratan#stnk")
    page.locator("#stnk").wait_for()
    page.evaluate("scrollTo(0, 0)")
    keep(page, "persyaratan")


def sign_in(page: Page, address: str, username: str, password: str) -> None:
    page.goto(address)
    page.get_by_label("Nama pengguna").fill(username)
    page.get_by_label("Kata sandi").fill(password)
    page.get_by_role("button", name="Masuk").click()
    page.locator("[data-inbox]").wait_for()


def inbox(page: Page, address: str) -> None:
    """All tasks one may see."""
    page.goto(f"{address}/?daftar=semua")
    page.locator("[data-row]").first.wait_for()
    keep(page, "beranda")


def task(page: Page, address: str) -> None:
    """A checklist, with a paper handed in and one that is missing."""
    page.goto(f"{address}/?daftar=semua")
    page.locator("[data-row]").get_by_role("link", name="Lengkapi persyaratan").first.click()
    page.get_by_role("button", name="Ambil tugas").click()
    page.locator("[data-requirement]").first.wait_for()
    keep(page, "tugas")


def case(page: Page) -> None:
    """The case of that task, with its drawing."""
    page.locator(".task-line .number").click()
    page.locator(".drawing svg .is-current").first.wait_for()
    keep(page, "berkas")


def keep(page: Page, name: str) -> None:
    """Write one picture."""
    page.wait_for_load_state("networkidle")
    picture = (
        Image.open(io.BytesIO(page.screenshot()))
        .convert("RGB")
        .quantize(COLOURS, dither=Image.Dither.NONE)
    )
    path = IMAGES / f"{name}.png"
    picture.save(path, optimize=True)
    sys.stdout.write(f"{path.name}: {path.stat().st_size // 1024} kB\n")


if __name__ == "__main__":
    sys.exit(main())
