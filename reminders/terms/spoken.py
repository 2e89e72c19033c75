"""Which term speaks: to whom, on which day, as long as what holds, and with which texts. One table.

docs/domain.md shows it to people (a test compares the two), milestones.py makes the days of one person out of it, and
the wording takes its texts from it. For which group and route there is a term at all follows from the terms themselves
(terms.py): a term that is None says nothing.

A missed deadline is told to who can act. The plan is the municipality's duty, so only the consultant hears that it is
late; where a right merely ended (another route), nobody is told that they missed it: "My plan" says what still can.
"""

from functools import partial
from typing import Final

from locales.rendering.message import Style
from reminders.terms.speaking import Audience, From, Says, TermMessage, While

_PERSON = (Audience.PERSON,)
_CONSULTANT = (Audience.CONSULTANT,)
_BOTH = (Audience.PERSON, Audience.CONSULTANT)
_NOT_DONE = (While.NOT_DONE,)
_OPEN: Final = "milestone.open"
_AFTER: Final = 28
#: A day that has passed unmet, to who can act.
_passed = partial(TermMessage, to=_CONSULTANT, days=1, opens=True, useful_days=_AFTER)


def _official(about: str, key: str = "") -> Says:
    return Says(key or f"term.{about}", Style.OFFICIAL, (("on", about),))


def _title(key: str) -> Says:
    return Says(key, Style.TITLE)


_ROUTE = (
    _title("milestone.route_switch_until"),
    _official("route_switch_until"),
    Says("milestone.route_switch_until.help"),
)
_RELIEF = (_title("milestone.relief_end"), _official("relief_end"), Says("milestone.relief_end.then", Style.OFFICIAL))
_TERM = (Says("milestone.term_end", Style.TITLE, counts=True), _official("term_end"), Says("milestone.term_end.help"))
_BRIDGING = (
    _title("milestone.education_max_end"),
    _official("education_max_end"),
    Says("milestone.education_max_end.term", Style.OFFICIAL, (("on", "term_end"),), behind="term_end"),
    Says("milestone.term_end.help"),
)
_GUIDANCE = (_title("milestone.guidance_end"), _official("guidance_end"), Says("milestone.guidance_end.help"))

# Until the plan is there, by the law's term and by the municipality's own norm.
_PIP: Final = tuple(
    TermMessage(
        about=about,
        id=name,
        to=_CONSULTANT,
        days=days,
        said_while=conditions,
        opens=days > 0,
        useful_days=_AFTER if days > 0 else None,
        consultant=f"consultant.milestone.{'late.' if days > 0 else ''}{about}",
        section=section,
    )
    for about, section, conditions, offsets in (
        ("pip_due", "1.4", (While.NO_PLAN,), (("2_weeks", -14), ("3_days", -3), ("late", 1), ("2_weeks_late", 14))),
        ("pip_due_hbel", "3.2", (While.NO_PLAN, While.OWN_DAY), (("2_weeks", -14), ("3_days", -3), ("late", 1))),
    )
    for name, days in offsets
)
_START: Final = (
    TermMessage(
        about="term_start",
        id="start",
        to=_PERSON,
        since=From.START,
        tells="term_end",
        said_while=_NOT_DONE,
        opens=True,
        useful_days=90,
        fresh_days=60,
        person=(
            _title("milestone.term_start"),
            Says("milestone.term_start.span", Style.OFFICIAL, (("start", "term_start"), ("on", "term_end"))),
            Says("milestone.guidance_end.help"),
        ),
        lists_parts="milestone.term_start.parts",
        section="1.5, 3.7",
    ),
)
_FIRST_YEAR: Final = (
    *(
        TermMessage(
            about="first_year_contacts_by",
            id=f"month_{month}",
            to=_CONSULTANT,
            since=From.START,
            months=month,
            said_while=(While.FEW_CONTACTS, While.NOT_DONE),
            consultant="consultant.milestone.first_year_contacts_by",
            section="3.7",
        )
        for month in (9, 11)
    ),
    _passed(
        about="first_year_contacts_by",
        id="late",
        said_while=(While.FEW_CONTACTS, While.NOT_DONE),
        consultant="consultant.milestone.late.first_year_contacts_by",
        section="3.7",
    ),
)
_RELIEF_END: Final = (
    # With the lessons about money, which take their time (3.5).
    TermMessage(
        about="relief_end",
        id="2_months",
        to=_PERSON,
        months=-2,
        person=(*_RELIEF, Says("milestone.relief_end.help")),
        section="1.7, 3.5",
    ),
    TermMessage(
        about="relief_end",
        id="1_month",
        to=_BOTH,
        months=-1,
        person=(*_RELIEF, Says("milestone.relief_end.help")),
        consultant="consultant.milestone.relief_end",
        section="1.7, 3.5",
    ),
    TermMessage(
        about="relief_end",
        id="1_week",
        to=_PERSON,
        days=-7,
        person=(*_RELIEF, Says("milestone.relief_end.check")),
        section="1.7, 3.5",
    ),
    TermMessage(
        about="relief_end",
        id="switch",
        to=_BOTH,
        days=1,
        opens=True,
        useful_days=14,
        person=(
            _title("milestone.relief_switch"),
            _official("relief_end", "term.relief_end.past"),
            Says("milestone.relief_switch.pay", Style.OFFICIAL),
            Says("milestone.relief_switch.help"),
        ),
        consultant="consultant.milestone.passed.relief_end",
        section="1.7, 3.5",
    ),
)
_ROUTE_SWITCH: Final = tuple(
    TermMessage(
        about="route_switch_until",
        id=name,
        to=_BOTH,
        months=months,
        said_while=_NOT_DONE,
        person=_ROUTE,
        consultant="consultant.milestone.route_switch_until",
        section="1.8",
    )
    for name, months in (("3_months", -3), ("1_month", -1))
)
_SCALE_DOWN: Final = (
    TermMessage(
        about="scale_down_from",
        id="hours",
        to=_CONSULTANT,
        since=From.KNOWN,
        said_while=(While.ENOUGH_HOURS, While.NOT_DONE),
        opens=True,
        consultant="consultant.milestone.enough_hours",
        section="1.8",
    ),
)
_SELF_RELIANCE: Final = (
    TermMessage(
        about="self_reliance_goal",
        id="6_months",
        to=_CONSULTANT,
        months=-6,
        said_while=_NOT_DONE,
        consultant="consultant.milestone.self_reliance_goal",
        section="2",
    ),
    TermMessage(
        about="self_reliance_goal",
        id="day",
        to=_CONSULTANT,
        said_while=_NOT_DONE,
        opens=True,
        useful_days=_AFTER,
        consultant="consultant.milestone.passed.self_reliance_goal",
        section="2",
    ),
)
_EDUCATION: Final = (
    *(
        TermMessage(
            about="education_max_end",
            id=name,
            to=_BOTH,
            months=months,
            said_while=(While.BRIDGING_OPEN, While.NOT_DONE),
            person=_BRIDGING,
            consultant="consultant.milestone.education_max_end",
            section="1.8",
        )
        for name, months in (("6_months", -6), ("1_month", -1))
    ),
    _passed(
        about="education_max_end",
        id="passed",
        said_while=(While.BRIDGING_OPEN, While.NOT_DONE),
        consultant="consultant.milestone.passed.education_max_end",
        section="1.8",
    ),
)
_TERM_END: Final = (
    *(
        TermMessage(
            about="term_end",
            id=f"{count}_month" if count == 1 else f"{count}_months",
            to=_BOTH,
            months=-count,
            said_while=_NOT_DONE,
            person=_TERM,
            lists_parts=_OPEN,
            consultant="consultant.milestone.term_end",
            section="1.5, 1.9",
        )
        for count in (12, 6, 3, 1)
    ),
    TermMessage(
        about="term_end",
        id="passed",
        to=_BOTH,
        days=1,
        said_while=_NOT_DONE,
        opens=True,
        useful_days=_AFTER,
        person=(
            _title("milestone.term_end.passed"),
            _official("term_end", "term.term_end.past"),
            Says("milestone.term_end.passed.help"),
        ),
        lists_parts=_OPEN,
        consultant="consultant.milestone.passed.term_end",
        section="1.5, 1.9",
    ),
    TermMessage(
        about="term_end",
        id="extended",
        to=_BOTH,
        since=From.KNOWN,
        said_while=(While.EXTENDED, While.NOT_DONE),
        person=(_title("milestone.extended"), _official("term_end"), Says("milestone.guidance_end.help")),
        consultant="consultant.milestone.extended",
        section="1.5",
    ),
)
_GUIDANCE_END: Final = (
    *(
        TermMessage(
            about="guidance_end",
            id=name,
            to=_CONSULTANT,
            months=months,
            said_while=_NOT_DONE,
            consultant="consultant.milestone.guidance_end",
            section="3.1",
        )
        for name, months in (("3_months", -3), ("1_month", -1))
    ),
    TermMessage(
        about="guidance_end",
        id="1_month",
        to=_PERSON,
        months=-1,
        said_while=(While.NOT_DONE, While.GUIDANCE_COVERS),
        person=_GUIDANCE,
        section="3.1",
    ),
    _passed(
        about="guidance_end",
        id="passed",
        said_while=_NOT_DONE,
        consultant="consultant.milestone.passed.guidance_end",
        section="3.1",
    ),
)

#: Every message about a term, in the order of DOMAIN.md's table.
SPOKEN: Final = (
    *_PIP,
    *_START,
    *_TERM_END,
    *_GUIDANCE_END,
    *_ROUTE_SWITCH,
    *_SCALE_DOWN,
    *_FIRST_YEAR,
    *_RELIEF_END,
    *_EDUCATION,
    *_SELF_RELIANCE,
)


def spoken_as(told: str, id_: str, audience: str) -> TermMessage | None:
    """The row of a message by what its key holds; None of one that an earlier version planned and this one does not."""
    return next(
        (row for row in SPOKEN if (row.told, row.id) == (told, id_) and any(to == audience for to in row.to)), None
    )
