"""A call to a scene from the telephone to the leader: desk, patrol with a phone in one hand,
Pamapta, board, leader.
"""

from playwright.sync_api import Locator, Page, expect

from tests.e2e import counter
from tests.e2e.conftest import Opener
from tests.e2e.site import RunningSite
from tests.e2e.test_phone import PHONE, check_fits

CALLER = "Contoh Penelepon Salmahani"
LANDMARK = "Jalan Contoh Anggrek, seberang jembatan"
ON_DUTY = "Bripda Contoh Piket Samapta"
LARGE = 80
"""Height in pixels of a button that a thumb finds without looking."""
BOARD_PATIENCE = 30_000
BEHIND = """form => {
  const bar = form.querySelector(".answer-buttons");
  const isHidden = field => {
    field.focus();
    field.scrollIntoView({ block: "nearest" });
    return field.getBoundingClientRect().bottom > bar.getBoundingClientRect().top + 1;
  };
  const asked = [...form.elements].filter(field => field.matches("input, select, textarea") &&
      field.checkVisibility());
  return asked.filter(isHidden).map(field => field.name);
}"""


def test_a_call_from_the_telephone_to_the_leader(site: RunningSite, signed_in: Opener) -> None:
    desk = signed_in("petugas")
    number = take_call(desk, site.address)
    board = signed_in("pamapta", viewport={"width": 1920, "height": 1080})
    board.goto(f"{site.address}/papan-tkp")
    call = on_board(board, number)
    expect(call).to_contain_text("Kandangan Kota")
    expect(call).to_contain_text("Masih berbahaya")
    expect(call).not_to_contain_text(LANDMARK)
    expect(board.get_by_role("region", name="Piket sekarang")).to_contain_text(ON_DUTY)
    expect(board.get_by_text("Pekerjaan latar belakang: hidup")).to_be_visible(
        timeout=BOARD_PATIENCE
    )
    check_board_is_whole(board)
    summon(desk)
    expect(desk.locator("main")).to_contain_text("Laporan kepada pimpinan")
    expect(call).to_contain_text("Belum menerima: Piket Samapta, Pimpinan", timeout=BOARD_PATIENCE)

    phone = signed_in("samapta", **PHONE)
    take_from_queue(phone, site.address, number)
    press(phone, "Saya terima")
    phone.get_by_role("button", name="Ambil tugas").click()
    expect(phone.get_by_label("Ringkasan")).to_contain_text(LANDMARK)
    expect(phone.get_by_text(CALLER)).to_have_count(0)
    press(phone, "Berangkat sekarang")
    counter.expect_task(phone, "Tiba di TKP")
    expect(reached(call, "Berangkat")).not_to_contain_text("–", timeout=BOARD_PATIENCE)
    press(phone, "Tiba di TKP")
    counter.expect_task(phone, "Tindakan pertama di TKP")
    expect(call).to_contain_text("Tiba dalam", timeout=BOARD_PATIENCE)
    report_result(phone)

    expect(call).to_have_count(0, timeout=BOARD_PATIENCE)
    brief(board, site.address, number)
    correct_arrival(desk, site.address, number)
    conclude(signed_in("pimpinan", **PHONE), site.address, number)
    counter.open_case(desk, site.address, number)
    expect(desk.get_by_text("Selesai").first).to_be_visible(timeout=counter.WORKER_PATIENCE)


def take_call(page: Page, address: str) -> str:
    """Fill the form while talking; returns the case number."""
    page.goto(f"{address}/mulai")
    counter.start_service(page, "Laporan kejadian dan mendatangi TKP")
    counter.expect_task(page, "Terima laporan kejadian")
    page.get_by_label("Jenis kejadian").select_option(label="Perkelahian atau penganiayaan")
    place = page.get_by_label("Desa atau kelurahan TKP")
    expect(place.locator("optgroup")).to_have_count(11)
    place.select_option(label="Kandangan Kota (kelurahan), Kec. Kandangan")
    page.get_by_label("Jalan, nomor, atau patokan").fill(LANDMARK)
    page.get_by_label("Apa yang terjadi").fill("Dua kelompok berkelahi di pinggir jalan.")
    counter.question(page, "bahaya").get_by_label("Ya").check()
    page.get_by_label("Nama lengkap").fill(CALLER)
    page.get_by_label("Nomor telepon").fill("0812-3456-9088")
    page.get_by_label("Alamat tempat tinggal").fill("Jalan Contoh Kenanga 5")
    counter.submit(page)
    counter.expect_task(page, "Kumpulkan piket fungsi")
    return page.locator(".task-line .number").inner_text()


def summon(page: Page) -> None:
    """Call up the patrol; the form says who that is now."""
    patrol = page.get_by_label("Samapta")
    expect(page.locator("label").filter(has=patrol)).to_contain_text(f"Sekarang: {ON_DUTY}")
    patrol.check()
    counter.submit(page)
    expect(page).to_have_url(counter.CASE)


def check_board_is_whole(page: Page) -> None:
    """On the wall nothing of a call lies below the edge, and its letters are large."""
    call = page.get_by_role("article").first
    box = call.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 1080
    size = call.get_by_role("heading").evaluate(
        "element => parseFloat(getComputedStyle(element).fontSize)"
    )
    assert size >= 28


def take_from_queue(page: Page, address: str, number: str) -> None:
    """Find what was just sent, and take it; on the phone."""
    page.goto(f"{address}/?daftar=antrean")
    row = page.locator("[data-row]").filter(has_text=number).filter(has_text="Terima")
    row.get_by_role("button", name="Ambil tugas").first.click()
    expect(page).to_have_url(counter.TASK)
    expect(counter.submit_button(page)).to_be_visible()


def press(page: Page, words: str) -> None:
    """One large button, reached without scrolling far, is all there is to do."""
    button = counter.submit_button(page)
    expect(button).to_have_text(words)
    check_fits(page)
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= LARGE
    assert box["y"] + box["height"] <= PHONE["viewport"]["height"], "in reach without scrolling"
    button.click()


def check_in_reach(page: Page) -> None:
    """From the top of the page to its end the button is on the screen; no field that has the focus
    lies behind it.
    """
    height = PHONE["viewport"]["height"]
    for end in (0, "document.documentElement.scrollHeight"):
        page.evaluate(f"() => scrollTo(0, {end})")
        expect(counter.submit_button(page)).to_be_in_viewport(ratio=1)
        box = counter.submit_button(page).bounding_box()
        assert box is not None
        assert box["y"] > height - 150, "under the thumb"
    hidden = page.locator("#formulir").evaluate(BEHIND)
    assert hidden == []


def report_result(page: Page) -> None:
    """What was done and found, from the scene. The button stays under the thumb and covers nothing
    that is asked.
    """
    check_in_reach(page)
    page.get_by_label("Mengamankan dan menutup TKP").check()
    counter.question(page, "diminta_bayar").get_by_label("Tidak", exact=True).check()
    page.get_by_label("Warga sudah diberi tahu bahwa mendatangi TKP tanpa biaya").check()
    counter.submit(page)
    counter.expect_task(page, "Laporkan hasil")
    check_fits(page)
    check_in_reach(page)
    counter.submit(page)
    expect(page.locator("[data-faults]")).to_be_in_viewport()
    check_in_reach(page)
    page.get_by_label("Selesai ditangani di tempat").check()
    page.get_by_label("Temuan di TKP").fill("Kelompok sudah dibubarkan.")
    counter.question(page, "perlu_lp").get_by_label("Tidak").check()
    counter.submit(page)
    expect(page).to_have_url(counter.CASE)


def brief(page: Page, address: str, number: str) -> None:
    """Pamapta writes down the APP that was given by radio."""
    counter.open_case(page, address, number)
    counter.take(page, "Beri APP")
    page.get_by_label("Isi APP").fill("Datangi, lerai, amankan.")
    counter.submit(page)
    expect(page).to_have_url(counter.CASE)


def correct_arrival(page: Page, address: str, number: str) -> None:
    """The desk puts another time of arrival beside the recorded one; a reason too short is told
    where it stands.
    """
    counter.open_case(page, address, number)
    row = page.locator("#tahap-tiba")
    row.get_by_text("Koreksi waktu").click()
    row.get_by_label("Alasan koreksi").fill("salah")
    row.get_by_role("button", name="Simpan koreksi").click()
    expect(page.locator("#tahap-tiba .error")).to_contain_text("paling sedikit sepuluh huruf")


def conclude(page: Page, address: str, number: str) -> None:
    """The leader acknowledges the call and its result."""
    for _ in range(2):
        take_from_queue(page, address, number)
        check_fits(page)
        counter.submit(page)
        expect(page).to_have_url(counter.CASE)


def on_board(page: Page, number: str) -> Locator:
    """One call on the board."""
    return page.get_by_role("article", name=f"Laporan {number}")


def reached(call: Locator, stage: str) -> Locator:
    """One stage of it."""
    return call.get_by_role("listitem").filter(has_text=stage)
