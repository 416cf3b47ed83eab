"""The nouns of proposing: which paper it seems to be, and what seems to stand on it."""

from dataclasses import dataclass
from enum import StrEnum

from ocr.types import Box


class PaperType(StrEnum):
    """What a paper seems to be."""

    KTP = "ktp"
    KK = "kk"
    SIM = "sim"
    STNK = "stnk"
    BPKB = "bpkb"
    LETTER = "surat"
    UNKNOWN = ""


class Field(StrEnum):
    """What can be proposed."""

    NIK = "nik"
    NAME = "nama"
    BIRTH_PLACE = "tempat_lahir"
    BIRTH_DATE = "tanggal_lahir"
    """As ISO 8601, like every day here."""
    SEX = "jenis_kelamin"
    """`laki_laki` or `perempuan`."""
    ADDRESS = "alamat"
    NEIGHBOURHOOD = "rt_rw"
    VILLAGE = "kelurahan"
    DISTRICT = "kecamatan"
    OCCUPATION = "pekerjaan"
    FAMILY_CARD_NUMBER = "nomor_kk"
    LICENCE_NUMBER = "nomor_sim"
    PLATE = "nomor_polisi"
    CHASSIS_NUMBER = "nomor_rangka"
    ENGINE_NUMBER = "nomor_mesin"
    REGISTRATION_NUMBER = "nomor_stnk"
    OWNERSHIP_NUMBER = "nomor_bpkb"
    LETTER_NUMBER = "nomor_surat"
    LETTER_DATE = "tanggal_surat"
    ISSUER = "penerbit"
    SUBJECT = "perihal"
    LETTER_KIND = "jenis_surat"
    """`sktlk`, `laporan_polisi` or `pengaduan`."""
    VERIFICATION_CODE = "kode_pemeriksaan"
    """Of a letter that the product has issued; whether it was is for whoever asks the register."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """One value that seems to stand on the paper."""

    field: Field
    value: str
    confidence: float
    """0 to 100: of its weakest word, and less where letters had to be taken for digits."""
    page: int
    box: Box
    """Around all its words, in pixels of the upright page."""


@dataclass(frozen=True, slots=True)
class Proposals:
    """All that is proposed of one paper. Nothing of it is known: a person confirms each."""

    paper: PaperType = PaperType.UNKNOWN
    fields: tuple[Proposal, ...] = ()

    def first(self, field: Field) -> Proposal | None:
        """The first proposal of a field."""
        return next((each for each in self.fields if each.field is field), None)
