"""What people read: the FAQ, and what renders texts; read from the files once, when the service starts."""

from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from locales.faq.content import FaqContent, load_faq
from locales.faq.texts import faq_source
from locales.rendering.catalog import Catalogs
from locales.rendering.render import Renderer


@dataclass(frozen=True, slots=True)
class Texts:
    """The FAQ, and what renders texts."""

    faq: FaqContent
    renderer: Renderer


def read_texts(own_faq: Path | None, zone: ZoneInfo) -> Texts:
    """The catalogs, and the FAQ with a municipality's own on top.

    Raises:
        locales.faq.content.ContentError: when the own FAQ cannot be used.
    """
    faq = load_faq(own_faq)
    return Texts(faq, Renderer(Catalogs({"faq": faq_source(faq)}), zone))
