"""Sentences as they stand on the papers of a service counter. Every person, place and number is invented."""

from random import Random

from workflow_app.services.office.numbers import ROMAN_MONTHS
from workflow_app.services.office.readable import DAYS, MONTHS

_FIRST = ("Warga", "Pelapor", "Saksi", "Pemohon", "Petugas", "Pengadu", "Korban")
_STREETS = ("Melati", "Kenanga", "Anggrek", "Cempaka", "Merdeka", "Pelabuhan", "Pasar Lama", "Sungai Jernih")
_THINGS = (
    "satu lembar kartu tanda penduduk",
    "satu buah buku pemilik kendaraan bermotor",
    "satu lembar surat tanda nomor kendaraan",
    "satu buah kartu anjungan tunai mandiri",
    "satu lembar ijazah sekolah menengah atas",
    "satu buah buku tabungan",
    "satu lembar surat izin mengemudi",
)
_PLACES = (
    "di sekitar pasar induk",
    "di dalam angkutan umum",
    "di halaman rumah sakit",
    "di jalan menuju pelabuhan",
    "di depan kantor kecamatan",
    "di area parkir terminal",
)
_SENTENCES = (
    "Pada hari {day} tanggal {date} sekira pukul {clock} WITA, yang bersangkutan datang ke ruang pelayanan.",
    "Yang bersangkutan menerangkan telah kehilangan {thing} {place}.",
    "Barang tersebut terakhir dilihat pada hari {day} pukul {clock} WITA dan sampai sekarang belum ditemukan.",
    "Pencarian sudah dilakukan {place} namun tidak membuahkan hasil.",
    "Laporan ini dibuat dengan nomor {number} dan dicatat dalam register harian.",
    "Kerugian yang dialami diperkirakan sebesar Rp {money} menurut keterangan pelapor.",
    "Surat keterangan ini diberikan untuk mengurus penggantian dan tidak dipungut biaya.",
    "Apabila barang ditemukan kembali, pemilik wajib memberitahukan kepada petugas piket.",
    "Saksi bernama {name} beralamat di Jalan {street} Nomor {house} membenarkan keterangan tersebut.",
    "Petugas telah memeriksa kelengkapan persyaratan dan menyatakan berkas lengkap.",
    "Demikian keterangan ini dibuat dengan sebenarnya untuk dapat dipergunakan seperlunya.",
    "Tanggapan awal disampaikan paling lambat tiga hari kerja sejak pengaduan diterima.",
)


def name(random: Random) -> str:
    """A person nobody can take for a real one."""
    return f"{random.choice(_FIRST)} Contoh {random.choice(_STREETS)}"


def date(random: Random) -> str:
    """A day of these years, written out."""
    return f"{random.randint(1, 28)} {random.choice(MONTHS)} {random.randint(2019, 2026)}"


def number(random: Random) -> str:
    """The number of a letter."""
    return f"LP/B/{random.randint(1, 999)}/{random.choice(ROMAN_MONTHS)}/{random.randint(2019, 2026)}/SPKT"


def nik(random: Random) -> str:
    """Sixteen digits that no register holds: there is no province 99."""
    return "99" + "".join(random.choice("0123456789") for _ in range(14))


def street(random: Random) -> str:
    """An address."""
    return f"Jalan {random.choice(_STREETS)} Nomor {random.randint(1, 99)}"


def money(random: Random) -> str:
    """An amount with the points that Indonesian sets."""
    return f"{random.randint(1, 99)}.{random.randint(0, 9)}50.000"


def thing(random: Random) -> str:
    """What was lost."""
    return random.choice(_THINGS)


def sentence(random: Random) -> str:
    """One sentence, filled in."""
    return random.choice(_SENTENCES).format(
        day=random.choice(DAYS),
        date=date(random),
        clock=f"{random.randint(0, 23):02}.{random.randint(0, 59):02}",
        thing=thing(random),
        place=random.choice(_PLACES),
        number=number(random),
        money=money(random),
        name=name(random),
        street=random.choice(_STREETS),
        house=random.randint(1, 99),
    )
