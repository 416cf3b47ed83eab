"""A small process with walls: a complaint names members of this site, who lose sight of it; one
against members goes to Propam.
"""

from tests.unit.engine.folder import Folder

KEY = "dinding"


def complaint() -> Folder:
    """Reported and looked into at the same time; then decided by Ka SPKT, or handled by Propam, who
    alone see it.
    """
    folder = Folder(KEY).start().choice("bagi", tag="parallelGateway")
    folder.user("lapor").user("telaah", "ka_spkt")
    folder.service("batasi", "wall_off", from_element='"lapor"', field='"terlapor"')
    folder.choice("gabung", tag="parallelGateway").choice("tujuan_gw", default="putusan")
    folder.service("khususkan", "confine", role='"piket_propam"')
    folder.user("putusan", "ka_spkt").user("tangani", "piket_propam").user(
        "simpulkan", "piket_propam"
    )
    folder.choice("akhir").end()
    folder.flow(
        "mulai", "bagi", "lapor", "batasi", "gabung", "tujuan_gw", "putusan", "akhir", "selesai"
    )
    folder.flow("bagi", "telaah", "gabung").when("tujuan_gw", "tujuan == 'propam'", "khususkan")
    folder.flow("khususkan", "tangani", "simpulkan", "akhir")
    members = {"type": "array", "title": "Siapa yang diadukan?", "items": {"type": "string"}}
    target = {"type": "string", "title": "Ke mana?", "enum": ["spkt", "propam"]}
    options = {"spkt": "SPKT", "propam": "Propam"}
    return folder.form(
        "lapor",
        {"terlapor": members, "tujuan": target},
        {
            "terlapor": {"widget": "members", "personal": "uraian"},
            "tujuan": {"widget": "radio", "control": True, "options": options},
        },
        required=["tujuan"],
    )
