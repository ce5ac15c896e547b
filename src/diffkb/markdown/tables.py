"""Rows of tables: their cells, what each column holds, and which rows are entries."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from diffkb.markdown.labels import is_anchor, is_label
from diffkb.markdown.plain import count_words
from diffkb.markdown.spans import NO_DEFINITIONS
from diffkb.markdown.titles import find_title
from diffkb.markdown.years import year_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from diffkb.markdown.spans import Definitions
    from diffkb.markdown.titles import Title

_BAR = re.compile(r"\\.|\||`[^`\r\n]*+`", re.DOTALL)
_RULE = re.compile(r"[ \t]*+\|?[ \t:|-]*-[ \t:|-]*[ \t]*+")
# A cell that is an identifier.
_NUMBER = re.compile(r"\|\s*+(?:[0-9]{4}\.[0-9]{4,5}(?:v[0-9]+)?|10\.[0-9]{4,9}/[^\s|]++)\s*+\|")
# Columns of links and nothing else.
_LINKS = re.compile(r"links?|urls?|address|链接|鏈接|リンク|링크|lien|enlace", re.IGNORECASE)
# A column of that name holds titles, or, beside one that does, where they appeared.
_PUBLICATION = re.compile(r"publication\b", re.IGNORECASE)
# So many words are a sentence.
_SENTENCE = 5
# A row has so many cells at least.
_LEAST = 2
# What columns are called, in English, German, French, Spanish, Chinese, Japanese and Korean.
_ROLES = (
    (
        "title",
        re.compile(
            r"title|^projects?$|^books?$|^works?$|^readings?$|^name$|^librar|^tools?$|^datasets?$|^models?$|^methods?$|papers?\b"
            r"|article|publication\b|^titre|^título|^titel$|标题|標題|论文名|題目|题目|论文$|論文$|論文名|书名|書名|文章"
            r"|タイトル|題名|제목|논문$|논문명|도서명",
            re.IGNORECASE,
        ),
    ),
    (
        "year",
        re.compile(
            r"year|date(?! read)|année|^jahr|^año|published|^年$|年月|年份|年度|出版年"
            r"|発行年|発表年|发表时间|时间|時間|日期|^연도|년도|발행",
            re.IGNORECASE,
        ),
    ),
    (
        "venue",
        re.compile(
            r"venue|conference|journal|pub\b|pub\.|publisher|source|会议|會議|会議|学会|期刊|発表(?!者)|发表(?!者)|掲載|出版|来源|학회|발표처|저널|출처|게재|where"
            r"|booktitle",
            re.IGNORECASE,
        ),
    ),
    (
        "authors",
        re.compile(
            r"author|auteur|^autor(?:es|en)?$|作者|著者|저자|affiliation|institut", re.IGNORECASE
        ),
    ),
    (
        "link",
        re.compile(
            r"link|code|url|pdf|github|project|resource|material|论文链接|代码|链接|鏈接|リンク|コード|링크|코드",
            re.IGNORECASE,
        ),
    ),
    ("tags", re.compile(r"^(?:tags?|labels?|标签|標籤|タグ|태그)$", re.IGNORECASE)),
    (
        "note",
        re.compile(
            r"note|comment|descri|summary|keyword|abstract|tl;?dr|remark|bemerkung|备注|備註|備考|说明|簡介|简介|笔记|摘要|总结|评论"
            r"|メモ|要約|概要|コメント|感想|비고|메모|요약|설명",
            re.IGNORECASE,
        ),
    ),
)


def cells_of(row: str) -> list[tuple[int, int]]:
    """Returns the spans of a row's cells, without the blanks around their words."""
    end = len(row.rstrip(" \t\r\n"))
    bars = [one.start() for one in _BAR.finditer(row, 0, end) if one[0] == "|"]
    starts = [0, *(at + 1 for at in bars)]
    ends = [*bars, end]
    spans = [_stripped(row, a, b) for a, b in zip(starts, ends, strict=True)]
    if bars and not row[: bars[0]].strip(" \t"):
        spans = spans[1:]
    if bars and not row[bars[-1] + 1 : end].strip(" \t"):
        spans = spans[:-1]
    return spans


def is_rule(row: str) -> bool:
    """Says whether a row is the line under a table's head."""
    return "-" in row and _RULE.fullmatch(row.strip("\r\n")) is not None


def roles_of(head: str | None, rows: Sequence[str]) -> tuple[str, ...]:
    """Returns what the columns of a table hold, by their names and by what stands in them.

    Args:
        head: the row of names, or None.
        rows: the others.
    """
    names = [head[a:b] for a, b in cells_of(head)] if head else []
    roles = [_role_of(name) for name in names]
    sample = [[row[a:b] for a, b in cells_of(row)] for row in rows[:12]]
    width = max((len(cells) for cells in sample), default=0)
    roles += [""] * (width - len(roles))
    titles = _columns_of_titles(names, roles)
    scores = [_title_score(cells[at] for cells in sample if at < len(cells)) for at in range(width)]
    for at, role in enumerate(roles[:width]):
        if role in {"year", "authors", "note"}:
            scores[at] *= 0.2
        elif at in titles:
            scores[at] = scores[at] * 2 + 0.5
    roles = ["" if role == "title" else role for role in roles]
    for at, name in enumerate(names[:width]):
        if name and not roles[at] and at not in titles:
            roles[at] = (
                "note" if _is_prose(cells[at] for cells in sample if at < len(cells)) else ""
            )
    if any(score > 0.9 for score in scores) or (titles and scores):
        best = max(range(width), key=lambda at: scores[at])
        if scores[best] >= 1:
            roles[best] = "title"
            for at in titles:
                if at != best and _PUBLICATION.search(names[at]):
                    roles[at] = "venue"
    return tuple(roles)


def _columns_of_titles(names: Sequence[str], roles: Sequence[str]) -> list[int]:
    """Returns the columns that hold titles, by their names, or as the only one beside links."""
    titles = [at for at, role in enumerate(roles) if role == "title"]
    untold = [at for at, role in enumerate(roles[: len(names)]) if not role]
    linked = any(_LINKS.fullmatch(name.strip(" *_`")) for name in names)
    return untold if not titles and linked and len(untold) == 1 else titles


def judge_rows(
    head: str | None, rows: Sequence[str], defined: Definitions = NO_DEFINITIONS
) -> tuple[tuple[str, ...], list[Title | None]]:
    """Says what a table's columns hold and which of its rows are entries.

    Returns:
        The roles, and for each row its title, or None where it is no entry.
    """
    none: list[Title | None] = [None] * len(rows)
    if head is None and all(len(cells_of(row)) < _LEAST for row in rows):
        return (), none
    roles = roles_of(head, rows)
    if "title" not in roles:
        return roles, none
    linked = sum(
        "http" in row or "](" in row or bool(defined) or _NUMBER.search(row) is not None
        for row in rows
    )
    told = {"year", "authors", "venue"} & set(roles)
    if linked < 0.5 * len(rows) and not told:
        return roles, none
    dated = "venue" in told and sum(year_in(row) is not None for row in rows) >= 0.5 * len(rows)
    if not linked and len(told) < 2 and not (head and ("authors" in told or dated)):
        return roles, none
    titles = [_title_of_row(row, roles.index("title"), defined) for row in rows]
    named = [
        one if one and is_label(row[slice(*one.span)]) else None
        for one, row in zip(titles, rows, strict=True)
    ]
    if sum(one is not None for one in named) * 2 <= sum(one is not None for one in titles):
        return roles, titles
    return roles, [None if label else one for one, label in zip(titles, named, strict=True)]


def _title_of_row(row: str, at: int, defined: Definitions) -> Title | None:
    """Returns the title of the work that a row holds, or None without one."""
    cells = cells_of(row)
    if at >= len(cells):
        return None
    found = find_title(row, *cells[at], defined=defined)
    if found is None:
        return None
    title = row[slice(*found.span)]
    if found.primary is not None and is_anchor(found.primary.url):
        return None
    template = "](paper link)" in row.lower() or title.lower().startswith(
        ("template", "paper title")
    )
    # A row that holds nothing else is a heading within the table.
    lone = not found.links and sum(stop > start for start, stop in cells) < 2
    return found if count_words(title) >= 1 and not template and not lone else None


def _role_of(name: str) -> str:
    """Returns what a column of that name holds."""
    return next((role for role, pattern in _ROLES if pattern.search(name.strip(" *_`"))), "")


def _is_prose(cells: Iterable[str]) -> bool:
    """Says whether a column holds sentences, whatever it is called."""
    told = [cell for cell in cells if cell.strip(" -")]
    words = sum(count_words(cell) >= _SENTENCE and "](" not in cell for cell in told)
    return bool(told) and words > 0.6 * len(told)


def _title_score(cells: Iterable[str]) -> float:
    """Says how much a column looks like titles: linked or bold ones most."""
    score = count = 0.0
    for cell in cells:
        count += 1
        if not cell.strip():
            continue
        found = find_title(cell)
        if found is None:
            continue
        words = count_words(cell[slice(*found.span)])
        if words < 2 or is_label(cell[slice(*found.span)]):
            labelled = is_label(cell[slice(*found.span)])
            score += (0.1 if labelled else 0.6) * (found.shape == "link")
            continue
        score += 2.0 if found.shape == "link" else 1.5 if found.shape in {"bold", "quoted"} else 0
        score += min(words, 8) / 8
        if found.shape == "text" and found.primary:
            score += 1.0
        if any(is_label(link.words) for link in found.links):
            score += 0.2
    return score / count if count else 0.0


def _stripped(row: str, start: int, end: int) -> tuple[int, int]:
    """Returns a span without the blanks around it."""
    text = row[start:end]
    start += len(text) - len(text.lstrip(" \t"))
    return start, max(start, start + len(text.strip(" \t")))
