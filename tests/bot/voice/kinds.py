"""One message of every kind, as the composers and screens word them."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from bot.bench.outbox_rows import reminder
from locales.rendering.message import Body, Button, Part, Style, Text, verbatim
from reminders.wording.absence import REASON_ICONS
from reminders.wording.appointment import KIND_ICONS, kind_text
from storage.vocabulary import AppointmentKind

AT = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
PLACE = "Gemeentehuis Huizen, Graaf Wichman 10"


def _body(*texts: Text, buttons: tuple[tuple[Button, ...], ...] = ()) -> Body:
    first, *others = texts
    return Body((Part(first, Style.TITLE), *(Part(text) for text in others)), buttons)


def _when(key: str, at: datetime = AT) -> Text:
    return Text(key, {"starts_at": at})


def bodies() -> Mapping[str, Body]:
    """By a short name."""
    kind = {"kind": kind_text(AppointmentKind.PROGRESS_MEETING)}
    line = Text(
        "appointment.line",
        {
            "icon": verbatim(KIND_ICONS[AppointmentKind.CLASS]),
            "kind": kind_text(AppointmentKind.CLASS),
            "starts_at": AT,
        },
    )
    reasons = tuple((Button(Text(f"reason.{r.value}"), f"ab:1:r:{r.value}", icon),) for r, icon in REASON_ICONS.items())
    yes_no = (
        (Button(Text("consent.yes"), "consent:yes", "✅"),),
        (Button(Text("consent.no"), "consent:no", "❌"),),
        (Button(Text("listen.rather"), "listen:on", "👂"),),
    )
    return {
        "reminder": reminder(3, AT),
        "classes": _body(Text("class.tomorrow"), Text("class.line", {"starts_at": AT, "place": PLACE})),
        "overview": _body(Text("overview.title"), line, Text("overview.hint")),
        "new": _body(Text("notice.new", kind), _when("appointment.when"), Text("appointment.where", {"place": PLACE})),
        "changed": _body(
            Text("notice.changed", kind),
            _when("notice.old_time", AT - timedelta(days=1)),
            Text("notice.now"),
            _when("appointment.when"),
        ),
        "cancelled": _body(Text("notice.cancelled", kind), _when("notice.old_time"), Text("notice.need_not_come")),
        "term": _body(Text("plan.title"), Text("term.term_end", {"on": date(2029, 2, 28)})),
        "why": _body(Text("absence.why"), buttons=reasons),
        "sent": _body(Text("absence.sent"), Text("absence.what_next")),
        "missed": _body(Text("missed.title"), line, Text("missed.all_right")),
        "consent": _body(
            Text("consent.title", {"name": "Amina"}), Text("consent.notice"), Text("consent.ask"), buttons=yes_no
        ),
        "menu": _body(Text("menu.ask")),
        "letter": _body(Text("letter.from_consultant", {"consultant": "Mevrouw Jansen"})),
    }
