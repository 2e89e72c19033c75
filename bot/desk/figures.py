"""The month in figures, for managers: as a page, and as the files that `maatje report` writes."""

from datetime import date
from typing import Final

from starlette.responses import Response

from bot.desk.forms import file_of, not_found
from bot.desk.visit import Visit
from bot.reports.month.figures import Month, figures_of, rows_of
from bot.reports.month.files import to_csv, to_xlsx
from reminders.terms.terms import TermRules, add_months

FIGURES: Final = "/desk/figures"
_FILES: Final = {"csv": to_csv, "xlsx": to_xlsx}


async def show(visit: Visit) -> Response:
    """The page of a month: the one that was asked for, or this one."""
    first = _month(visit)
    month = await _figures(visit, first)
    rows: dict[str, list[tuple[str, str, int | None]]] = {}
    for name, place, category, count in rows_of(month):
        rows.setdefault(name, []).append((place, category, count))
    before, after = add_months(first, -1), add_months(first, 1)
    return visit.page(
        "figures.html",
        rows=rows,
        month=month,
        asked=f"{first:%Y-%m}",
        before=f"{before:%Y-%m}",
        after=f"{after:%Y-%m}" if after <= visit.acting.today else "",
    )


async def file(visit: Visit) -> Response:
    """The same as a file."""
    kind = str(visit.request.path_params["kind"])
    write = _FILES.get(kind)
    if write is None:
        raise not_found()
    first = _month(visit)
    return file_of(write(await _figures(visit, first)), f"maatje-{first:%Y-%m}.{kind}")


async def _figures(visit: Visit, first: date) -> Month:
    visit.acting.audit("reported", f"month:{first:%Y-%m}")

    def rules(municipality: str) -> TermRules:
        return visit.acting.parts.municipalities.of(municipality).term_rules

    acting = visit.acting
    return await figures_of(visit.session, first, acting.zone, rules, acting.now, visit.who.municipality)


def _month(visit: Visit) -> date:
    """The first day of the month that was asked for; of this one for anything that is none, or has not begun."""
    this = visit.acting.today.replace(day=1)
    try:
        asked = date.fromisoformat(f"{visit.query.text('month')}-01")
    except ValueError:
        return this
    return min(asked, this)
