"""Text that people wrote as HTML: Markdown of notes, titles with formulas, and their links."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt
from markupsafe import Markup
from mdit_py_plugins.dollarmath import dollarmath_plugin

from diffkb.core.identifiers import url_of
from diffkb.core.models import DOI, Identifier
from diffkb.formats.html.formulas import set_formula

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token

# HTML has no word for them, and lone surrogates are no text.
_UNWRITABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
_WEB = re.compile(r"(?i)https?://[^\s/?#]+\S*")
_MAIL = re.compile(r"(?i)mailto:[^\s@]+@[^\s@]+")
_DOI = re.compile(r"(?i)(?:doi:\s*)?(10\.\d{4,9}/\S+)")


def clean(text: str) -> str:
    """Returns text without what HTML cannot hold."""
    return text if text.isprintable() else _UNWRITABLE.sub("\ufffd", text)


def safe_url(url: str | None) -> str | None:
    """Returns a link as it can be followed; None for what leads to no page, file or mailbox.

    A DOI leads to doi.org. Other schemes may run what they hold.
    """
    if url is None:
        return None
    text = clean(url).strip()
    if doi := _DOI.fullmatch(text):
        return url_of(Identifier(DOI, doi[1]))
    words = re.sub(r"\s", "%20", text)
    return words if _WEB.fullmatch(words) or _MAIL.fullmatch(words) else None


def set_line(text: str) -> Markup:
    """Returns a text of one line, its formulas set."""
    if "$" not in text:
        return Markup.escape(clean(text))
    return Markup(_formulas_alone().renderInline(clean(text)))  # noqa: S704 - it escapes


def set_note(markdown: str) -> Markup:
    """Returns a note of Markdown; HTML in it is shown as it was written."""
    return Markup(_markdown().render(clean(markdown)))  # noqa: S704 - it escapes


@cache
def _markdown() -> MarkdownIt:
    """Returns what renders notes."""
    parser = MarkdownIt("commonmark", {"html": False})
    # A link that leads nowhere stays as text, and does not bring its marks to sight.
    parser.validateLink = lambda url: True  # type: ignore[method-assign] # noqa: ARG005 - its own way
    for name, render in (
        ("link_open", _open_link),
        ("link_close", _close_link),
        ("image", _link_to_image),
        ("heading_open", _open_heading),
        ("heading_close", _close_heading),
    ):
        parser.add_render_rule(name, render)
    return _with_formulas(parser)


@cache
def _formulas_alone() -> MarkdownIt:
    """Returns what renders a plain text with formulas."""
    return _with_formulas(MarkdownIt("zero"))


def _with_formulas(parser: MarkdownIt) -> MarkdownIt:
    """Teaches a parser formulas between dollars; amounts of money are none."""
    parser.use(
        dollarmath_plugin,
        allow_labels=False,
        allow_space=False,
        allow_digits=False,
        double_inline=True,
        renderer=lambda latex, _: set_formula(latex),
    )
    # The plugin's own element for these may not stand in a paragraph.
    parser.add_render_rule("math_inline_double", _formula)
    parser.add_render_rule("math_inline", _formula)
    return parser


def _formula(_self: object, tokens: Sequence[Token], at: int, *_: object) -> str:
    """Returns a formula within a line."""
    return set_formula(tokens[at].content.strip())


def _open_link(_self: object, tokens: Sequence[Token], at: int, *_: object) -> str:
    """Returns the beginning of a link."""
    url = safe_url(str(tokens[at].attrs.get("href", "")))
    return "<span>" if url is None else _anchor(url)


def _close_link(_self: object, tokens: Sequence[Token], at: int, *_: object) -> str:
    """Returns the end of a link, which is that of what was begun for it."""
    depth = 0
    for token in reversed(tokens[:at]):
        depth += (token.type == "link_close") - (token.type == "link_open")
        if depth < 0:
            return "</span>" if safe_url(str(token.attrs.get("href", ""))) is None else "</a>"
    return ""


def _link_to_image(_self: object, tokens: Sequence[Token], at: int, *_: object) -> str:
    """Returns a link to a picture: the page asks no other place for anything."""
    token = tokens[at]
    url = safe_url(str(token.attrs.get("src", "")))
    label = Markup.escape(token.content or "picture")
    within = any(one.type == "link_open" for one in tokens[:at]) and any(
        one.type == "link_close" for one in tokens[at:]
    )
    return str(label) if url is None or within else f"{_anchor(url)}{label}</a>"


def _open_heading(*_: object) -> str:
    """Returns the beginning of a heading within a note, which is none of the page."""
    return "<p><strong>"


def _close_heading(*_: object) -> str:
    """Returns the end of a heading within a note."""
    return "</strong></p>\n"


def _anchor(url: str) -> str:
    """Returns the beginning of a link to another place."""
    return Markup('<a href="{}" rel="noopener noreferrer">').format(url)
