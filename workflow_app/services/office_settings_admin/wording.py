"""The words of the office and of its processes for what is configured."""

from collections.abc import Mapping
from dataclasses import dataclass

from workflow_app.permissions import ROLES
from workflow_app.services.calendars import calendars
from workflow_app.services.core import formatting
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.office_settings import configuration, configuration_titles
from workflow_app.services.office_settings.configuration_sheets import Known
from workflow_app.services.processes import definitions

MODELS = {"A": "model A", "B": "model B"}


@dataclass(frozen=True)
class Turn:
    """From when on another value is read, in the words of a sentence about it."""

    since: str
    is_new: bool = True
    """Or the one before it, where a plan is taken back."""

    @property
    def which(self) -> str:
        """What the value is called."""
        return "baru" if self.is_new else "sebelumnya"


def known(work: UnitOfWork) -> Known:
    """What forms offer: roles, calendars, processes."""
    return Known(
        roles={role: configuration.role_label(work, role) for role in ROLES},
        calendars={
            name: configuration_titles.title(f"{calendars.PREFIX}{name}", {})
            for name in calendars.names(work)
        },
        processes={
            **{key: definitions.FORMER.get(key, key) for key in _named_processes(work)},
            **_deployed(work),
        },
    )


def _deployed(work: UnitOfWork) -> dict[str, str]:
    return {view.key: view.name for view in definitions.list_current(work)}


def _named_processes(work: UnitOfWork) -> list[str]:
    """Processes that values name, whether they are deployed here or not: what a form does not offer
    it would lose.
    """
    rows = configuration.value(work, "jadwal_retensi")
    levels = configuration.value(work, "tingkat_akses")["proses"]
    return sorted({*levels, *(row["proses"] for row in rows if row["proses"])})


def named(work: UnitOfWork) -> Mapping[str, str]:
    """By key what the deployed processes call the clock, the letter or the series that it is
    about.
    """
    found: dict[str, str] = {}
    for definition in definitions.current_definitions(work):
        for element in definition.elements.values():
            for clock in element.properties.get("clock", "").split():
                label = formatting.clock(definition, clock)
                if label != clock:
                    found |= {f"{family}.{clock}": label for family in ("target", "tepi_jam")}
        for kind, source in definition.letters.items():
            title = str(source.meta["title"])
            found |= {
                f"{family}.{kind}": title
                for family in ("penandatangan", "masa_berlaku", "ketentuan")
            }
            series = f"pola_nomor.{source.meta.get('series')}"
            found[series] = title
            found |= {f"{series}_{model}": f"{title}, {words}" for model, words in MODELS.items()}
    return found


def title(work: UnitOfWork, key: str) -> str:
    """How one key is called."""
    return configuration_titles.whole_title(key, named(work))


def roles(work: UnitOfWork, wanted: frozenset[str]) -> str:
    """Roles in words, in their order."""
    return ", ".join(configuration.role_label(work, role) for role in ROLES if role in wanted)
