"""The names of authors as lists write them, and where a list of names ends."""

from __future__ import annotations

import re
from typing import NamedTuple

from diffkb.markdown.labels import KNOWN_VENUES
from diffkb.markdown.venues import read_venue

Place = tuple[int, int]

_CAPITAL = r"[A-ZÀ-ÖØ-ÞĀ-ɏΑ-ΩА-ЯŁ]"
# The letters of a name; an apostrophe before digits is that of a year.
_LETTER = r"(?:[\w\u2010\u2011\u00ad-]|['’](?![0-9]))"
_WORD = (
    rf"(?:(?:-?{_CAPITAL}\w?\.)++(?:-?{_CAPITAL}{_LETTER}*+)?+|(?:Jr|Sr)\."
    rf"|{_CAPITAL}{_LETTER}*+(?:\.(?=[ ]{_CAPITAL}\.))?"
    r"|(?:de|da|do|dos|di|del|della|van|von|der|den|ter|ten|la|le|el|al|bin|ibn|ben|du|zu|st|e|y|d"
    r"|’t)(?=[ \-'’;,]))"
)
# Footnotes and places of work that stand after a name.
_NOTED = (
    r"(?:\s?(?:<sup>[^<>]{0,20}</sup>|[0-9]{1,2}(?![0-9])|[*†‡§¶^#]{1,3}(?=[\s,;.]|\Z))"
    r"(?:,[0-9]{1,2}(?=[\s,]))?)?+"
)
_PLACE = r"(?:\s?\((?![^()]{0,60}(?:1[5-9]|20)[0-9]{2})[^()\r\n]{2,90}\))?+"
_SPACED = rf"[ \u00a0\-·]{{1,2}}(?:\({_CAPITAL}[\w-]{{1,20}}\)[ ])?{_WORD}"
_CJK_NAME = r"(?:[\u4e00-\u9fff]{2,4}|[\uac00-\ud7af]{2,4})(?=\s?[(（,，、;；*_.])"
_PERSON = rf"{_WORD}(?:{_SPACED}){{0,4}}+|{_CJK_NAME}"
_AFTER = rf"(?:\**|_*){_NOTED}{_PLACE}"
_NAME = re.compile(rf"(?:\**|_*)({_PERSON}){_AFTER}")
_PARTED = (
    r"(?:\s*[,;，；、•·](?:\s*(?:and|AND|&|und|et)\s)?\s*|\s+(?:and|AND|&|und|et(?!\W{1,2}al)|и|with)\s+"
    r"|\s?&\s?(?=[A-Z]))"
)
_SEPARATOR = re.compile(_PARTED)
_LIST = re.compile(
    rf"(?:\**|_*)(?:{_PERSON}){_AFTER}(?:{_PARTED}(?:\**|_*)(?:{_PERSON}){_AFTER})*+"
)
_LETTERS = re.compile(r"[^\W\d_]+")
_ODD = re.compile(r"[A-Z]{3,}(?![a-z])|[a-z][A-Z]|[A-Z][0-9]{4}")
_ET_AL = re.compile(
    r"[\s,，;]*(?:(?:and\s)?\b(?:et|etc)\.?\s?al\b\.?|(?:and|&)\s(?:\w{1,8}\s)?others\b"
    r"|等(?:人)?|\.\.\.(?!\.)|…)"
)
_NO_NAMES = frozenset(
    """
    Add Added All Also And Annals Another Applied Are Advances ArXiv Arxiv Article Artificial At
    Best Blog Book BSc Bulletin By Cell Chapter Citations Code Communications Computational
    Computer Computers Computing Conf Conference Course Data Dataset Date Demo Department Digital
    Edition Editor Elsevier Engineering Findings First For From Good Graph Great Group How Image
    In Inc Information Institute Intelligence International Introduction Is Its Journal Key
    Keyword Keywords Lab Labs Laboratory Language Learning Lecture Letters Library Ltd MSc Machine
    Magazine Main Master Mathematics Mechanics Medicine Methods Model Models More Nature Network
    Networks Neural New Notes Official On Online Only Oral Other Our Paper Papers Part Pattern PhD
    Physical Physics Poster Preprint Presented Press Proc Proceedings Programming Project
    Published Recognition Related Report Research Review Reviews Robotics School Science Sciences
    See Series Similar Software Some Spotlight Springer Summary Survey Symposium Systems Tech
    Technical Technologies Technology That The Their Theory These Thesis This To Tool Tools
    Towards Trans Transactions Tutorial Univ University Use Used Using Version Very Video Vision
    Vol Volume We What When Where Which Who Why Wiley With Workshop
    """.split()
)
_ORGANISATIONS = frozenset(
    """
    Adobe Alibaba Amazon Anthropic Apple Baidu Bell Berkeley ByteDance CMU Cambridge DeepMind EPFL
    ETH Facebook Google Harvard Huawei IBM Intel LinkedIn MIT Meta Microsoft Mozilla NVIDIA
    Netflix Nvidia OpenAI Oxford Princeton Salesforce Samsung Stanford Tencent Tsinghua Twitter UC
    UCLA Uber Yahoo
    """.split()
)
_UNLIKELY = _NO_NAMES | _ORGANISATIONS
_MOST = 400
_BY = re.compile(r"(?:\**|_*)[Bb]y:?\s+")
_GOES_ON = re.compile(r"\s+(?!in\s|at\s|arXiv|bioRxiv)[a-z]")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}|['’][0-9]{2}")
_YEAR_NEXT = re.compile(r"\s*[,.(*_]+[\s(]*'?(?:19|20)[0-9]{2}")
_BARE_YEAR_NEXT = re.compile(r"\s\(?(?:19|20)[0-9]{2}\)?[.\s]*\Z")
_PART_NEXT = re.compile(r"[.,*_]+\s+[*_]*[A-Z]")
_YEAR_BEFORE = re.compile(r"[0-9]{2}\)\W{1,4}\Z")
_INITIAL = re.compile(r"\b[A-Z]\.")
# A group that stands after "by": as far as its words go.
_GROUP = re.compile(
    r"[A-Z][^\s,.(|<\[]*+(?: (?:[\w&.-]*+)){0,7}?(?=\s*(?:[,(|<\[\r\n]|\.\s|\.?\Z))"
)
_BEFORE_NAME = frozenset("(（-–—")
_SIGNS = " \t\r\n*_.,;:\\|[]()<"


class Names(NamedTuple):
    """A list of names.

    Attributes:
        start: of the first name.
        end: of the last one.
        number: how many there are.
        full: how many of them have two words or more; more than none suffices.
        open_end: whether "et al." stands at the end.
        before_last: where the last name but one ends.
    """

    start: int
    end: int
    number: int
    full: int
    open_end: bool
    before_last: int


def read_names(text: str, at: int, end: int) -> Names | None:
    """Reads a list of names as far as it goes.

    Args:
        text: the text.
        at: where the first name stands.
        end: where to stop.

    Returns:
        The names, or None when there is no name there.
    """
    found = _LIST.match(text, at, end)
    if found is None:
        return None
    last = found.end()
    words = _LETTERS.findall(text, at, last)
    if len(words) < 2 or not _UNLIKELY.isdisjoint(words) or _ODD.search(text, at, last):
        return _read_one_by_one(text, at, end)
    parted = [one.start() for one in _SEPARATOR.finditer(text, at, last)]
    count = len(parted) + 1
    others = _ET_AL.match(text, last, end)
    last = others.end() if others else last
    before = parted[-1] if parted else at
    return Names(*_bare(text, at, last), count, len(words) - count, others is not None, before)


def _read_one_by_one(text: str, at: int, end: int) -> Names | None:
    """Reads a list of names that may end at a word which is in no name."""
    start = last = before = at
    count = full = 0
    others = None
    while count < _MOST and others is None:
        found = _NAME.match(text, at, end)
        stop = _name_end(found) if found else -1
        if found is None or stop < 0:
            break
        before, last = last, stop
        count += 1
        full += " " in found[1] or "." in found[1]
        others = _ET_AL.match(text, last, end)
        separator = _SEPARATOR.match(text, last, end)
        if separator is None or stop < found.end():
            break
        at = separator.end()
    if not count:
        return None
    last = others.end() if others else last
    return Names(*_bare(text, start, last), count, full, others is not None, before)


def after_by(text: str, at: int, end: int) -> int:
    """Returns where the name after the word "by" stands, or -1 when that word is not there."""
    if text[at : at + 1] not in {"b", "B", "*", "_"}:
        return -1
    found = _BY.match(text, at, end)
    return found.end() if found else -1


def authors_at(  # noqa: PLR0911 - a case each
    text: str, at: int, end: int, *, below: bool, alone: bool
) -> Place | None:
    """Returns where the authors stand that a stretch without links begins with.

    Args:
        text: the text.
        at: where they would begin.
        end: where the stretch ends.
        below: whether it stands below the title's own line.
        alone: whether nothing stands before it on its line, right below the title.

    Returns:
        Their span, or None when what stands there is not sure to be their names.
    """
    by = after_by(text, at, end)
    names = read_names(text, max(at, by), end)
    if names is None:
        return _group(text, by, end) if by >= 0 else None
    following = text[names.end : min(end, names.end + 40)]
    if names.open_end or (below and by >= 0 and not text[names.end : end].strip(_SIGNS)):
        return names.start, names.end
    if _GOES_ON.match(following):
        if by >= 0 and following.startswith(" from "):
            return _group(text, by, end)
        return (names.start, names.before_last) if names.number > 2 and names.full > 1 else None
    if below and names.number > 2 and following.startswith(":"):
        return names.start, names.before_last
    if by >= 0 or (names.number > 1 and names.full) or _are_few(text, names, end, below, alone):
        return names.start, names.end
    return None


def _group(text: str, at: int, end: int) -> Place | None:
    """Returns where a group stands that is no list of names."""
    found = _GROUP.match(text, at, end)
    return found.span() if found and not _YEAR.search(found[0]) else None


def _are_few(text: str, names: Names, end: int, below: bool, alone: bool) -> bool:  # noqa: PLR0911 - a case each
    """Says whether one name, or last names alone, are those of authors."""
    following = text[names.end : min(end, names.end + 40)]
    year = _YEAR_NEXT.match(following) is not None
    if names.number > 1:
        return year or _has_venue(text, names, following, end)
    words = text[names.start : names.end]
    before = text[max(0, names.start - 8) : names.start]
    emphasised = before[-1:] in {"*", "_"}
    if words[0] >= "\u4e00":
        return emphasised or (year and before.rstrip()[-1:] in _BEFORE_NAME)
    if " " not in words.strip():
        return not below and words.istitle() and _BARE_YEAR_NEXT.match(following) is not None
    if following.lstrip(" *_.").startswith("|") and "|" in before[-3:]:
        return True
    if alone and emphasised:
        return True
    if not following.strip(_SIGNS) and (
        alone or _INITIAL.search(words) or (not below and _YEAR_BEFORE.search(before))
    ):
        return True
    return year or _has_venue(text, names, following, end)


def _has_venue(text: str, names: Names, following: str, end: int) -> bool:
    """Says whether a venue that is known follows names."""
    return (
        _PART_NEXT.match(following) is not None
        and read_venue(text, names.end + 1, end, expected=False) is not None
    )


def _bare(text: str, start: int, end: int) -> Place:
    """Returns a span without marks around it, unless it needs them for those inside."""
    inner = text[start:end].strip("*_")
    if "*" in inner or "_" in inner:
        return start, end
    start = text.index(inner, start)
    stop = start + len(inner)
    if inner[-1:] == "." and inner[-3:-1].isalpha() and not inner.endswith(("al.", "Jr.", "Sr.")):
        stop -= 1
    return start, stop


def _name_end(found: re.Match[str]) -> int:
    """Returns where a name ends: before a word that is in no name; -1 where there is none."""
    name = found[1]
    words = name.split(" ")
    at = 0
    for index, word in enumerate(words):
        if not _may_be_in_name(word, words):
            initial = index > 0 and words[index - 1].endswith(".")
            cut = initial or (index > 1 and word.isupper())
            return found.start(1) + at - 1 if cut else -1
        at += len(word) + 1
    if len(words) == 1 and (len(name) < 2 or name.lower() in KNOWN_VENUES):
        return -1
    return found.end()


def _may_be_in_name(word: str, words: list[str]) -> bool:
    """Says whether a capitalised word may belong to a person's name."""
    bare = word[:-1] if word[-1:] == "." and len(word) > 3 else word
    if bare in _UNLIKELY or any(one.isdigit() for one in bare):
        return False
    if bare.lower() in KNOWN_VENUES and not bare.istitle():
        return False
    if len(bare) > 2 and bare.isupper() and "." not in bare:
        if len(words) == 1:
            return False
        return len(bare) < 5 or "-" in bare or all(one.isupper() for one in words)
    return True
