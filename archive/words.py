"""Words of a search, where the stemmer of the database does not know Indonesian well enough.

It takes prefixes and suffixes off, one by one and without a dictionary: `penipuan` becomes `ipu`, but `tipu` stays; `kepala`
becomes `pala`. What is listed here is searched as a family of words, or only as it is written. The list serves the counter
and grows where somebody misses a paper; papers need not be read again for it.
"""

from collections.abc import Iterable

STOP_WORDS = frozenset((
    "ada", "adalah", "agar", "akan", "atas", "atau", "bagi", "bahwa", "dalam", "dan", "dapat", "dari", "dengan",
    "di", "ini", "itu", "juga", "karena", "ke", "kepada", "lain", "maka", "namun", "oleh", "para", "pada", "saat",
    "sampai", "sebagai", "sehingga", "serta", "sudah", "supaya", "telah", "tentang", "terhadap", "tersebut",
    "untuk", "yaitu", "yang",
))  # fmt: skip
"""Words that say nothing about a paper. A search for nothing else is done with them."""

AS_WRITTEN = frozenset(["berita", "kemarin", "kepala", "peluru", "perempuan", "sekolah", "selatan"])
"""Words whose stem is another word, or that of another word."""

_FAMILIES = (
    "kemudi mengemudi pengemudi",
    "keroyok mengeroyok pengeroyokan",
    "milik memiliki pemilik kepemilikan",
    "nyata menyatakan pernyataan",
    "rampok merampok perampokan",
    "rusak merusak perusakan",
    "temu menemukan ditemukan penemuan",
    "terang menerangkan keterangan",
    "terima menerima penerima penerimaan diterima",
    "tipu menipu penipuan tertipu",
)
"""Forms of one word that the stemmer takes for different ones."""

_FAMILY = {word: family.split() for family in _FAMILIES for word in family.split()}


def meaningful(words: Iterable[str]) -> list[str]:
    """The words without those that say nothing; all of them when there are no others."""
    every = list(words)
    return [word for word in every if word.lower() not in STOP_WORDS] or every


def family_of(word: str) -> list[str]:
    """The forms of which any will do; the word alone when the stemmer knows it."""
    return _FAMILY.get(word.lower(), [word])


def is_as_written(word: str) -> bool:
    """Whether the word is not to be stemmed."""
    return word.lower() in AS_WRITTEN
