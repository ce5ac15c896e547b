"""Addresses on the network: which are public, and what is compared of two of them."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

# Names that mean another machine on each network: RFC 6761, RFC 6762 with its appendix G, RFC 8375.
_LOCAL_NAME = re.compile(
    r"[^.]*|(?:.*\.)?(?:localhost|local|localdomain|internal|intranet|private|corp|home|lan"
    r"|home\.arpa)"
)
_NAME = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")
# RFC 4291 and RFC 6052: an address of IPv4 stands in their last bits.
_WITH_IPV4_LAST = (IPv6Network("::/96"), IPv6Network("64:ff9b::/96"))


def is_public(host: str) -> bool:
    """Says whether a host may lie in the public network, as far as its name or address tells.

    Args:
        host: a name, or an address of IPv4 or IPv6. Addresses of IPv4 in other spellings than
            four decimal numbers count as not public: nobody writes them who has nothing to hide.
    """
    name = host.lower().rstrip(".").partition("%")[0]
    try:
        return _is_global(ip_address(name.strip("[]")))
    except ValueError:
        is_number = re.fullmatch(r"[0-9]+|0x[0-9a-f]*", name.rpartition(".")[2])
        return not is_number and bool(_NAME.fullmatch(name)) and not _LOCAL_NAME.fullmatch(name)


def _is_global(address: IPv4Address | IPv6Address) -> bool:
    """Says whether an address is one host's in the whole network, and what it embeds is too."""
    if isinstance(address, IPv6Address):
        embedded = address.ipv4_mapped or address.sixtofour
        if any(address in network for network in _WITH_IPV4_LAST):
            embedded = IPv4Address(int(address) & 0xFFFFFFFF)
        if embedded is not None:
            return _is_global(embedded)
        if address.is_site_local:
            return False
    return address.is_global and not address.is_multicast


def without_user(url: str) -> str:
    """Returns an address without the name and the password that may stand in it."""
    return re.sub(r"^([A-Za-z][A-Za-z0-9+.-]*:/*+)[^/?#]*@", r"\1", url)


def host_of(url: str) -> str:
    """Returns the host of an address as it is looked up; "" for what cannot be read."""
    import httpx

    try:
        return httpx.URL(url).raw_host.decode("ascii")
    except (httpx.InvalidURL, ValueError):
        return ""


def scheme_of(url: str) -> str:
    """Returns the scheme of an address."""
    return url.partition(":")[0].lower()


def origin_of(url: str) -> tuple[str, str, int | None]:
    """Returns what must be the same for two addresses to belong to one server."""
    import httpx

    try:
        return scheme_of(url), host_of(url), httpx.URL(url).port
    except (httpx.InvalidURL, ValueError):
        return scheme_of(url), "", None
