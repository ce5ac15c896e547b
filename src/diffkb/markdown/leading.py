"""What stands before a title and is no part of it: numbers, dates, emoji, tags, pictures."""

from __future__ import annotations

import re

from diffkb.markdown.labels import KNOWN_VENUES

# What stands before a title and is no part of it: numbers, dates, emoji, tags, images' leftovers.
_LEADING = re.compile(
    r"(?:[\s|>]++|#++(?=\s)"
    r"|!\[[^\[\]\r\n]*+\]\([^()\s]*+\)"
    r"|\[!\[[^\[\]\r\n]*+\]\([^()\s]*+\)\]\([^()\s]*+\)"
    r"|:[a-z0-9_+-]{1,40}:"
    r"|<(?!(?:a|b|strong)[\s>]|https?:)[A-Za-z/!][^<>]*+>"
    r"|[☆★⭐✨🔥🌟📄📃📖🎉🆕✅❌👍🏆⚠✓✔●•▪·🧬📷♥❤💡🚀📝🌐🔍→➡▶\u2600-\u27bf\ufe0f\u200b\u200e\U0001f300-\U0001faff]++"
    r"|[【(（][^\[\]()【】（）\r\n]{1,75}[】)）](?=\s*+(?:\[|\*\*|__))"
    r"|\*\*\[?#?[0-9]{1,4}\]?[.):]?\*\*[.):]?"
    r"|\[?#?[0-9]{1,3}(?:\.[0-9]{1,2})?\]?[.):](?=[\s*_\[])"
    r"|[0-9]{1,3}\](?=\s)"
    r"|(?:(?:19|20)?[0-9]{2})(?:-[A-Z][A-Za-z]{2,11}-|_[A-Z][A-Za-z]{1,11}_)(?=[A-Z])"
    r"|(?:arXiv:)?[0-9]{4}\.[0-9]{4,5}(?:v[0-9]+)?[:,]?\s++(?=[A-Z])"
    r"|\(?[0-9]{4}[-/.][0-9]{1,2}(?:[-/.][0-9]{1,2})?\)?(?:\s*+[-–—:|,]|(?=[\s*]))"
    r"|\(?(?:19|20)[0-9]{2}\)?\s*+[-–—:|.,](?!\w)"
    r"|(?:19|20)[0-9]{2}\s++[-–—|](?=[A-Z])"
    r"|\((?:19|20)[0-9]{2}\)"
    r"|(?:\*\*|__)\(?(?:19|20)[0-9]{2}(?:[-/.][0-9]{1,2}){0,2}\)?(?:\*\*|__)\s*+[-–—:|,]?"
    r"|(?:\*\*|__)?\(?[0-9]{1,2}[./][0-9]{1,2}\)?(?:\*\*|__)?\s*+[-–—:|]"
    r"|\[[^\[\]()\r\n]{1,75}(?:19|20)[0-9]{2}\](?!\(|\[)[:.]?"
    r"|\([A-Z][^()\[\]\r\n]{1,40}[\s'’](?:19|20)?[0-9]{2}\)(?=\s++[A-Z【])"
    r"|<a\s(?:id|name)=[^<>]*+>[^<>\r\n]{0,8}</a>"
    r"|(?:\*\*|__|\*|_|`)?\\?\[(?![ \]])[^\[\]()\r\n]{1,45}\](?!\(|\[)"
    r"(?:\*\*|__|\*|_|`)?(?:[:.]|\s=(?=\s))?"
    r"|`[^`\r\n]{1,40}`[:.]?"
    r"|[【(（][^\[\]()【】（）\r\n]{1,25}[】)）](?=\s*+\*)"
    r"|(?:\*\*|__)?\[?@[a-zA-Z][\w:.-]{2,40}\]?(?:\*\*|__)?:?(?=\s)|~~"
    r"|[-–—](?=\s)|\*(?=[0-9]{1,3}[.)]\s)"
    r")"
)

# A venue and its year, parted from the title by a comma: "ICML 2022 oral, Title".
_VENUE_FIRST = re.compile(
    r"(?P<venue>(?:arXiv|bioRxiv|[A-Z][\w&+/-]{1,14})\.?"
    r"(?: (?:[A-Z&][\w&+/-]{0,20}\.?|of|on|in|for|and)){0,6})"
    r"[ ,]{1,2}(?:19|20)[0-9]{2}(?:\.[0-9]{1,2})?"
    r"(?: \(?(?:[a-z]{2,12}|Best|Outstanding|Student|Paper|Award|Finalist|Honorable|Mention|Oral"
    r"|Spotlight|Poster|Highlight|Findings|Workshop|Track|Submission)\)?){0,6},"
    r"(?:\s++(?=[A-Z0-9*_\"“])|\s*+(?P<link>(?=\[)))"
)
# How far from the first word of a venue its year may stand.
_FARTHEST = 170
_CAPITALS = re.compile(r"\w*[A-Z]\w*[A-Z]")


def skip_leading(raw: str, at: int, end: int) -> int:
    """Returns where numbers, tags, dates, a venue and emoji before a title end."""
    # Most titles begin with a letter; of what comes before them only "arXiv:" does.
    while at < end and (raw[at] == "a" or not raw[at].isalpha()):
        found = _LEADING.match(raw, at, end)
        if found is None or found.end() == at:
            break
        at = found.end()
    limit = min(end, at + _FARTHEST)
    if raw.find("20", at, limit) < 0 and raw.find("19", at, limit) < 0:
        return at
    venue = _VENUE_FIRST.match(raw, at, end)
    return venue.end() if venue and (venue["link"] is not None or _names_venue(venue)) else at


def _names_venue(found: re.Match[str]) -> bool:
    """Says whether the words before a year are a venue's, and no author's."""
    words = found["venue"].split()
    return _CAPITALS.match(words[0]) is not None or any(
        word.strip(".").lower() in KNOWN_VENUES for word in words
    )
