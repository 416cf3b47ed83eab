"""Lists of words that say what the stemmer does not know contradict neither themselves nor each
other.
"""

import pytest

from archive import queries

FORMS = {
    "curi": "mencuri dicuri pencuri pencurian",
    "rampas": "merampas dirampas perampas perampasan",
    "rampok": "merampok dirampok perampok perampokan",
    "peras": "memeras diperas pemeras pemerasan",
    "tipu": "menipu ditipu penipu penipuan tertipu",
    "gelap": "menggelapkan digelapkan penggelapan",
    "aniaya": "menganiaya dianiaya penganiayaan",
    "keroyok": "mengeroyok dikeroyok pengeroyokan",
    "rusak": "merusak dirusak perusak perusakan kerusakan",
    "culik": "menculik diculik penculik penculikan",
    "lapor": "melapor melaporkan dilaporkan pelapor terlapor laporan pelaporan",
    "hilang": "menghilang menghilangkan kehilangan dihilangkan",
    "temu": "menemukan ditemukan penemuan penemu bertemu pertemuan",
    "tabrak": "menabrak ditabrak penabrak tabrakan tertabrak",
    "sidik": "menyidik disidik penyidik penyidikan",
    "selidik": "menyelidiki diselidiki penyelidik penyelidikan",
    "tahan": "menahan ditahan penahanan tahanan",
    "sita": "menyita disita penyitaan sitaan",
    "terang": "menerangkan diterangkan keterangan",
    "nyata": "menyatakan dinyatakan pernyataan",
    "terima": "menerima diterima penerima penerimaan",
    "milik": "memiliki dimiliki pemilik kepemilikan",
    "kirim": "mengirim dikirim pengirim pengiriman",
    "pukul": "memukul dipukul pemukul pemukulan",
    "tusuk": "menusuk ditusuk penusukan tusukan",
    "bakar": "membakar dibakar pembakaran kebakaran terbakar",
    "kemudi": "mengemudi mengemudikan dikemudikan pengemudi",
    "kendara": "mengendarai dikendarai pengendara kendaraan berkendara",
    "urus": "mengurus diurus pengurus pengurusan urusan",
    "pindah": "memindahkan dipindahkan pemindahan berpindah",
}
"""Roots of the counter's words, and their forms."""


def test_a_word_is_in_one_list_only() -> None:
    lists = (queries.STOP_WORDS, queries.AS_WRITTEN, queries.NO_ROOTS)
    assert sum(map(len, lists)) == len(frozenset().union(*lists))


@pytest.mark.parametrize("root", sorted(FORMS))
def test_any_form_of_a_word_finds_all_others(root: str) -> None:
    """The database finds a page when it has one of the stems, or the word, that are asked for."""
    forms = [root, *FORMS[root].split()]
    for asked in forms:
        family = queries.family_of(asked)
        stems = {*family, *map(queries.database_stem, family)}
        assert [form for form in forms if not {form, queries.database_stem(form)} & stems] == []


def test_no_form_of_a_word_finds_another_word() -> None:
    stems = [
        {
            queries.database_stem(form)
            for word in (root, *forms.split())
            for form in queries.family_of(word)
        }
        for root, forms in FORMS.items()
    ]
    assert sum(map(len, stems)) == len(set().union(*stems))


def test_a_root_that_hides_another_is_left_out_for_a_reason() -> None:
    stemmer, roots = queries._dictionary()
    assert not queries.NO_ROOTS & roots
    wrong = (
        "perampasan",
        "perampokan",
        "penculikan",
        "penyelidikan",
        "perusakan",
        "penyidikan",
        "perusak",
    )
    right = ["rampas", "rampok", "culik", "selidik", "rusak", "sidik", "rusak"]
    assert [stemmer.stem(word) for word in wrong] == right


@pytest.mark.parametrize(
    "typed", ["Galam-galam", "0123/IV/2026", "x" * 200, "pasar,", "", "é", "kepala"]
)
def test_what_is_no_plain_word_is_asked_for_as_it_is(typed: str) -> None:
    assert queries.family_of(typed) == [typed]


def test_words_that_say_nothing_are_left_out_unless_there_are_no_others() -> None:
    assert queries.meaningful(["surat", "yang", "hilang", "di", "Pasar"]) == [
        "surat",
        "hilang",
        "Pasar",
    ]
    assert queries.meaningful(["Yang", "di"]) == ["Yang", "di"]


def test_any_form_of_a_family_stands_for_all() -> None:
    one, other = (
        set(map(queries.database_stem, queries.family_of(word))) for word in ("Tertipu", "penipuan")
    )
    assert one == other
    assert queries.family_of("dompet") == ["dompet"]
    assert queries.family_of("Rumbiawati") == ["Rumbiawati"]


def test_a_word_is_taken_as_it_is_written_in_any_case() -> None:
    assert queries.is_as_written("Kepala")
    assert not queries.is_as_written("pala")
