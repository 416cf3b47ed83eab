"""What two versions differ in, in words, and what is marked in each drawing."""

from tests.unit.engine.calls import complaint, hand_off
from tests.unit.engine.folder import Folder
from tests.unit.engine.play import line
from tests.unit.engine.versions import first, with_check, without_reminder
from workflow_app.engine.differences import Change, Difference, compare, marks


def found(old: Folder, new: Folder, about: str | None = None) -> list[Difference]:
    all_of_them = compare(old.definition(), new.definition())
    return [one for one in all_of_them if about in (None, one.about)]


def told(differences: list[Difference]) -> list[tuple[str, str]]:
    return [(one.kind, one.name) for one in differences]


def test_the_same_folder_differs_in_nothing() -> None:
    assert found(first(), first()) == []


def test_steps_and_flows_that_came_and_went() -> None:
    assert told(found(first(), with_check(), "Langkah")) == [("added", "Periksa")]
    assert told(found(first(), with_check(), "Alur")) == [
        ("added", "Periksa → Terbit"),
        ("added", "Cukup → Periksa"),
        ("removed", "Cukup → Terbit"),
    ]
    (condition,) = [
        one for one in found(first(), with_check(), "Alur") if one.name == "Cukup → Periksa"
    ]
    assert condition.changes == (Change("Syarat", "", 'keputusan == "setuju"'),)


def test_a_timer_says_both_lengths() -> None:
    (timer,) = found(first(), with_check(), "Peristiwa")
    assert (timer.kind, timer.name, timer.changes) == (
        "changed",
        "Lama",
        (Change("Pengatur waktu", '"P1D"', '"P2D"'),),
    )


def test_names_roles_and_rules_of_a_step() -> None:
    other = (
        Folder()
        .start()
        .user("kerja", "pamapta", fourEyes="kerja", attributes={"name": "Kerja ulang"})
    )
    other.end().flow("mulai", "kerja", "selesai")
    other.lane_names["pamapta"] = "Pamapta"
    (step,) = found(line(), other, "Langkah")
    assert step.changes[:2] == (
        Change("Nama", "Kerja", "Kerja ulang"),
        Change("Peran", "petugas", "Pamapta"),
    )
    assert Change("Empat mata terhadap", "", "kerja") in step.changes
    assert told(found(line(), other, "Lajur")) == [("added", "Pamapta")]


def test_questions_of_a_form() -> None:
    note = {"type": "string", "title": "Keterangan", "maxLength": 100}
    other = line().form("kerja", {"catatan": note, "hari": {"type": "string", "title": "Hari"}},
        {"catatan": {"widget": "textarea"}, "hari": {"widget": "text"}})  # fmt: skip
    (form,) = found(line(), other, "Formulir")
    assert (form.name, form.process, form.before, form.after) == (
        "Kerja",
        "uji",
        ("kerja",),
        ("kerja",),
    )
    assert Change("Isian “Keterangan”, pertanyaan", "Catatan", "Keterangan") in form.changes
    assert Change("Isian “Keterangan”, jenis", "text", "textarea") in form.changes
    assert Change("Isian “Hari”", "", "ada") in form.changes


def test_how_the_answers_of_a_form_lie_to_each_other() -> None:
    years = {
        "dari": {"type": "integer", "title": "Dari"},
        "sampai": {"type": "integer", "title": "Sampai"},
    }
    fields: dict[str, dict[str, object]] = {name: {"widget": "number"} for name in years}
    rule = {"at_least": "dari", "sentence": "Periksa tahunnya."}
    old = line().form("kerja", years, fields)
    new = line().form("kerja", years, {**fields, "sampai": {"widget": "number", "order": [rule]}})
    (form,) = found(old, new, "Formulir")
    order = "Isian “Sampai”, urutan terhadap isian lain"
    assert form.changes == (Change(order, "", "at_least dari (Periksa tahunnya.)"),)


def test_words_of_a_letter_without_its_tags() -> None:
    old = first().file("letters/tanda.html", "<p>Diterima dari {{ nama }}</p>\n<p>Terima kasih</p>")
    new = first().file(
        "letters/tanda.html", "<p><b>Diterima</b> dari {{ nama }}</p>\n<p>Gratis</p>"
    )
    (letter,) = found(old, new, "Surat")
    assert letter.changes == (Change("Isi", "Terima kasih", "Gratis"),)


def test_of_a_long_passage_only_what_differs_is_shown() -> None:
    words = (
        "satu dua tiga empat lima enam tujuh {} delapan sembilan sepuluh sebelas dua-belas "
        "tiga-belas"
    )
    old, new = (
        first().file("letters/tanda.html", f"<p>{words.format(middle)}</p>")
        for middle in ("lama", "baru sekali")
    )
    (letter,) = found(old, new, "Surat")
    around = "… tiga empat lima enam tujuh {} delapan sembilan sepuluh sebelas dua-belas …"
    assert letter.changes == (Change("Isi", around.format("lama"), around.format("baru sekali")),)


def test_rows_of_a_table() -> None:
    def routed(*rows: list[str]) -> Folder:
        return (
            line()
            .rule("arahkan", "rute", "tujuan")
            .decision("rute", ["jenis"], ["tujuan"], [*rows])
        )

    (table,) = found(
        routed(['"a"', '"x"'], ["", '"y"']),
        routed(['"a"', '"z"'], ["", '"y"'], ['"b"', '"w"']),
        "Tabel keputusan",
    )
    assert [(one.before, one.after) for one in table.changes] == [
        ("jenis: a; tujuan: x", "jenis: a; tujuan: z"),
        ("", "jenis: b; tujuan: w"),
    ]


def test_called_processes_are_compared_in_their_own_drawing() -> None:
    slower = hand_off()
    slower.timer("serah_lewat", '"PT45M"', on="serah_bagian", cancelActivity="false")
    differences = found(complaint(), complaint(slower), "Peristiwa")
    assert [(one.name, one.process) for one in differences] == [("Serah lewat", "serah")]
    assert marks(differences, "serah", is_old=True)["changed"] == ["serah_lewat"]
    assert marks(differences, "aduan", is_old=True)["changed"] == []


def test_each_drawing_is_marked_with_what_is_in_it() -> None:
    differences = found(first(), without_reminder())
    before, after = (marks(differences, "uji", is_old=is_old) for is_old in (True, False))
    assert {"lama", "ingatkan"} <= {*before["removed"]}
    assert {"batal", "dibatalkan"} <= {*after["added"]}
    assert (before["added"], after["removed"]) == ([], [])


def test_what_no_case_runs_by_is_told_last() -> None:
    other = line().file("scenarios/satu.yaml", "x")
    assert told(found(line(), other)) == [("added", "scenarios/satu.yaml")]
