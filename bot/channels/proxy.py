"""The proxy that the environment names for a server (HTTPS_PROXY, NO_PROXY …).

aiohttp's own `trust_env` looks it up for each request: that takes three times as long as the request itself.
"""

from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass


def proxy_for(url: str) -> str | None:
    """The proxy for this address; None where it is reached directly."""
    scheme, netloc = urlsplit(url)[:2]
    if proxy_bypass(netloc.rpartition("@")[2]):
        return None
    proxies = getproxies()
    return proxies.get(scheme) or proxies.get("all")
