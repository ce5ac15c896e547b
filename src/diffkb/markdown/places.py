"""What the names of parts say of what stands in them: no entries, contents, works."""

from __future__ import annotations

import re

from diffkb.markdown.labels import words_of

# Names of parts that hold no entries; others begin with the same words, as "News recommendation".
_NO_ENTRIES = re.compile(
    r"table of contents?|contributing|cite (?:us|this)|star history|change ?log|what'?s new"
    r"|how to (?:use|contribute|cite|add|submit|edit|help|read this)|目录|贡献|更新日志|致谢"
    r"|related (?:awesome )?(?:lists|repositor)|overview of (?:this|the) list|quick links"
    r"|to[- ]?do",
    re.IGNORECASE,
)
_CLOSING = frozenset(
    "content contents toc contribute contribution contributions contributor contributors license"
    " licence licensing citation citations cite citing acknowledgement acknowledgements"
    " acknowledgment acknowledgments acknowledge news update updates updated announcement"
    " announcements maintainer maintainers contact contacts disclaimer sponsor sponsors"
    " instruction instructions guideline guidelines share sharing legend index menu navigation"
    " outline install installation prerequisites quickstart"
    " 引用 联系 联系我们 联系方式".split()
)
_CONTENTS = frozenset("content contents toc index menu navigation outline 目录".split())
_AROUND_CLOSING = frozenset(
    "the a of and to for how us me this that list repo repository project work our your my latest"
    " recent new log history guide page please credits thanks s in on by with date".split()
)
# Names of parts that hold works and nothing else, in the languages of many lists.
_WORKS = re.compile(
    r"\b(?:(?:reading|book|paper)[ -]?lists?|(?:text)?books?|papers?|articles?|bibliography"
    r"|literature"
    r"|references|to[ -]read|want to read|(?:currently |further )?readings?|publications?|novels?"
    r"|literatur(?:liste)?|bücher|lektüre|aufsätze|livres|lectures? (?:conseillées?|recommandées?)"
    r"|bibliograph?[ií](?:e|a)|libros|lecturas?|artículos|livros|leituras?|artigos)\b"
    r"|книг|литератур|статьи|чтени|书单|书籍|文献|论文|待读|已读|待阅读|阅读清单|読書|読んだ|書籍|論文"
    r"|도서|책\b|논문|문헌|읽",
    re.IGNORECASE,
)
_ABOUT_WORKS = re.compile(
    r"how|guide|notes?\b|format|templates?|clubs?|groups?|rules|tools?|process|summar|tips|sites?"
    r"|resources|challenge|goals?|plan\b|why|choos|select|方法|笔记|规则|選び|선정|종류|규칙|tracker",
    re.IGNORECASE,
)
_LONGEST_NAME = 5
_MARK = re.compile(r"[\W_]*+(?:[0-9.]+[\s.)]*+)?")


def is_no_place(name: str) -> bool:
    """Says whether no entries are expected under a heading of that name."""
    start = _MARK.match(name)
    if len(name) < 60 and _NO_ENTRIES.match(name, start.end() if start else 0):
        return True
    words = {word for word in words_of(name) if word[0].isalpha()}
    return not _CLOSING.isdisjoint(words) and words <= _CLOSING | _AROUND_CLOSING


def names_works(name: str) -> bool:
    """Says whether a heading is a name for works, so that what is listed under it is one."""
    if len(name.split()) > _LONGEST_NAME or _WORKS.search(name) is None:
        return False
    return _ABOUT_WORKS.search(name) is None


def is_contents(name: str) -> bool:
    """Says whether a heading is that of a table of contents; deeper ones are no part of it."""
    return not _CONTENTS.isdisjoint(words_of(name))
