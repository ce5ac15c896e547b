"""The form new entries take: the commonest one of the entries near them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from diffkb.markdown.dialect import Form

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Value = TypeVar("Value")


def commonest(values: Iterable[Value], default: Value) -> Value:
    """Returns the commonest value, of equally common ones that which stands last."""
    counts: dict[Value, int] = {}
    for value in values:
        # Moved to the end, so that the last of equals is found first.
        counts[value] = counts.pop(value, 0) + 1
    return max(reversed(counts), key=lambda value: counts[value], default=default)


def common_form(groups: Iterable[Sequence[Form]], default: Form | None = None) -> Form:
    """Returns the form to write in.

    Args:
        groups: the forms of the entries near by, those of the nearest group first.
        default: for parts that nobody shows.

    Returns:
        The commonest form of the first group that holds any. A part it does not show is taken
        from the commonest of those in the same group that do, then from the next group.
    """
    form: Form | None = None
    for group in groups:
        if not group:
            continue
        form = commonest(group, group[-1]) if form is None else form
        form = _completed(form, group)
        if form.before_mark is not None and form.opening is not None:
            return form
    usual = default or Form()
    return usual if form is None else _completed(form, [usual])


def _completed(form: Form, others: Sequence[Form]) -> Form:
    """Returns the form with the parts it lacks as others have them."""
    if form.before_mark is None:
        marks = (other.before_mark for other in others if other.before_mark is not None)
        form = form._replace(before_mark=commonest(marks, None))
    if form.opening is None:
        notes = ((o.opening, o.indented) for o in others if o.opening is not None)
        opening, indented = commonest(notes, (None, form.indented))
        form = form._replace(opening=opening, indented=indented)
    return form
