"""Where a title ends: before authors, a venue, a year, tags and marks."""

from __future__ import annotations

import re

from diffkb.markdown.authors import read_names
from diffkb.markdown.labels import is_venue
from diffkb.markdown.names import AUTHORS_NEXT, SURE_AUTHORS, are_names, names_before
from diffkb.markdown.plain import count_words

BLANK = re.compile(r"(?:\r\n|\n|\r)[ \t]*+(?:\r\n|\n|\r)")
# Where a title in plain text ends: a label in brackets, a break, a cell.
# The set in front passes over most characters at once.
_STOP = re.compile(
    r"(?=[*\\\[(<!|\t \r\n:h\U0001f300-\U0001faff])(?:"
    r"\*\*WR=|\\?\[\[|\(\[|\\\[|\[(?:__|\*\*)|<br|<a[\s>]|</(?:b|strong|summary|td)>|!\[|(?<!\\)\||\t"
    r"|[ \t]{2,}(?=[\r\n])|\\(?=[\r\n])|[\r\n][ \t]*+(?:[*_>(\[]|by\s|[A-Z][\w ]{1,14}:[ \t])"
    r"|:[a-z0-9_+-]{2,40}:|[\U0001f300-\U0001faff]|https?://)",
    re.IGNORECASE,
)
_OPENS = re.compile(r"[(\[（【]")
_TAG_YEAR = re.compile(
    r"\s*+[(\[（【]\s*+(?:[^()\[\]\r\n]{0,70}?[\w\s,'’.])?'?(?:(?:1[5-9]|20)[0-9]{2}|['’][0-9]{2})"
    r"(?:[-/.,\s][^()\[\]\r\n]{0,25})?[)\]）】]"
)
_TAIL_NUMBER = re.compile(
    r"(?<!\s)\s*+(?:[(\[]\s*+(?:arXiv|bioRxiv|ePrint)[^()\[\]]{0,30}[)\]]|,\s++(?:arXiv|bioRxiv|CoRR))"
    r"\s*\Z",
    re.IGNORECASE,
)
_ARCHIVES = ("arxiv", "biorxiv", "corr")
# How well a work was read, as some note it.
_TAIL_DEPTH = re.compile(r"(?<!\s)\s*+\([0-9]\)\Z")
_TAIL_VENUE = re.compile(
    r"[,.;:]?\s+(?:in\s+|at\s+)?"
    r"(?P<venue>[A-Z@][A-Za-z&+./@ -]{1,30}[ '’-]*(?:(?:19|20)[0-9]{2}|[0-9]{2}))[.,;:]?\s*$"
)
_TAIL_YEAR = re.compile(r"[,.;]\s+(?:[A-Z][a-z]{2,8}\.?\s+)?(?:19|20)[0-9]{2}[.,;]?\s*$")
_INITIALS = re.compile(r",\s++(?=(?:[A-Z]\.[ -]?){1,3}[A-Z][\w'’-]{2,})")
_TAIL_TAGS = re.compile(
    r"(?:\s*\*{0,2}`[^`\r\n]{1,30}`\*{0,2}\.?|[ \t]+#[^\W\d][\w/-]{1,40}(?!\S))+\s*$"
)
_WIDE_GAP = re.compile(r"(?<=\S)[ \t]{2,}(?=[^\s\[(])")
# What follows a title after its authors.
_VENUE_AFTER = re.compile(
    r"[,.;?]\s++(?:J\.\s"
    r"|(?:[Ii]n|arXiv|arxiv|bioRxiv|medRxiv|Proc|Journal|Trans|IEEE|ACM|PhD|Technical)\b"
    r"|[A-Z][\w/&'’-]{1,14}(?:\s[A-Z][\w/&'’-]{1,14}){0,3},?\s++(?:[0-9]{1,4},\s++)?(?:19|20)[0-9]{2}"
    r"|[A-Z][\w/&'’-]{1,14}(?:\s[A-Z][\w/&'’-]{1,14}){0,3}\s[0-9]{1,4},\spp?\.?\s"
    r"|(?:19|20)[0-9]{2}\b)|\s\((?:[^()\r\n]{0,40}\s)?(?:19|20)[0-9]{2}\)"
    r"|(?<=[\w)]{2})\.\s++(?=[A-Z*_])|[?!]\s++(?=[*_])"
)
# A first line that may hold names and nothing else, after a short name of the work in bold.
_NAMES_LINE = re.compile(
    r"(?:\*\*[^*\r\n]{1,30}:\*\*\s++)?+(?P<names>[^\W\d_a-z][^\r\n\[\]<>|:0-9*_\"“]{8,600}?)"
    r"(?:[.:](?:<br ?/?>|\\|[ \t])*+|<br ?/?>|\\|[ \t]{2,9}"
    r"|(?=[ \t]{0,9}(?:\r\n|\n|\r)[ \t]{0,99}[\r\n]))"
    r"[ \t]{0,9}(?:\r\n|\n|\r)\s*+(?=[^\W_a-z]|[\[*_\"“])"
)
_WHEN = re.compile(
    r"\(?(?:19|20)[0-9]{2}[a-z]?(?:,? "
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?)?\)?[.,:]?\s++"
)
# Family names and a year in parentheses, perhaps after who tells of the work.
_FAMILIES = re.compile(
    r"(?:[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)? present(?:s|ed|ing)?:\s++)?"
    r"[A-ZÀ-ÖØ-Þ][\w'’-]+(?:(?:, |,? (?:and|&) )[A-ZÀ-ÖØ-Þ][\w'’-]+){0,5}(?:,? et al\.?)?"
    r",? \((?:1[5-9]|20)[0-9]{2}[a-z]?\)[.,:]?\s++(?=[A-Z](?:\w*+\W++\w++){2})"
)
_PARTICLE = re.compile(r"\s(?:de|da|do|du|del|della|van|von|der|den|bin|ibn)\s(?=[A-Z])")
# What may part a title from the names after it, and a venue with its year there.
_PART = re.compile(r"(?:[,，]\s*+|(?<=[\w)]{2})\.\s++)(?=[A-Z])")
_VENUE_NEXT = re.compile(r"([A-Z][\w&+-]{1,14}[ '’-]?(?:19|20)[0-9]{2}),\s")
FEW = 2
_LINKED_TAIL = re.compile(
    r"(?:(?<!\s)\s*+[(\[](?P<inner>[A-Za-z][\w&+./’' -]{0,25}?)??[\s,'’]*"
    r"(?:(?:19|20)[0-9]{2}(?:[-/.][0-9]{1,2})?|(?<=['’])[0-9]{2})[)\]]"
    r"|(?:[,.;]|(?<!\s)\s+[-–—|])\s+(?P<venue>[A-Z][\w&+./ -]{1,20}?)??[\s,]*"
    r"(?:(?:19|20)[0-9]{2}|['’][0-9]{2}))[.)]?\s*\Z"
)
_SENTENCE = re.compile(r"[.?!]\s+")
# No title in plain text is longer, and none is wrapped in more marks.
_EMOJI = "".join(map(chr, (*range(0x1F300, 0x1FB00), *range(0x2600, 0x27C0), 0xFE0F, 0x20, 0x09)))
_QUOTES = '"“”«»《》「」『』'
LONGEST = 2000
_LAYERS = 16
_PAIRED = ("**", "__", "*", "_")
# Words of a venue that is opened before a link, and words that make a sentence.
_SHORT, _LONG = 6, 8
_SHORTEST = 8


def text_end(raw: str, at: int, limit: int) -> int:
    """Returns where a title in plain text ends."""
    return shortened(raw, at, text_stop(raw, at, limit))


def text_stop(raw: str, at: int, limit: int) -> int:
    """Returns where a run of plain words ends: at a label, a break or a cell."""
    limit = min(limit, at + LONGEST)
    stop = _STOP.search(raw, at, limit)
    return stop.start() if stop else limit


def shortened(raw: str, at: int, end: int) -> int:
    """Returns where a title ends within a run of plain words."""
    text = raw[at:end]
    if not text.isprintable() and (blank := BLANK.search(text)):
        text = text[: blank.start()]
    text = _before_gap(text).rstrip(" \t\r\n([（\\,;:，")
    for shorten in (_before_marks, _before_sentence, _before_names, _before_tail):
        text = shorten(text)
    return at + len(text)


def _before_marks(text: str) -> str:
    """Returns a title without tags, names with initials, and what is opened and not closed."""
    tags = _TAIL_TAGS.search(text) if "`" in text or "#" in text else None
    text = text[: tags.start()] if tags and tags.start() else text
    initials = _INITIALS.search(text) if "," in text else None
    text = text[: initials.start()] if initials else text
    opened = text.rfind("(")
    if opened > 0 and ")" not in text[opened:] and len(text[opened:].split()) <= _SHORT:
        # What is opened before a link, and closed after it, is about the link.
        text = text[:opened].rstrip()
    tag = _TAG_YEAR.search(text, 1) if _OPENS.search(text) else None
    return text[: tag.start()] if tag else text


def _before_sentence(text: str) -> str:
    """Returns a title without the sentence after it that says who wrote it or where it stands."""
    for sentence in _SENTENCE.finditer(text):
        if _tells_of_work(text, sentence) and count_words(text[: sentence.start()]) >= FEW:
            return text[: sentence.start() + (text[sentence.start()] in "?!")]
    return text


def _tells_of_work(text: str, sentence: re.Match[str]) -> bool:
    """Says whether what follows the end of a sentence is authors, or a venue."""
    following = text[sentence.end() :]
    authors = AUTHORS_NEXT if text[sentence.start()] == "." else SURE_AUTHORS
    return (
        authors.match(following) is not None
        or following.startswith(("In ", "arXiv"))
        or is_venue(following.strip(" .,*_"))
    )


def _before_names(text: str) -> str:
    """Returns a title without the names after it, and what follows them: "Title, A B, C D, E F"."""
    if text.count(",") + text.count("，") < FEW:
        return text
    for part in _PART.finditer(text):
        names = names_before(text, part.end(), len(text))
        known = _VENUE_NEXT.match(text, part.end())
        if (names and names.sure) or (known and is_venue(known[1])):
            return text[: part.start()] if count_words(text[: part.start()]) > FEW else text
    return text


def _before_tail(text: str) -> str:
    """Returns a title without a venue, a year and numbers at its end."""
    if text[-1:].isalpha() and not text.lower().endswith(_ARCHIVES):
        # All of these but the name of an archive end in a digit or a sign.
        return text
    for pattern in (_TAIL_DEPTH, _TAIL_NUMBER):
        number = pattern.search(text)
        text = text[: number.start()] if number and number.start() > 2 else text
    if not text.rstrip().rstrip(".,;:")[-1:].isdigit():
        return text
    venue = _TAIL_VENUE.search(text)
    if venue and venue.start() > _SHORTEST and is_venue(venue["venue"]):
        text = text[: venue.start()]
    year = _TAIL_YEAR.search(text)
    return text[: year.start()] if year and year.start() > _SHORTEST else text


def linked_end(raw: str, start: int, end: int) -> int:
    """Returns where a title ends that is a link's words: before a venue, a date and the like."""
    if raw[end - 1 : end].isalpha():
        # It would end in a digit or a sign.
        return end
    tail = _LINKED_TAIL.search(raw, start, end)
    if tail and count_words(raw[start : tail.start()]) >= FEW and _tells_when(tail):
        return tail.start()
    return end


def _tells_when(tail: re.Match[str]) -> bool:
    """Says whether the end of a linked title is a date, or a venue and its year."""
    words = (tail["venue"] or tail["inner"] or "").strip(" ,.")
    return not words or words.isupper() or is_venue(tail[0].strip(" \t-–—|,.;()"))


def after_names(raw: str, at: int, end: int, *, authors_first: bool) -> tuple[int, int] | None:
    """Returns the title that follows a run of names, before its venue.

    Args:
        raw: the text.
        at: where the names would begin.
        end: where the run of plain words ends, by `text_stop`.
        authors_first: whether the document's entries begin with the names of authors.
    """
    families = _FAMILIES.match(raw, at, end)
    if families and not _is_signed(raw, families.end(), end):
        start = families.end()
    else:
        names = names_before(raw, at, end)
        if names is None or not (names.sure or authors_first):
            return None
        when = _WHEN.match(raw, names.title, end)
        start = when.end() if when else names.title
    return cited_title(raw, start, end)


def title_below_names(raw: str, at: int, end: int) -> int | None:
    """Returns where the title stands below a line that holds the names of authors alone.

    Args:
        raw: the text.
        at: where the entry's words start.
        end: where its own part ends.
    """
    first = _NAMES_LINE.match(raw, at, end)
    if first is None:
        return None
    names = read_names(raw, first.start("names"), first.end("names"))
    if names is None or min(names.number, names.full) < FEW or names.end < first.end("names"):
        return None
    return first.end()


def cited_title(raw: str, start: int, end: int) -> tuple[int, int] | None:
    """Returns a title in plain text that a venue may follow."""
    venue = _VENUE_AFTER.search(raw, start, end)
    end = _before_venue(raw, venue.start()) if venue else _before_journal(raw, start, end)
    end = start + len(raw[start:end].rstrip(" \t\r\n,;([.\\"))
    return (start, end) if count_words(raw[start:end]) >= FEW else None


def _is_signed(raw: str, start: int, end: int) -> bool:
    """Says whether what follows a year is names alone: what stands before it is the title."""
    names = read_names(raw, start, end) if raw[:start].rstrip().endswith(")") else None
    if names is None or names.number > 1 or raw[names.end : end].strip(" \t\r\n."):
        return False
    # A title may have as many capitals as a name, but no initials, and seldom such words.
    return are_names(raw[names.start : names.end]) or _PARTICLE.search(raw, start, end) is not None


def _before_venue(raw: str, at: int) -> int:
    """Returns where a title ends before its venue: behind a sign that belongs to its words."""
    return at + (raw[at] in "?!")


def bold_end(raw: str, start: int, stop: int) -> int:
    """Returns where a title in bold ends before a venue in parentheses."""
    opens = _OPENS.search(raw, start, stop)
    tags = list(_TAG_YEAR.finditer(raw, start, stop)) if opens else []
    tag = tags[-1] if tags else None
    if tag and tag.end() >= stop - 2:
        return tag.start()
    return stop


def _before_gap(text: str) -> str:
    """Returns a text up to a wide gap that parts it from a sentence or more."""
    gap = _WIDE_GAP.search(text) if "  " in text or "\t" in text else None
    if gap and len(text[gap.end() :].split(None, _LONG)) >= _LONG:
        return text[: gap.start()]
    return text


def _before_journal(raw: str, at: int, stop: int) -> int:
    """Returns where a title after its authors ends: before a journal and a year."""
    year = re.compile(r",?\s+(?:19|20)[0-9]{2}\W*$").search(raw[at:stop])
    end = at + year.start() if year else stop
    comma = raw.rfind(", ", at, end)
    venue = raw[comma + 2 : end]
    short = len(venue.split()) <= 7 and venue[:1].isupper()
    return comma if comma > at + 8 and short else end


def trimmed(raw: str, start: int, end: int) -> tuple[int, int]:
    """Returns a title's span without blanks, marks, quotes and the full stop around it."""
    if start < end and raw[start].isalnum() and (raw[end - 1].isalnum() or raw[end - 1] in ")?!"):
        return start, end
    for _ in range(_LAYERS):
        inner = _peeled(raw, start, end)
        if inner == (start, end):
            break
        start, end = inner
    return start, end


def _peeled(raw: str, start: int, end: int) -> tuple[int, int]:
    """Returns a span without what is outermost around its words."""
    text = _unadorned(raw[start:end])
    inner = text.strip(" \t\r\n,;")
    start += text.index(inner) if inner else len(text)
    end = start + len(inner)
    for mark in (*_PAIRED, "`"):
        if len(inner) > 2 * len(mark) and inner.startswith(mark) and inner.endswith(mark):
            return start + len(mark), end - len(mark)
    if _is_quoted(inner):
        return start + 1, end - (1 if inner[-1] in _QUOTES else 2)
    if inner.endswith((".", ":")) and not inner.endswith(("...", "etc.")):
        return start, start + len(inner.rstrip(".:"))
    for mark in _PAIRED:
        if inner.count(mark) == 1 and inner.startswith(mark):
            return start + len(mark), end
        if inner.count(mark) == 1 and inner.endswith(mark):
            return start, end - len(mark)
    return start, end


def _unadorned(text: str) -> str:
    """Returns a title without emoji at its end."""
    if text.isascii():
        return text
    return text.rstrip(_EMOJI) or text


def _is_quoted(text: str) -> bool:
    """Says whether the whole of a title stands in quotes, a sign after it apart."""
    if len(text) < 3 or text[0] not in _QUOTES or not set(text[-2:]) & set(_QUOTES):
        return False
    return not any(one in _QUOTES for one in text[1:-2])
