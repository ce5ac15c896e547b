"""Which work an entry stands for once its links are others."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlmodel import select

from diffkb.core.identifiers import kind_of
from diffkb.core.models import URL
from diffkb.services.documents import remove_orphans
from diffkb.services.identity import add_identifiers, make_paper
from diffkb.services.versions import paper_of
from diffkb.services.vouching import names_in_links
from diffkb.store.tables import EntryRow, IdentifierRow, PaperRow, id_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from diffkb.core.models import Identifier
    from diffkb.store.writer import UnitOfWork


class Names(NamedTuple):
    """How the names that an entry's links give its work differ from those before.

    Attributes:
        come: those that are new.
        gone: those that are named no more.
    """

    come: list[Identifier]
    gone: list[Identifier]

    @property
    def are_of_another(self) -> bool:
        """Whether they are those of another work: one took the place of one in its scheme."""
        return bool({one.scheme for one in self.come} & {one.scheme for one in self.gone} - {URL})


def compare_names(before: Sequence[Identifier], now: Sequence[Identifier]) -> Names:
    """Returns how names of a work differ from those before.

    Another name in the same scheme, such as another arXiv id, is that of another work; any other
    is one more name of the same. Of addresses a work may have any number.
    """
    return Names(
        [one for one in now if one not in before], [one for one in before if one not in now]
    )


def follow_links(unit: UnitOfWork, entry: EntryRow, before: Sequence[Identifier]) -> None:
    """Lets an entry stand for the work that its links name now.

    Where another work has what they name, it is that one; else the rule of `compare_names` says
    whether it is a new one.

    Args:
        unit: the change it is part of.
        entry: the entry, its links as they are.
        before: what its links named before.
    """
    named = names_in_links(entry)
    entry.kind = kind_of(entry.url)
    unit.session.add(entry)
    unit.session.flush()
    names = compare_names(before, named)
    come = names.come
    if not come:
        return
    left = entry.paper_id
    holder = next((one for name in come if (one := paper_of(unit.connection, name))), None)
    if holder is not None:
        entry.paper_id = holder
    elif entry.paper_id is None or names.are_of_another:
        entry.paper_id = id_of(make_paper(unit, come))
    else:
        _rename(unit, unit.session.get_one(PaperRow, entry.paper_id), come, names.gone)
    unit.session.add(entry)
    unit.session.flush()
    if left is not None and left != entry.paper_id:
        remove_orphans(unit, among=[left])


def _rename(
    unit: UnitOfWork, paper: PaperRow, come: Iterable[Identifier], gone: Iterable[Identifier]
) -> None:
    """Gives a work the names its link has now; an address that nothing leads to is none."""
    left = {one for row in _entries(unit, paper) for one in names_in_links(row)}
    for row in unit.session.exec(select(IdentifierRow).where(IdentifierRow.paper_id == paper.id)):
        named = [one for one in gone if (one.scheme, one.value) == (row.scheme, row.value)]
        if row.scheme == URL and named and named[0] not in left:
            unit.session.delete(row)
    unit.session.flush()
    add_identifiers(unit, paper, come)
    if paper.state != "fetched":
        paper.state, paper.reason = "unfetched", None
        unit.session.add(paper)
        unit.session.flush()


def _entries(unit: UnitOfWork, paper: PaperRow) -> list[EntryRow]:
    """Returns the entries of a work."""
    return list(unit.session.exec(select(EntryRow).where(EntryRow.paper_id == paper.id)))
