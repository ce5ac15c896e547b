"""The names of authors as lists write them, and where a list of names ends."""

# Thresholds and signs are what real lists show.
# ruff: noqa: PLR2004, RUF001, E501

from __future__ import annotations

import re
from typing import NamedTuple

from diffkb.markdown.labels import KNOWN_VENUES

_CAPITAL = r"[A-ZÀ-ÖØ-ÞĀ-ɏΑ-ΩА-ЯŁ]"
_WORD = (
    rf"(?:{_CAPITAL}\.(?:[ ]?-?{_CAPITAL}\.)*+(?!\w)"
    rf"|{_CAPITAL}[\w'’‐‑-]*+(?:\.(?=[,;]|[ ]{_CAPITAL}\.))?"
    r"|(?:de|da|do|dos|di|del|della|van|von|der|den|ter|ten|la|le|el|al|bin|ibn|ben|du|zu|st|e|y|d|’t)(?=[ \-'’][\w]))"
)
# Footnotes and places of work that stand after a name.
_NOTED = r"(?:\s?(?:<sup>[^<>]{0,20}</sup>|[0-9]{1,2}(?![0-9])|[*†‡§¶^#]{1,3}(?=[\s,;.]|\Z))(?:,[0-9]{1,2}(?=[\s,]))?)?+"
_PLACE = r"(?:\s?\([^()0-9\r\n]{2,90}\))?+"
_NAME = re.compile(
    rf"(?:\**|_*)({_WORD}(?:[ \u00a0\-·]{{1,2}}(?:\({_CAPITAL}[\w-]{{1,20}}\)[ ])?{_WORD}){{0,4}}+)(?:\**|_*)"
    + _NOTED
    + _PLACE
)
_SEPARATOR = re.compile(
    r"\s*[,;，；、•·](?:\s*(?:and|AND|&|und)\s)?\s*|\s+(?:and|AND|&|und|with)\s+|\s?&\s?(?=[A-Z])"
)
_ET_AL = re.compile(
    r"[\s,，;]*(?:(?:and\s)?\b(?:et|etc)\.?\s?al\b\.?|(?:and|&)\s(?:\w{1,8}\s)?others\b|等(?:人)?|\.\.\.(?!\.)|…)"
)
_NO_NAMES = frozenset(
    """A An And Annals Applied At Advances ArXiv Article Artificial Best BSc MSc PhD Blog Book Bulletin By Cell Chapter
    Citations Code Communications Computational Computer Computers Computing Conf Conference Course Data Dataset Date
    Department Deep Demo Digital Edition Editor Elsevier Engineering Findings For From Graph Group How Image In Inc
    Information Institute Intelligence International Introduction Is Its Journal Keyword Keywords Lab Labs Laboratory
    Language Learning Lecture Letters Library Ltd Machine Magazine Master Mathematics Mechanics Medicine Methods Model
    Models Nature Network Networks Neural Notes Official On Online Oral Our Paper Papers Part Physical Physics Poster
    Preprint Presented Press Proc Proceedings Programming Project Pattern Published Recognition Report Research Review
    Reviews Robotics School Science Sciences See Series Similar Software Spotlight Springer Summary Survey Symposium
    Systems Technical Technologies Technology Tech That The Their Theory These Thesis Towards This To Tool Tools Transactions Trans
    Tutorial University Univ Using Version Video Vision Vol Volume We Wiley Workshop With""".split()
)
_ORGANISATIONS = frozenset(
    """Google DeepMind OpenAI Microsoft Meta Facebook Apple Amazon NVIDIA Nvidia Intel IBM Adobe Samsung Huawei
    Alibaba Tencent Baidu ByteDance Uber Berkeley Stanford Tsinghua Harvard Princeton Oxford Cambridge Anthropic
    Mozilla Netflix Twitter LinkedIn Salesforce Yahoo Bell UC MIT CMU UCLA ETH EPFL""".split()
)
_MOST = 400
_BY = re.compile(r"(?:\**|_*)[Bb]y:?\s+")


class Names(NamedTuple):
    """A list of names: from where to where, where what follows it starts, and how sure it is.

    Attributes:
        start: of the first name.
        end: of the last one.
        after: where reading goes on.
        count: how many there are.
        full: how many of them have two words or more.
        open_end: whether "et al." stands at the end.
    """

    start: int
    end: int
    after: int
    count: int
    full: int
    open_end: bool


def read_names(text: str, at: int, end: int) -> Names | None:
    """Reads a list of names as far as it goes.

    Args:
        text: the text.
        at: where the first name stands.
        end: where to stop.

    Returns:
        The names, or None when there is no name there.
    """
    start = last = at
    count = full = 0
    while count < _MOST:
        found = _NAME.match(text, at, end)
        if found is None or not _is_name(found[1]):
            break
        at = last = found.end()
        count += 1
        full += " " in found[1] or "." in found[1]
        others = _ET_AL.match(text, at, end)
        if others:
            last = at = others.end()
            return Names(*_bare(text, start, last), at, count, full, open_end=True)
        separator = _SEPARATOR.match(text, at, end)
        if separator is None:
            break
        at = separator.end()
    if not count:
        return None
    return Names(*_bare(text, start, last), last, count, full, open_end=False)


def _bare(text: str, start: int, end: int) -> tuple[int, int]:
    """Returns a span without marks around it, unless it needs them for those inside."""
    inner = text[start:end].strip("*_")
    if "*" in inner or "_" in inner:
        return start, end
    start = text.index(inner, start)
    return start, start + len(inner)


def after_by(text: str, at: int, end: int) -> int:
    """Returns where the name after the word "by" stands, or -1 when that word is not there."""
    found = _BY.match(text, at, end)
    return found.end() if found else -1


def _is_name(name: str) -> bool:
    """Says whether capitalised words may be a person's name."""
    words = name.split()
    for word in words:
        bare = word.rstrip(".")
        if bare in _NO_NAMES or bare in _ORGANISATIONS:
            return False
        if len(bare) > 2 and bare.isupper() and (len(words) == 1 or bare.lower() in KNOWN_VENUES):
            return False
        if len(bare) > 4 and bare.isupper() and "-" not in bare:
            return False
    return not (len(words) == 1 and (name.lower() in KNOWN_VENUES or len(name) < 2))
