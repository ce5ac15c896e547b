"""The grammar of arXiv identifiers, old and new, and what is wrong with text that breaks it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from diffkb.core.models import ARXIV, Identifier

if TYPE_CHECKING:
    from collections.abc import Iterator

# https://info.arxiv.org/help/arxiv_identifier.html: the archives that gave out old identifiers.
_ARCHIVES = (
    "acc-phys adap-org alg-geom ao-sci astro-ph atom-ph bayes-an chao-dyn chem-ph cmp-lg comp-gas"
    " cond-mat cs dg-ga funct-an gr-qc hep-ex hep-lat hep-ph hep-th math math-ph mtrl-th nlin"
    " nucl-ex nucl-th patt-sol physics plasm-ph q-alg q-bio quant-ph solv-int supr-con"
)
ARCHIVES = frozenset(_ARCHIVES.split())
_WITHOUT_HYPHEN = {archive.replace("-", ""): archive for archive in ARCHIVES}

FIRST_OLD, LAST_OLD = (1991, 7), (2007, 3)
FIRST_NEW, FIRST_OF_FIVE_DIGITS = (2007, 4), (2015, 1)
MONTHS = 12
FORMS = "arXiv identifiers look like 2006.11239 or hep-th/9901001"

# In the margin of a PDF: arXiv:0706.0001v1 [q-bio.CB] 1 Jun 2007
_STAMP = re.compile(r"(\S+)(?:\s+\[[A-Za-z.-]+\])?(?:\s+[0-9]{1,2}\s+[A-Z][a-z]{2}\s+[0-9]{4})?")
_NEW = re.compile(r"([0-9]+)\.([0-9]+)([vV].*)?")
_OLD = re.compile(r"([A-Za-z][A-Za-z-]*)(?:\.[A-Za-z-]+)?/+([0-9]+(?:\.[0-9]+)?)([vV].*)?")
_INSIDE = (
    r"(?<![0-9.])[0-9]{4}\.[0-9]{4,5}(?![0-9.])|(?<![a-z-])[a-z]+(?:-[a-z]+)?/[0-9]{7}(?![0-9])"
)
_NO_DOT = r"^([0-9]{4})[-/_,:]?([0-9]{4,5})$"
_SLIPS = (
    (r"[0-9]{9}", "the dot is missing"),
    (r"[0-9]{4}[-/_,:][0-9]{4,5}", "a dot belongs after year and month"),
    (r"[0-9]{7}", "the archive is missing in front, as in hep-th/9901001"),
    (r"[A-Za-z.-]+[0-9]{7}(?:v[0-9]+)?", "the slash after the archive is missing"),
    (r"[0-9]{4}\.[0-9]{4,5}\.[0-9]+", "a third part follows, where there are two"),
    (r"[0-9]{4}\.[0-9]{4,5}.+", "something follows the number that is no version"),
    (r"10\.[0-9]{4,9}(?:\.[0-9]+)*/.+", "it is a DOI that arXiv did not give out"),
    (r".+[0-9]{4}\.[0-9]{4,5}", "something stands in front of the number"),
)


class WrongNumber(Exception):
    """Text that is no arXiv identifier.

    Attributes:
        why: what is wrong with it, a part of a sentence.
    """

    def __init__(self, why: str, hint: str = FORMS, *, guess: str = "") -> None:
        super().__init__(why)
        self.why = why
        self._hint = hint
        self._guess = guess

    @property
    def hint(self) -> str:
        """What was perhaps meant if that is an identifier, else what identifiers look like."""
        try:
            read_number(self._guess)
        except WrongNumber:
            return self._hint
        return f"did you mean `{self._guess}`?"


def read_number(body: str) -> Identifier:
    """Reads an identifier without anything around it but a stamp's category and date.

    Args:
        body: such as 2006.11239v2, math.GT/0309136 or 0706.0001v1 [q-bio.CB] 1 Jun 2007.

    Returns:
        The canonical identifier: the archive in lower case and without a subject class.

    Raises:
        WrongNumber: it is none.
    """
    stamp = _STAMP.fullmatch(body)
    body = stamp[1] if stamp else body
    if found := _NEW.fullmatch(body):
        _check_new(found[1], found[2], found[3] or "")
        return Identifier(ARXIV, f"{found[1]}.{found[2]}", _version(found[3]))
    if found := _OLD.fullmatch(body):
        archive = _WITHOUT_HYPHEN.get(found[1].lower(), found[1].lower())
        _check_old(archive, found[2])
        return Identifier(ARXIV, f"{archive}/{found[2]}", _version(found[3]))
    raise next(_complaints(body))


def year_of(yy: int, *, old: bool) -> int:
    """Returns the year that two digits stand for; only old numbers reach back before 2000."""
    return 1900 + yy if old and yy >= FIRST_OLD[0] - 1900 else 2000 + yy


def _width(yymm: str) -> int:
    """Returns how many digits follow the dot in that month."""
    month = (year_of(int(yymm[:2]), old=False), int(yymm[2:]))
    return 5 if month >= FIRST_OF_FIVE_DIGITS else 4


def _check_new(yymm: str, number: str, rest: str) -> None:
    """Checks the form in use since April 2007, YYMM.number.

    Raises:
        WrongNumber: there can be no such paper.
    """
    if len(yymm) != len("YYMM"):
        raise WrongNumber(f"{_digits(yymm)} before the dot, where year and month take four")
    _check_month(yymm)
    if (year_of(int(yymm[:2]), old=False), int(yymm[2:])) < FIRST_NEW:
        why = f"numbers of this form begin with 0704 (April 2007), and {yymm} is earlier"
        raise WrongNumber(why, "earlier papers have numbers such as hep-th/9901001")
    width = _width(yymm)
    if len(number) != width:
        rule = "since 2015 there are five" if width > len("NNNN") else "until 2014 there were four"
        why = f"{_digits(number)} after the dot, and {rule}"
        raise WrongNumber(why, guess=f"{yymm}.{number.lstrip('0').zfill(width)}{rest}")
    _check_counter(number)


def _check_old(archive: str, number: str) -> None:
    """Checks the form in use until March 2007, archive/YYMMNNN.

    Raises:
        WrongNumber: there can be no such paper.
    """
    if "." in number:
        why = f"{number} is a number of the newer form, which has no archive in front"
        raise WrongNumber(why, guess=number)
    if archive not in ARCHIVES:
        raise WrongNumber(f"arXiv has no archive `{archive}` with numbers of this form")
    if len(number) != len("YYMMNNN"):
        raise WrongNumber(f"{_digits(number)} after the slash, and there are seven")
    yymm = number[:4]
    _check_month(yymm)
    if not FIRST_OLD <= (year_of(int(yymm[:2]), old=True), int(yymm[2:])) <= LAST_OLD:
        why = f"numbers of this form run from 9107 to 0703 (March 2007), and {yymm} is outside"
        raise WrongNumber(why)
    _check_counter(number[4:])


def _check_month(yymm: str) -> None:
    """Refuses a month that no year has.

    Raises:
        WrongNumber: it is such a month.
    """
    if not 1 <= int(yymm[2:]) <= MONTHS:
        raise WrongNumber(f"there is no month {yymm[2:]} (in {yymm}, year and month)")


def _check_counter(digits: str) -> None:
    """Refuses zero: a month's papers are counted from 1.

    Raises:
        WrongNumber: it is zero.
    """
    if not int(digits):
        raise WrongNumber(f"no paper has the number {digits}")


def _version(rest: str | None) -> int | None:
    """Reads what follows the number.

    Raises:
        WrongNumber: it is no version.
    """
    if rest is None:
        return None
    # Four digits are more than any paper has, and fit wherever a version is kept.
    if re.fullmatch(r"[1-9][0-9]{0,3}", rest[1:]):
        return int(rest[1:])
    why = f"`{rest}` is no version"
    if rest[1:] == "":
        why = f"the number of the version is missing after `{rest}`"
    elif re.fullmatch(r"0+", rest[1:]):
        why = "versions are counted from 1"
    elif re.fullmatch(r"0[0-9]+", rest[1:]):
        why = "a version has no zero in front"
    raise WrongNumber(why, "leave the version out to mean the latest one")


def _digits(number: str) -> str:
    """Says how many digits there are."""
    return "1 digit stands" if len(number) == 1 else f"{len(number)} digits stand"


def _complaints(body: str) -> Iterator[WrongNumber]:
    """Yields what is wrong with text that has no identifier's form, the most telling first."""
    if not body:
        yield WrongNumber("no identifier follows")
    if any(char.isdigit() and not char.isascii() for char in body):
        yield WrongNumber("only the digits 0 to 9 count", guess=_with_ascii_digits(body))
    if found := re.match(r"(?i)arxiv\s*:", body):
        yield WrongNumber("the prefix `arXiv:` stands there twice", guess=body[found.end() :])
    inside = re.findall(_INSIDE, body)
    if len(inside) > 1:
        yield WrongNumber("it holds more than one identifier", "give them one by one")
    if re.search(r"\s", body):
        if inside:
            why = "an identifier stands alone, with no words around it"
            yield WrongNumber(why, guess=inside[0])
        yield WrongNumber("an identifier holds no blanks", guess=re.sub(r"\s+", "", body))
    for pattern, why in _SLIPS:
        if re.fullmatch(pattern, body):
            yield WrongNumber(why, guess=re.sub(_NO_DOT, r"\1.\2", body))
    yield WrongNumber("it has no form that arXiv uses")


def _with_ascii_digits(text: str) -> str:
    """Writes the digits of other scripts as 0 to 9."""
    return "".join(str(int(char)) if char.isdecimal() else char for char in text)
