"""Planted faults in what service tasks ask for. They are tried in `test_lint`."""

from tests.unit.engine.folder import Folder
from tests.unit.engine.play import handing_on, line, with_setting

FAULTS: dict[str, tuple[Folder, str, str]] = {
    "an unknown operation": (line().service("kirim", "send_mail"), "operation-unknown", "kirim"),
    "a missing parameter": (line().service("jam", "start_clock"), "operation-parameter", "jam"),
    "a clock per something unknown": (line().service("jam", "start_clock", clock='"a"').add("serviceTask", "lain", "sistem", clause="R5", clockPer="round"), "clock-per", "lain"),
    "a setting that is not there": (with_setting("uji.cara"), "setting-unknown", "baca"),
    "a route of a group that is not there": (line().service("rute", "read_route", table='"rute"', need='"sim"'), "route-unknown", "rute"),
    "a route of a group that a variable names": (line().service("rute", "read_route", table="jenis", need='"sim"'), "route-unknown", "rute"),
    "an edge of nothing": (line().add("serviceTask", "lain", "sistem", clause="R5", edge="datang"), "clock-edge", "lain"),
    "a surplus parameter": (line().service("jam", "start_clock", clock='"a"', target="1"), "operation-parameter", "jam"),
    "a case begun in a process that a variable names": (line().service("lanjut", "start_case", process="jenis", reason='"Dicuri"'), "kin-process", "lanjut"),
    "a case begun without words": (line().service("lanjut", "start_case", process='"lp"', reason='" "'), "kin-reason", "lanjut"),
    "a case begun for a reason somebody typed": (line().service("lanjut", "start_case", process='"lp"', reason="jenis"), "kin-reason", "lanjut"),
    "a message with an unknown text": (line().service("kabar", "send_message", template="'hantu'"), "message-text", "kabar"),
    "a message with a computed text": (line().service("kabar", "send_message", template="1"), "message-parameter", "kabar"),
    "a message to a variable that names no roles": (handing_on(("ka_spkt", "kades")).service("kabar", "send_message", template="'selesai'", to="tujuan"), "message-parameter", "kabar"),
    "a message to nobody known": (line().service("kabar", "send_message", template="'selesai'", to="'kades'"), "message-recipient", "kabar"),
    "a message without a contact": (line().service("kabar", "send_message", template="'selesai'", contact="'kerja'"), "message-contact", "kabar"),
    "a message that names the number of no letter": (line().service("kabar", "send_message", template="'selesai'", letter="'hantu'"), "message-letter", "kabar"),
    "a message with an unknown clock": (line().service("kabar", "send_message", template="'selesai'", clock="'hantu'"), "message-clock", "kabar"),
    "a message by an unknown way": (line().service("kabar", "send_message", template="'selesai'", channel="'merpati'"), "message-channel", "kabar"),
    "a result named like a function": (line().service("jam", "start_clock", "len", clock='"a"'), "variable-reserved", "jam"),
    "a result named typename": (line().service("jam", "start_clock", "typename", clock='"a"'), "variable-reserved", "jam"),
    "a wall around nobody": (line().service("batasi", "wall_off", from_element='"kerja"', field='"catatan"'), "wall-members", "batasi"),
    "a case confined to a variable": (line().service("khususkan", "confine", role="jenis"), "confine-role", "khususkan"),
    "a task for who cannot see it": (line().service("khususkan", "confine", role='"ka_spkt"').user("lanjut").flow("khususkan", "lanjut"), "confine-task", "lanjut"),
}  # fmt: skip
