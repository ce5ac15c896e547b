"""What stands before a title and is no part of it: numbers, dates, emoji, tags, pictures."""

from __future__ import annotations

import re

# What stands before a title and is no part of it: numbers, dates, emoji, tags, images' leftovers.
_LEADING = re.compile(
    r"(?:[\s|>]++|#++(?=\s)"
    r"|!\[[^\[\]\r\n]*+\]\([^()\s]*+\)"
    r"|\[!\[[^\[\]\r\n]*+\]\([^()\s]*+\)\]\([^()\s]*+\)"
    r"|:[a-z0-9_+-]{1,40}:"
    r"|<(?!(?:a|b|strong)[\s>])[A-Za-z/!][^<>]*+>"
    r"|[☆★⭐✨🔥🌟📄📃📖🎉🆕✅❌👍🏆⚠✓✔●•▪·🧬📷♥❤💡🚀📝🌐🔍→➡▶\u2600-\u27bf\ufe0f\u200b\u200e\U0001f300-\U0001faff]++"
    r"|\*\*\[?#?[0-9]{1,4}\]?[.):]?\*\*[.):]?"
    r"|\[?#?[0-9]{1,3}(?:\.[0-9]{1,2})?\]?[.):](?=[\s*_\[])"
    r"|[0-9]{1,3}\](?=\s)"
    r"|(?:arXiv:)?[0-9]{4}\.[0-9]{4,5}(?:v[0-9]+)?[:,]?\s++(?=[A-Z])"
    r"|\(?[0-9]{4}[-/.][0-9]{1,2}(?:[-/.][0-9]{1,2})?\)?(?:\s*+[-–—:|,]|(?=[\s*]))"
    r"|\(?(?:19|20)[0-9]{2}\)?\s*+[-–—:|.,](?!\w)"
    r"|(?:19|20)[0-9]{2}\s++[-–—|](?=[A-Z])"
    r"|\((?:19|20)[0-9]{2}\)"
    r"|(?:\*\*|__)\(?(?:19|20)[0-9]{2}(?:[-/.][0-9]{1,2}){0,2}\)?(?:\*\*|__)\s*+[-–—:|,]?"
    r"|(?:\*\*|__)?\(?[0-9]{1,2}[./][0-9]{1,2}\)?(?:\*\*|__)?\s*+[-–—:|]"
    r"|\[[^\[\]()\r\n]{1,75}(?:19|20)[0-9]{2}\](?!\(|\[)[:.]?"
    r"|(?:\*\*|__|\*|_|`)?\\?\[(?![ \]])[^\[\]()\r\n]{1,45}\](?!\(|\[)(?:\*\*|__|\*|_|`)?[:.]?"
    r"|`[^`\r\n]{1,40}`[:.]?"
    r"|[【(（][^\[\]()【】（）\r\n]{1,25}[】)）](?=\s*+[\[*])"
    r"|[-–—](?=\s)"
    r")"
)


def skip_leading(raw: str, at: int, end: int) -> int:
    """Returns where numbers, tags, dates and emoji before a title end."""
    while at < end and (found := _LEADING.match(raw, at, end)) and found.end() > at:
        at = found.end()
    return at
