"""No page breaks WCAG 2.1 A or AA as far as a program can tell: for those who work here, on a desk
and on a phone, light and dark.
"""

import re
from collections.abc import Iterator
from typing import Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.architecture.tree import ROOT
from tests.e2e import counter
from tests.e2e.conftest import Opener
from tests.e2e.site import RunningSite
from tests.integration.conftest import PROCESSES

AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
FAULTS = """async () => {
  document.querySelectorAll("main details").forEach((one) => { one.open = true; });
  const { violations } = await axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"],
    resultTypes: ["violations"], preload: false,
  });
  return violations.flatMap((one) =>
    one.nodes.map((node) => `${one.id} ${node.target} ${node.failureSummary}`));
}"""
LINKS = "() => [...document.querySelectorAll('a[href]')].map((one) => one.href)"
LOOKS: tuple[tuple[ViewportSize, Literal["light", "dark"]], ...] = (
    ({"width": 1366, "height": 768}, "light"),
    ({"width": 390, "height": 844}, "dark"),
)
OPEN_TO_ALL = ("/masuk", "/persyaratan", "/verifikasi", "/lacak", "/angka-pengaduan", "/sop")
ROLES = (
    "petugas", "pamapta", "kaspkt", "samapta", "reskrim", "propam", "siwas", "bagops", "arsip",
    "pimpinan", "auditor", "admin",
)  # fmt: skip
"""Who sees pages that are not those of another; the duty functions are like `reskrim`, the
supporting units like `bagops`.
"""
KEYS = "|".join(
    sorted(path.name for path in PROCESSES.iterdir() if (path / "process.bpmn").exists())
)
WHICH = re.compile(
    rf"[0-9a-f]{{8}}-[0-9a-f-]{{27}}|\d[\d.-]*|(?<=/)(?:{KEYS})(?=/|$)|(?<=/kelompok/)\w+"
    r"|(?<=/pengaturan/)(?!anggota|libur|piket|penggantian|kelompok)[\w.]+"
)
"""What tells two pages of one kind apart."""
BEGIN = {
    "petugas": ("/cari?kata=Contoh",),
    "kaspkt": (
        "/pengaturan",
        "/pengaturan/kop_surat",
        "/pengaturan/kanal_pengaduan",
        "/pengaturan/jadwal_retensi",
    ),
}
"""Where a walk of them begins too, beside the inbox."""
OF_EVERYBODY = frozenset({"/", "/tugas/*", "/berkas/*"})
"""Kinds that look otherwise for each role; the others are looked at as the first one sees them who
comes there.
"""
NO_PAGE = re.compile(r"\.(pdf|csv|json)$|/unduh|/asli$")
DEEP = 2
"""So many links are followed from where a walk begins."""


@pytest.fixture(scope="module")
def seen() -> set[str]:
    """Kinds of pages that were looked at."""
    return set()


def kind_of(path: str) -> str:
    return WHICH.sub("*", path)


def faults(page: Page) -> Iterator[str]:
    """What axe finds on this page."""
    page.evaluate(AXE)
    for size, scheme in LOOKS:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        yield from (f"{size['width']} {scheme}: {fault}" for fault in page.evaluate(FAULTS))


def walk(page: Page, site: RunningSite, begin: tuple[str, ...], seen: set[str]) -> list[str]:
    """Go from these pages along their links; what is wrong on one page of each kind that was not
    looked at yet.
    """
    waiting, own = [(path, 0) for path in begin], set[str]()
    found: list[str] = []
    while waiting:
        path, depth = waiting.pop(0)
        kind = kind_of(urlsplit(path).path)
        if depth and kind in own | (seen - OF_EVERYBODY):
            continue
        own.add(kind)
        answer = page.goto(site.address + path)
        assert answer is not None and answer.ok, path
        page.wait_for_load_state()
        if depth < DEEP:
            links = [urlsplit(link) for link in page.evaluate(LINKS)]
            near = [link.path for link in links if f"{link.scheme}://{link.netloc}" == site.address]
            waiting += [
                (link, depth + 1) for link in dict.fromkeys(near) if not NO_PAGE.search(link)
            ]
        found += [f"{kind} {fault}" for fault in faults(page)]
    seen |= own
    return found


def test_what_is_open_to_all(site: RunningSite, browsing: Opener, seen: set[str]) -> None:
    found = walk(browsing(), site, OPEN_TO_ALL, seen)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("username", ROLES)
def test_the_pages_of_a_role(
    site: RunningSite, signed_in: Opener, seen: set[str], username: str
) -> None:
    page = signed_in(username)
    expect(page.get_by_role("heading", name="Beranda")).to_be_visible()
    begin = ["/", *BEGIN.get(username, ())]
    if username == "petugas":
        counter.start_case(page, site.address)
        begin.insert(0, urlsplit(page.url).path)

    found = walk(page, site, tuple(begin), seen)
    assert not found, "\n".join(found)


def test_a_fault_would_be_found(site: RunningSite, browsing: Opener) -> None:
    page = browsing()
    page.goto(f"{site.address}/masuk")
    page.evaluate("document.querySelector('label').remove()")
    page.evaluate("document.querySelector('h1').setAttribute('aria-level', 'x')")

    assert any("label" in fault for fault in faults(page))
