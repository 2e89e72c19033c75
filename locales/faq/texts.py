"""The FAQ's texts as catalog texts: "faq.question.<topic>", "faq.answer.<topic>", "faq.answer_migrant.…"."""

from locales.faq.content import FaqContent
from locales.rendering.catalog import Source


def faq_source(content: FaqContent) -> Source:
    """A source for locales.rendering.catalog.Catalogs. Answers are plain text: braces in them mean nothing."""

    def template(key: str, locale: str) -> str | None:
        _, field, topic = key.split(".", 2)
        text = content.texts.get(locale, {}).get(topic)
        if text is None:
            return None
        match field:
            case "question":
                return _plain(text.question)
            case "answer":
                return _plain(text.answer)
            case "answer_migrant":
                return None if text.answer_migrant is None else _plain(text.answer_migrant)
            case _:
                return None

    return template


def _plain(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
