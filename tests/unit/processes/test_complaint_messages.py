"""Messages of the complaint process as delivered: when, by which number, in which words (R8,
R35).
"""

import pytest

from tests.unit.processes.flows import reachable
from tests.unit.processes.folder import complaint
from workflow_app.engine.model import read_model
from workflow_app.services.office_settings import message_texts

START = "pengaduan_masuk"


@pytest.mark.parametrize("decides", ["putuskan_penyelesaian", "putuskan_propam"])
def test_r8_every_outcome_has_words_that_may_lie_open_on_a_phone(decides: str) -> None:
    table = complaint().decision("kabar_hasil")
    for outcome in complaint().form(decides).fields["hasil_aduan"].options:
        (row,) = table.evaluate({"hasil_aduan": outcome})
        assert len(row["hasil_umum"]) < 80, outcome


def test_r35_a_number_is_told_once_it_cannot_be_withdrawn_any_more() -> None:
    assert "kabari_nomor" not in reachable(
        complaint(), START, ("serahkan_tanda_terima", "gw_langsung", "putuskan_abaikan")
    )
    assert "batalkan_tanda_terima" in reachable(complaint(), START, ("kabari_nomor",))
    model = read_model(complaint().files["process.bpmn"])
    told = [
        n
        for n in model.nodes.values()
        if n.operation == "send_message" and "to" not in n.parameters
    ]
    assert {node.parameters["letter"] for node in told} == {'"tanda_terima"'}
    for node in told:
        assert node.parameters["contact"].endswith('identitas pengirim"'), node.id


@pytest.mark.parametrize(
    ("responds", "told"),
    [("tanggapan_awal", "kabari_belum"), ("terima_propam", "kabari_belum_propam")],
)
def test_r34_who_could_not_be_reached_is_not_told_that_he_was_answered(
    responds: str, told: str
) -> None:
    model = read_model(complaint().files["process.bpmn"])
    (way,) = model.incoming[told]
    answered = next(flow for flow in model.outgoing[way.source] if flow is not way)
    assert {way.condition, answered.condition} & {
        'penyampaian == "tidak_mungkin"',
        'penyampaian == "disampaikan"',
    }
    assert model.nodes[told].parameters["template"] == '"belum_tersampaikan"'
    assert model.nodes[answered.target].parameters["template"] == '"tanggapan"'
    assert complaint().form(responds).fields["penyampaian"].control
    words = " ".join(message_texts.SEED["belum_tersampaikan"].values())
    assert "sudah ditanggapi" not in words
