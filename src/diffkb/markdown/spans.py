"""The links of an inline text, in whatever way they are written, and where each of them lies."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from diffkb.markdown.inline import TAG, CodeSpans, Target, is_image, target_at
from diffkb.markdown.plain import plain_text

# One set in front, for the search to go from sign to sign.
_OPENERS = re.compile(r"[\\`<\[\]h](?:(?<!h)|ttps?://)")
# As far as people mean a bare URL to go: no blank, no sign of other scripts' punctuation.
_BARE = re.compile(r"https?://[^\s<>\"`|\[\]\u3000-\u303f\uff00-\uffef\u201c\u201d*]++")
_HREF = re.compile(r"""\bhref\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'<>]++))""", re.IGNORECASE)
_CLOSING_TAG = re.compile(r"</a\s*+>", re.IGNORECASE)
_DEFINITION = re.compile(
    r"(?:(?<=\n)|(?<=\r)|\A) {0,3}\[(?!\^)([^\[\]\r\n]{1,200})\]:[ \t]*+<?([^\s<>]++)"
)
_LABEL = re.compile(r"\[([^\[\]\r\n]{1,200})\]")
_ODD_TARGET = re.compile(r"\(([^()\r\n]{1,300})\)")
_ALT = re.compile(r"[\s*_`\[]*+!\[([^\[\]]*+)\]")
_ALT_ATTRIBUTE = re.compile(r"\balt=[\"']([^\"']*+)")

Place = tuple[int, int]


class Span(NamedTuple):
    """A link in a text.

    Attributes:
        start: its first character.
        end: the first one after it.
        text: the span of its words.
        target: the span of its destination.
        url: the destination.
        kind: a link proper, an image, an image within a link, or an address that stands bare.
        words: its plain words; of a badge, what its image says.
    """

    start: int
    end: int
    text: Place
    target: Place
    url: str
    kind: str
    words: str


# What a link's label leads to; a document defines that once, for all of its links.
Definitions = Mapping[str, str]
NO_DEFINITIONS: Definitions = MappingProxyType({})


def links_of(text: str, start: int, end: int, defined: Definitions = NO_DEFINITIONS) -> list[Span]:
    """Returns the links and images of a part of a text, in the order in which they end."""
    return _Scan(text, start, end, defined).read()


def definitions_in(text: str) -> dict[str, str]:
    """Returns the labels that a document defines, and where they lead.

    https://spec.commonmark.org/0.31.2/#link-reference-definition
    """
    if "]:" not in text:
        return {}
    found: dict[str, str] = {}
    for one in _DEFINITION.finditer(text):
        found.setdefault(label_of(one[1]), one[2])
    return found


def label_of(text: str) -> str:
    """Returns a label as it is compared with others."""
    return " ".join(text.split()).casefold()


def labels_in(text: str, defined: Definitions) -> dict[str, str]:
    """Returns those of the defined labels that a text may lead to."""
    if not defined:
        return {}
    labels = (label_of(one[1]) for one in _LABEL.finditer(text))
    return {label: defined[label] for label in labels if label in defined}


class _Scan:
    """One look at a text from left to right."""

    def __init__(self, text: str, start: int, end: int, defined: Definitions) -> None:
        self.text = text
        self.at = start
        self.end = end
        self.found: list[Span] = []
        self.brackets: list[int] = []
        self.code = CodeSpans(text, start, end)
        self.closes = True
        self.defined = defined

    def read(self) -> list[Span]:
        """Returns what was found."""
        while found := _OPENERS.search(self.text, self.at, self.end):
            self.at = found.start()
            mark = self.text[self.at]
            if mark == "[":
                self.brackets.append(self.at)
                self.at += 1
            elif mark == "]":
                self._close()
            elif mark == "h":
                self._bare()
            elif mark == "<":
                self._tag()
            elif mark == "\\":
                self.at += 2
            else:
                length, close = self.code.after(self.at)
                self.at = close + length if close >= 0 else self.at + length
        return self.found

    def _close(self) -> None:
        """Reads the end of a link's text."""
        close = self.at
        self.at += 1
        if not self.brackets:
            return
        opened = self.brackets.pop()
        target = target_at(self.text, close + 1, self.end)
        if target is None and self.defined:
            target = self._defined_target(opened, close)
        if target is None:
            self._odd(opened, close)
            return
        self.at = target.close
        inside = target.url.find("](")
        if inside >= 0:
            # A link pasted where an address belongs.
            url = target.url[inside + 2 :].rstrip(")")
            start = target.start + inside + 2
            target = target._replace(start=start, end=start + len(url), url=url)
        image = is_image(self.text, opened)
        inner = self.found[-1] if self.found and self.found[-1].start > opened else None
        kind = "image" if image else "link"
        if inner is not None and not image:
            if inner.kind not in {"image", "bare"}:
                return
            while self.found and self.found[-1].start > opened:
                first = self.found.pop()
            around = self.text[opened + 1 : first.start] + self.text[inner.end : close]
            if inner.kind == "image" and not around.strip(" *_`[]\r\n"):
                kind = "badge"
        elif inner is not None:
            return
        span = (target.start, target.end)
        text = (opened + 1, close)
        words = _words_of(self.text[opened + 1 : close], kind)
        self.found.append(Span(opened - image, target.close, text, span, target.url, kind, words))

    def _defined_target(self, opened: int, close: int) -> Target | None:
        """Returns where a link leads whose address is defined elsewhere."""
        label = _LABEL.match(self.text, close + 1, self.end)
        empty = self.text.startswith("[]", close + 1)
        words = label[1] if label else self.text[opened + 1 : close]
        url = self.defined.get(label_of(words))
        if url is None:
            return None
        end = label.end() if label else close + 1 + 2 * empty
        return Target(end, end, url, end)

    def _odd(self, opened: int, close: int) -> None:
        """Reads a destination that holds blanks: people mean a link all the same."""
        odd = _ODD_TARGET.match(self.text, close + 1, self.end)
        if odd and "://" in odd[1].partition(" ")[0] + odd[1].strip().partition(" ")[0]:
            url = odd[1].split()[0]
            at = odd.start(1) + odd[1].index(url)
            self.at = odd.end()
            words = _words_of(self.text[opened + 1 : close], "link")
            span, text = (at, at + len(url)), (opened + 1, close)
            self.found.append(Span(opened, odd.end(), text, span, url, "link", words))

    def _bare(self) -> None:
        """Reads an address that stands in the text by itself."""
        found = _BARE.match(self.text, self.at, self.end)
        if not found:
            self.at += 4
            return
        url = found[0].rstrip(".,;:!?'_~")
        if url.count(")") > url.count("("):
            url = url[: _unbalanced(url)].rstrip(".,;:")
        span = (self.at, self.at + len(url))
        self.at = max(span[1], self.at + 4)
        self.found.append(Span(*span, span, span, url, "bare", plain_text(url)))

    def _tag(self) -> None:
        """Reads an address between angle brackets, a link of HTML, or another tag."""
        tag = TAG.match(self.text, self.at, self.end)
        if tag is None:
            self.at += 1
            return
        inner = tag[0][1:-1]
        if inner.startswith(("http://", "https://")) and " " not in inner:
            span = (self.at + 1, tag.end() - 1)
            words = plain_text(inner)
            self.found.append(Span(self.at, tag.end(), span, span, inner, "bare", words))
        elif self.closes and inner[:2].lower() in {"a ", "a\n"} and (href := _HREF.search(tag[0])):
            self._anchor(tag, href)
            return
        self.at = tag.end()

    def _anchor(self, tag: re.Match[str], href: re.Match[str]) -> None:
        """Reads a link of HTML."""
        self.at = tag.end()
        close = _CLOSING_TAG.search(self.text, tag.end(), self.end)
        if close is None:
            self.closes = False
            return
        group = href.lastindex or 1
        start = tag.start() + href.start(group)
        target = (start, start + len(href[group]))
        text = (tag.end(), close.start())
        inner = self.text[slice(*text)]
        kind = "badge" if inner.lstrip().startswith("<img") else "link"
        words = _words_of(inner, kind)
        self.found.append(Span(tag.start(), close.end(), text, target, href[group], kind, words))
        self.at = close.end()


def _words_of(text: str, kind: str) -> str:
    """Returns a link's plain words; of a badge, what its image says."""
    if kind == "badge":
        alt = _ALT.match(text)
        if alt:
            return alt[1]
        attribute = _ALT_ATTRIBUTE.search(text)
        return attribute[1] if attribute else ""
    if "]" in text and text.startswith("["):
        text = text.strip("[]")
    return plain_text(text)


def _unbalanced(url: str) -> int:
    """Returns where a parenthesis closes that the address did not open."""
    depth = 0
    for at, character in enumerate(url):
        depth += (character == "(") - (character == ")")
        if depth < 0:
            return at
    return len(url)
