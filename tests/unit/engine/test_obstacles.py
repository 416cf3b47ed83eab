"""Which running cases cannot be moved, and the sentences that say why."""

import pytest

from tests.unit.engine.calls import complaint, hand_off
from tests.unit.engine.folder import Folder
from tests.unit.engine.play import Play, handing_on, line
from tests.unit.engine.versions import beside, first, in_turn, with_check, without_reminder
from workflow_app.engine import migration_obstacles
from workflow_app.engine.migration_obstacles import Verdict


def judged(play: Play, folder: Folder, *done: str, letters: tuple[str, ...] = ()) -> Verdict:
    return migration_obstacles.judge(
        play.definition, folder.definition(), play.step.state, play.now, done=done, letters=letters
    )


def sentences(play: Play, folder: Folder, *done: str, letters: tuple[str, ...] = ()) -> list[str]:
    return [
        obstacle.sentence for obstacle in judged(play, folder, *done, letters=letters).obstacles
    ]


@pytest.mark.parametrize("new", [first, with_check, without_reminder])
def test_nothing_is_in_the_way_of_what_goes_on(new: type[Folder]) -> None:
    assert judged(Play(first()).done("catat", jenis="mudah"), new(), "catat") == Verdict(())


def test_where_the_case_waits_is_gone_or_something_else() -> None:
    play = Play(line())
    other = Folder().start().user("lain").end().flow("mulai", "lain", "selesai")
    assert sentences(play, other) == ["Langkah “Kerja”, tempat berkas menunggu, tidak ada lagi."]
    system = (
        Folder().start().service("kerja", "shelve_papers").end().flow("mulai", "kerja", "selesai")
    )
    assert sentences(play, system) == [
        "Langkah “Kerja”, tempat berkas menunggu, berubah jenis atau letaknya."
    ]
    inside = (
        Folder()
        .start()
        .inside("rangka")
        .start("a")
        .user("kerja")
        .end("b", None)
        .flow("a", "kerja", "b")
        .outside()
    )
    inside.end().flow("mulai", "rangka", "selesai")
    assert sentences(play, inside) == [
        "Langkah “Kerja”, tempat berkas menunggu, berubah jenis atau letaknya."
    ]


def test_an_open_task_keeps_its_role_and_how_it_is_given() -> None:
    play = Play(line())
    theirs = Folder().start().user("kerja", "pamapta").end().flow("mulai", "kerja", "selesai")
    assert sentences(play, theirs) == [
        "Langkah “Kerja” yang sedang terbuka berpindah ke peran lain."
    ]
    queued = Folder().start().user("kerja", assign="queue").end().flow("mulai", "kerja", "selesai")
    assert sentences(play, queued) == [
        "Langkah “Kerja” yang sedang terbuka dibagikan dengan cara lain."
    ]


def test_what_the_system_does_at_the_moment_stays() -> None:
    play = Play(first()).done("catat", jenis="mudah").done("setujui", keputusan="setuju")
    other = first()
    other.nodes["terbit"].extension = other.nodes["terbit"].extension.replace(
        "issue_letter", "shelve_papers"
    )
    assert "Pekerjaan sistem “Terbit” yang sedang berjalan berubah." in sentences(play, other)


def test_what_a_boundary_event_has_begun_needs_it_there() -> None:
    play = Play(first()).done("catat", jenis="mudah").after(days=2)
    found = sentences(play, without_reminder(), "catat", "lama")
    assert any("“Lama” sudah terjadi" in sentence for sentence in found)


def test_branches_that_run_beside_each_other_meet_as_before() -> None:
    both = Play(beside())
    assert sentences(both, beside()) == []
    assert any("berjalan bersama" in sentence for sentence in sentences(both, in_turn()))
    one = Play(beside()).done("foto")
    assert any("berjalan bersama" in sentence for sentence in sentences(one, in_turn()))


def test_a_branch_may_get_longer_behind_where_it_stands() -> None:
    third = beside(("ukur", "hitung"))
    assert any("berjalan bersama" in sentence for sentence in sentences(Play(beside()), third))
    assert sentences(Play(third), beside(("ukur", "hitung"))) == []


def test_what_stands_in_one_branch_does_not_wait_for_one_that_never_began() -> None:
    play = Play(in_turn())
    assert play.open == ["foto"]
    assert sentences(play, beside()) == [
        "Versi baru menunggu di “Temu” cabang yang tidak pernah dimulai berkas ini."
    ]


def test_a_case_before_the_branches_may_get_them() -> None:
    before = (
        Folder().start().user("awal").user("foto").end().flow("mulai", "awal", "foto", "selesai")
    )
    after = (
        Folder()
        .start()
        .user("awal")
        .choice("pecah", tag="parallelGateway")
        .user("foto")
        .user("ukur")
    )
    after.choice("temu", tag="parallelGateway").end().flow(
        "mulai", "awal", "pecah", "foto", "temu", "selesai"
    )
    after.flow("pecah", "ukur", "temu")
    assert sentences(Play(before), after) == []


def test_what_was_answered_stays_readable() -> None:
    play = Play(first()).done("catat", jenis="mudah")
    gone = (
        Folder()
        .start()
        .user("setujui", "ka_spkt", control={"keputusan": ["setuju"]})
        .end()
        .flow("mulai", "setujui", "selesai")
    )
    assert any("jawabannya tidak akan terbaca" in one for one in sentences(play, gone, "catat"))
    fewer = with_check()
    fewer.user("catat", control={"jenis": ["mudah"]}, maxVisits=5)
    assert sentences(play, fewer, "catat") == [
        "Isian “Jenis” pada langkah “Catat” sudah dijawab, tetapi pilihannya berkurang."
    ]
    assert sentences(play, fewer) == []
    other = with_check()
    other.user("catat", control={"golongan": ["mudah"]}, maxVisits=5)
    assert any(
        "tidak ada lagi atau berubah jenis" in one for one in sentences(play, other, "catat")
    )


def test_issued_letters_stay_letters() -> None:
    play = Play(line())
    assert sentences(play, line(), letters=("tanda",)) == [
        "Surat tanda sudah terbit, tetapi tidak ada lagi di versi baru."
    ]


def deciding(*, asks: bool) -> Folder:
    """awal -> kerja -> (what was asked at the beginning decides)"""
    folder = (
        Folder()
        .start()
        .user("awal", control={"cara": ["a", "b"]} if asks else None)
        .user("kerja")
        .end()
    )
    if not asks:
        return folder.flow("mulai", "awal", "kerja", "selesai")
    folder.choice("pilih", "selesai").end("lain", "ditolak").flow(
        "mulai", "awal", "kerja", "pilih", "selesai"
    )
    return folder.when("pilih", 'cara == "b"', "lain")


def test_nothing_ahead_reads_what_was_never_asked() -> None:
    old, new = deciding(asks=False), deciding(asks=True)
    assert sentences(Play(old).done("awal"), new) == [
        "Langkah “Pilih” memerlukan “cara”, yang tidak pernah ditanyakan kepada berkas ini."
    ]
    assert sentences(Play(old), new) == []
    assert sentences(Play(new).done("awal", cara="b"), new) == []


def lettered(html: str, *, asks: bool = False) -> Folder:
    folder = (
        Folder()
        .start()
        .user("awal")
        .user("kerja")
        .service("terbit", "issue_letter", "surat", letter='"tanda"')
        .end()
    )
    folder.letter("tanda").file("letters/tanda.html", html).flow(
        "mulai", "awal", "kerja", "terbit", "selesai"
    )
    if asks:
        ada = {"type": "string", "title": "Alamat", "maxLength": 90}
        note = {"type": "string", "title": "Catatan", "maxLength": 200}
        folder.form(
            "awal",
            {"catatan": note, "alamat": ada},
            {"catatan": {"widget": "text"}, "alamat": {"widget": "text"}},
        )
    return folder


def test_no_letter_ahead_shows_what_was_not_asked() -> None:
    old, new = (
        lettered("<p>{{ jawaban.awal.catatan }}</p>"),
        lettered("<p>{{ jawaban.awal.alamat }}</p>", asks=True),
    )
    assert sentences(Play(old).done("awal"), new, "awal") == [
        (
            "Surat tanda memuat “Alamat” dari langkah “Awal”, yang belum ditanyakan ketika "
            "langkah itu dikerjakan."
        )
    ]
    assert sentences(Play(old), new) == []


def test_a_bound_of_rework_that_is_passed_already_is_in_the_way() -> None:
    play = Play(first()).done("catat", jenis="mudah")
    for _ in range(3):
        play.done("setujui", keputusan="kembali").done("catat", jenis="mudah")
    play.done("setujui", keputusan="kembali")
    tight = first()
    tight.nodes["catat"].properties["maxVisits"] = "2"
    assert sentences(play, tight) == [
        "Langkah “Catat” sudah diulang lebih sering daripada batas versi baru."
    ]


def test_a_receiver_that_was_chosen_otherwise_is_in_the_way() -> None:
    play = Play(handing_on()).done("pilih", tujuan="ka_spkt")
    other = handing_on()
    other.nodes["terima"].properties["roleFrom"] = "lain"
    assert "Langkah “Terima” yang sedang terbuka dibagikan dengan cara lain." in sentences(
        play, other
    )


def test_a_called_process_counts_as_its_caller_does() -> None:
    play = (
        Play(complaint())
        .done("isi")
        .done("serah_kirim", tujuan="piket_lantas")
        .resolve("start_clock")
    )
    assert sentences(play, complaint(), "isi", "serah_kirim") == []
    without = hand_off()
    without.nodes["serah_kabari"].id = "serah_beri_tahu"
    without.nodes["serah_beri_tahu"] = without.nodes.pop("serah_kabari")
    new = {"serah_kabari": "serah_beri_tahu"}
    without.flows = [(new.get(a, a), new.get(b, b), *rest) for a, b, *rest in without.flows]  # type: ignore[misc]  # two more
    assert any("“Serah kabari”" in one for one in sentences(play, complaint(without)))


def test_new_steps_that_the_case_has_gone_past_are_told() -> None:
    play = Play(line())
    longer = Folder().start().user("sambut").user("kerja").user("tutup").end()
    longer.flow("mulai", "sambut", "kerja", "tutup", "selesai")
    assert judged(play, longer) == Verdict((), ("Sambut",))


def test_cases_that_stand_alike_have_one_shape() -> None:
    one, other = (Play(first()).done("catat", jenis=kind) for kind in ("mudah", "sulit"))
    assert migration_obstacles.shape(one.step.state) == migration_obstacles.shape(other.step.state)
    other.done("setujui", keputusan="kembali")
    assert migration_obstacles.shape(one.step.state) != migration_obstacles.shape(other.step.state)
