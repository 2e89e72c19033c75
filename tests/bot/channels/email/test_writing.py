"""A message as a mail: headers, both forms of its text, the invitation, the picture."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser

import icalendar
import pytest

from bot.channels.email.config import EmailConfig
from bot.channels.email.tokens import Tokens
from bot.channels.email.writing import Envelope, mail_of
from locales.rendering.message import Style
from locales.rendering.render import Block, File, Picture, Rendered, RenderedButton
from reminders.delivery.channel import Capabilities
from reminders.delivery.degrade import degraded
from tests.bot.channels.email.rig import OURS, PERSON, sign
from tests.bot.channels.notify.rig import rendered
from tests.clock import FakeClock

CONFIG = EmailConfig(OURS, "smtp.example", imap_host="imap.example", public_url="https://maatje.example")
TOKENS = Tokens(sign, OURS, FakeClock().now)
AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
CALENDAR = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:maatje\r\nMETHOD:{method}\r\nBEGIN:VEVENT\r\nUID:appointment-12@maatje\r\n"
    "SEQUENCE:{sequence}\r\nDTSTAMP:20260302T080000Z\r\nDTSTART:20260303T090000Z\r\nSUMMARY:Gesprek\r\n"
    "END:VEVENT\r\nEND:VCALENDAR\r\n"
)


def mail(message: Rendered, *, reference: str = "7", config: EmailConfig = CONFIG) -> EmailMessage:
    """The mail as its reader's program gets it."""
    made = mail_of(message, Envelope(PERSON, reference, AT), config, TOKENS)
    return message_from_bytes(made.as_bytes(), policy=default)


def text_of(found: EmailMessage, kind: str) -> str:
    body = found.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def test_every_attempt_is_the_same_mail() -> None:
    assert mail(rendered("Komt u?"))["Message-ID"] == mail(rendered("Komt u?"))["Message-ID"]
    assert mail(rendered("Komt u?"), reference="8")["Message-ID"] != mail(rendered("Komt u?"))["Message-ID"]


def test_what_belongs_together_is_one_thread() -> None:
    about = replace(rendered("Morgen een gesprek"), about="appointment:12")
    first, second = mail(about), mail(about, reference="8")
    assert first["References"] == second["References"]
    assert first["References"] == first["In-Reply-To"]


def test_machines_do_not_answer_and_programs_can_unsubscribe() -> None:
    found = mail(rendered("Komt u?"))
    assert found["Auto-Submitted"] == "auto-generated"
    assert found["X-Auto-Response-Suppress"] == "All"
    assert str(found["List-Unsubscribe"]).startswith("<https://maatje.example/email/unsubscribe/")
    assert found["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_answers_go_to_a_marked_address_where_somebody_reads() -> None:
    assert TOKENS.answered([str(mail(rendered("Komt u?"))["Reply-To"])], PERSON) == "7"
    assert mail(rendered("Komt u?"), config=EmailConfig(OURS, "smtp.example"))["Reply-To"] is None


def test_hostile_text_stays_text() -> None:
    hostile = '<script>alert(1)</script>\r\nBcc: all@example.org & "you"'
    found = mail(rendered((hostile, Style.TITLE), "Komt u?"))
    assert "Bcc" not in found
    assert "\n" not in str(found["Subject"])
    assert "<script>" not in text_of(found, "html")
    assert "&lt;script&gt;" in text_of(found, "html")
    assert "<script>alert(1)</script>" in text_of(found, "plain")


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_each_paragraph_runs_in_its_own_direction() -> None:
    message = rendered(("موعدك غدًا", Style.TITLE), locale="ar")
    message = replace(message, blocks=(*message.blocks, Block("Morgen een gesprek", Style.DUTCH, "nl")))
    page = _Page()
    page.feed(text_of(mail(message), "html"))
    by_tag = dict(page.tags)
    assert (by_tag["html"]["lang"], by_tag["html"]["dir"]) == ("ar", "rtl")
    assert (by_tag["h1"]["lang"], by_tag["h1"]["dir"]) == ("ar", "rtl")
    assert (by_tag["p"]["lang"], by_tag["p"]["dir"]) == ("nl", "ltr")


def test_choices_are_numbers_in_the_text_and_links_that_write_the_answer() -> None:
    message = degraded(
        rendered("Komt u?", buttons=(("✅ Ja", "come:1"), ("Kaart", "https://x.example"))), Capabilities(buttons=False)
    )
    found = mail(message)
    assert "1. ✅ Ja" in text_of(found, "plain")
    page = _Page()
    page.feed(text_of(found, "html"))
    links = [attributes["href"] or "" for tag, attributes in page.tags if tag == "a"]
    assert links[0].startswith("mailto:maatje")
    assert links[0].endswith("&body=1")
    assert links[1] == "https://x.example"


@pytest.mark.parametrize(("given_method", "method"), [("PUBLISH", "REQUEST"), ("CANCEL", "CANCEL")])
def test_the_invitation_is_one_that_calendars_update(given_method: str, method: str) -> None:
    file = File("maatje.ics", "text/calendar", CALENDAR.format(method=given_method, sequence=3).encode())
    found = mail(replace(rendered("Gesprek"), calendar=file))
    parts = [part for part in found.walk() if part.get_content_type() == "text/calendar"]
    assert len(parts) == 1
    assert parts[0].get_param("method") == method
    calendar = icalendar.Calendar.from_ical(parts[0].get_content())
    assert str(calendar["METHOD"]) == method
    [event] = calendar.walk("VEVENT")
    assert (str(event["UID"]), event["SEQUENCE"]) == ("appointment-12@maatje", 3)
    assert str(event["ORGANIZER"]) == f"mailto:{OURS}"
    assert str(event["ATTENDEE"]) == f"mailto:{PERSON}"


def test_picture_sound_and_file_go_along() -> None:
    message = replace(
        rendered("Gesprek", file=File("uw.pdf", "application/pdf", b"%PDF")),
        picture=Picture(File("card.png", "image/png", b"\x89PNG"), "Gesprek, morgen 10:00"),
        voice=File("message.ogg", "audio/ogg", b"OggS"),
    )
    found = mail(message)
    kinds = [part.get_content_type() for part in found.walk()]
    assert {"image/png", "audio/ogg", "application/pdf", "text/plain", "text/html"} <= set(kinds)
    html = text_of(found, "html")
    assert 'src="cid:picture"' in html
    assert 'alt="Gesprek, morgen 10:00"' in html
    # Plain text first: a program shows the last form that it can.
    assert kinds.index("text/plain") < kinds.index("text/html")


def test_a_long_message_is_whole() -> None:
    text = "Een zin die iets zegt. " * 2_000
    assert text_of(mail(rendered(text)), "plain").strip() == text.strip()


def test_buttons_without_a_reader_are_no_links() -> None:
    message = Rendered("nl", rendered("x").direction, rendered("Komt u?").blocks, ((RenderedButton("Ja", "a", ""),),))
    assert "mailto:" not in text_of(mail(message, config=EmailConfig(OURS, "smtp.example")), "html")


def test_a_telephone_number_is_called_with_a_tap() -> None:
    page = text_of(mail(rendered("Gevaar? Bel 112 <nu>.\nVragen: 035 528 1911")), "html")
    assert '<a href="tel:112" dir="ltr">112</a> &lt;nu&gt;.<br>' in page
    assert '<a href="tel:+31355281911" dir="ltr">035 528 1911</a>' in page
