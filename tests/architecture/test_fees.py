"""What the texts say about money: only what SPKT does itself is called free, and never a SIM, an
STNK or an SKCK (R69).
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from lxml import etree

from tests.architecture.tree import ROOT
from workflow_app.services.office_settings import configuration

CLAIM = re.compile(
    (
        r"gratis|cuma-cuma|\bRp ?0\b|(tanpa|bebas)( dipungut| pungutan)? biaya|tidak "
        r"(dipungut|berbiaya)"
    ),
    re.I,
)
OFFICIAL_FEES = re.compile(r"\b(SIM|STNK|SKCK|BPKB|TNKB|Satpas|Samsat)\b")
OWN = re.compile(
    r"SPKT|TKP|Ombudsman|Laporan Polisi|(surat( keterangan)?|pengaduan|pelayanan) "
    r"ini|pengaduan dan laporan|"
    r"penerbitannya|warga tidak membayar",
    re.I,
)
"""What may be called free: the service of SPKT, the paper in the hand, a complaint (also to the
Ombudsman), a call to a scene.
"""
MARKUP = re.compile(
    r"\{[%#].*?[%#]\}|\{\{.*?\}\}|<(style|script).*?</\1>|<(?!/?(strong|em|b|span)\b)[^>]*>", re.S
)
INLINE = re.compile(r"</?(strong|em|b|span)\b[^>]*>")


def strings(value: Any) -> Iterator[str]:
    """Every text inside of a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from strings(part)


def texts() -> Iterator[tuple[str, str]]:
    """Everything that stands on pages, forms, drawings, papers and messages, with where it is
    from.
    """
    for path in sorted(
        [*ROOT.glob("processes/*/**/*"), *ROOT.glob("workflow_app/web/templates/**/*.html")]
    ):
        where = str(path.relative_to(ROOT))
        if path.suffix == ".json":
            yield from ((where, text) for text in strings(json.loads(path.read_text())))
        elif path.suffix in (".bpmn", ".dmn"):
            for node in etree.parse(path).iter(etree.Element):
                yield from ((where, text) for text in (node.get("name"), node.text) if text)
        elif path.suffix == ".html":
            yield where, INLINE.sub("", MARKUP.sub("\n", path.read_text()))
    yield from ((key, text) for key, value in configuration.SEED.items() for text in strings(value))


def claims() -> list[tuple[str, str]]:
    """Sentences that call something free; a name of a column or an id is no sentence."""
    return [
        (where, sentence.strip())
        for where, text in texts()
        for sentence in re.split(r"(?<=[.!?])\s|\n", text)
        if CLAIM.search(sentence) and " " in sentence.strip()
    ]


CLAIMS = claims()


def test_there_are_claims_in_every_kind_of_text() -> None:
    places = {where.partition("/")[0].partition(".")[0] for where, _ in CLAIMS}
    assert {"processes", "workflow_app", "pesan"} <= places
    assert {"dmn", "json", "html"} <= {where.rpartition(".")[2] for where, _ in CLAIMS}


@pytest.mark.parametrize(("where", "sentence"), sorted(set(CLAIMS)))
def test_r69_only_what_spkt_does_itself_is_called_free(where: str, sentence: str) -> None:
    assert OWN.search(sentence), f"{where} does not say what is free: {sentence}"
    assert not OFFICIAL_FEES.search(sentence), (
        f"{where} calls free what has an official fee: {sentence}"
    )


@pytest.mark.parametrize(
    ("sentence", "is_allowed"),
    [
        ("Semua layanan SPKT gratis (Rp0).", True),
        ("Layanan ini gratis (Rp0).", False),
        ("Perpanjangan SIM di SPKT gratis.", False),
        ("SKCK tidak dipungut biaya.", False),
    ],
)
def test_the_rule_itself(sentence: str, is_allowed: bool) -> None:
    assert CLAIM.search(sentence)
    assert bool(OWN.search(sentence) and not OFFICIAL_FEES.search(sentence)) == is_allowed
