"""The curator's own words on a work, and the named fields that stand among them."""

# Patterns read better in one piece.
# ruff: noqa: E501

from __future__ import annotations

import re

from diffkb.markdown.labels import is_label

_LINE = re.compile(r"\r\n|\n|\r")
_FIELD = re.compile(
    r"[^\w\r\n<\[\]]*+([^\W\d_][\w.;/'-]{0,20}(?: [\w/'-]{1,16}){0,2})\s?(?:\*\*|__|\*|_)?\s?[:：](?!//|\w)(?:\*\*|__|\*|_)?\s*"
    r"|[^\w\r\n<\[\]]*+([\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]{1,8})\s?(?:\*\*|__)?[:：](?:\*\*|__)?\s*"
)
_NAMES = {
    "authors": (
        *("author", "authors", "作者", "by", "writer", "writers", "author(s)"),
        *("著者", "저자", "auteur", "auteurs", "autor", "autoren", "autores"),
        *("автор", "авторы", "autora", "autoras"),
    ),
    "venue": (
        *(
            "venue",
            "publisher",
            "conference",
            "journal",
            "published",
            "published in",
            "publication",
        ),
        *("会议", "期刊", "发表", "来源", "source", "booktitle", "publication venue"),
        *(
            "会議",
            "学会",
            "掲載",
            "出典",
            "학회",
            "저널",
            "출처",
            "revue",
            "zeitschrift",
            "revista",
        ),
    ),
    "tags": (
        *("tag", "tags", "keyword", "keywords", "key", "key words", "topic", "topics", "category"),
        *(
            "categories",
            "env",
            "environment",
            "关键词",
            "标签",
            "类别",
            "领域",
            "task",
            "tasks",
            "field",
        ),
        *("キーワード", "タグ", "키워드", "태그", "mots-clés", "schlagwörter"),
        *("area", "areas", "subject", "subjects", "keyphrases", "domain", "domains"),
    ),
    "note": (
        *("tldr", "tl;dr", "note", "notes", "comment", "comments", "remark", "remarks", "summary"),
        *(
            "my notes",
            "备注",
            "说明",
            "简介",
            "总结",
            "笔记",
            "评论",
            "要約",
            "概要",
            "メモ",
            "コメント",
            "感想",
            "요약",
            "메모",
            "비고",
            "résumé",
            "notiz",
            "takeaway",
            "takeaways",
            "notes/summary",
        ),
    ),
    "other": (
        *(
            "date",
            "year",
            "time",
            "institution",
            "institutions",
            "institute",
            "affiliation",
            "isbn",
        ),
        *(
            "affiliations",
            "abstract",
            "摘要",
            "日期",
            "时间",
            "年份",
            "单位",
            "机构",
            "issn",
            "citation",
        ),
        *("citations", "pages", "publication date", "published date", "language", "license", "org"),
        *(
            "organization",
            "organizations",
            "论文",
            "代码",
            "主页",
            "链接",
            "论文链接",
            "代码链接",
            "数据集",
        ),
        *(
            "论文下载链接",
            "项目",
            "项目主页",
            "演示",
            "视频",
            "github",
            "homepage",
            "id",
            "teams involved",
        ),
        *("年", "リンク", "論文", "所属", "コード", "연도", "링크", "논문", "소속", "코드", "날짜"),
        *("année", "lien", "jahr", "link", "año", "enlace"),
    ),
}
_FIELD_OF = {name: kind for kind, names in _NAMES.items() for name in names}


def field_at(raw: str, start: int, end: int) -> tuple[str, int] | None:
    """Returns the kind of a line's named field and where its value starts.

    Returns:
        "authors", "venue", "tags", "note" or "other"; None for a line that names no known field.
    """
    if raw.find(":", start, start + 64) < 0 and raw.find("：", start, start + 64) < 0:
        return None
    found = _FIELD.match(raw, start, end)
    if found is None:
        return None
    name = (found[1] or found[2]).strip().lower()
    kind = _FIELD_OF.get(name)
    if kind is None:
        kind = "other" if is_label(name) else None
    return None if kind is None else (kind, found.end())


def note_of(raw: str, start: int, end: int) -> str:
    r"""Returns a note as Markdown with "\n" between lines, moved to the left edge.

    Args:
        raw: the block.
        start: of the note; the first line counts for the margin only where it is a whole one.
        end: of the note.
    """
    text = raw[start:end]
    if "\n" not in text and "\r" not in text:
        return text.strip(" \t")
    lines = [one.rstrip(" \t") for one in _LINE.split(text)]
    whole = start == 0 or raw[start - 1] in "\r\n"
    first = [] if whole else [lines.pop(0).lstrip(" \t")]
    margin = min((len(one) - len(one.lstrip(" \t")) for one in lines if one), default=0)
    return "\n".join([*first, *(one[margin:] for one in lines)]).strip("\n ")
