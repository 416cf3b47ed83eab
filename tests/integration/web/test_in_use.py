"""A page that goes on by itself takes nothing away that somebody has typed or chosen; one that
nobody touched goes on.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route

from workflow_app import web

SCRIPT = (Path(web.__file__).parent / "static/js/in_use.js").read_text()
PAGE = """<!doctype html><title>Coba</title><form>
<input name="kata" value="lama"><input type="hidden" name="kunci"><input type="range" name="saat">
<input type="radio" name="nomor" value="1" checked>
<input type="radio" name="nomor" value="2"><input type="checkbox" name="setuju">
<select name="jenis"><option>Surat</option><option>Foto</option></select>
<select name="alasan"><option value="" disabled>Pilih</option>
<option>Rusak</option><option>Kosong</option></select>
<select name="siapa"><option>Ana</option><option selected>Budi</option></select>
<select name="hari" multiple><option>Senin</option><option selected>Selasa</option></select>
</form>"""
IN_USE = (
    "async () => { document.activeElement.blur(); return (await import('/in_use.js')).isInUse(); }"
)
CHANGES = {
    "typed": "form.kata.value = 'baru'",
    "ticked": "form.setuju.checked = true",
    "another one of several": "form.nomor[1].checked = true",
    "another one of a list": "form.jenis.selectedIndex = 1",
    "another one where the first is none": "form.alasan.selectedIndex = 2",
    "another one than was written": "form.siapa.selectedIndex = 0",
    "one more of a list": "form.hari.options[0].selected = true",
}


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    def answer(route: Route) -> None:
        is_script = route.request.url.endswith(".js")
        route.fulfill(
            body=SCRIPT if is_script else PAGE,
            content_type="text/javascript" if is_script else "text/html",
        )

    context = browser.new_context()
    context.route("**/*", answer)
    opened = context.new_page()
    opened.goto("http://contoh.test/")
    yield opened
    context.close()


def test_what_was_typed_or_chosen_keeps_the_page(page: Page) -> None:
    assert not page.evaluate(IN_USE)
    for name, change in CHANGES.items():
        page.evaluate(f"() => {{ const form = document.forms[0]; {change}; }}")
        assert page.evaluate(IN_USE), name
        page.evaluate("() => document.forms[0].reset()")
        assert not page.evaluate(IN_USE), name


def test_what_a_script_sets_does_not(page: Page) -> None:
    page.evaluate(
        "() => { document.forms[0].kunci.value = 'a'; document.forms[0].saat.value = 7; }"
    )
    assert not page.evaluate(IN_USE)
