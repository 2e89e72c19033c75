"""The offers table: what people can take part in. What is not in a file stays as it was; a new time moves those who
take part, who hear it."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from storage.appointments.changes import OnChanges
from storage.appointments.changing import AppointmentWriter
from storage.importing import cells as cell
from storage.importing.run import Border, Parsed, RowOutcome
from storage.offers.kinds import OFFERS, kind_called
from storage.offers.offers import (
    PLACE_AND_TIME,
    TITLE_LANGUAGES,
    ActivityOffer,
    appointments_from,
    details_of,
    offers_by_external_id,
)
from storage.vocabulary import ChangeSource, Group, OfferKind, Route

_PLACES = 10_000
_ODDITIES = {
    "gap": "does not exist in that night (the clock goes forward); taken as one hour later",
    "fold": "exists twice in that night (the clock goes back); taken as the first of the two",
}


@dataclass(frozen=True, slots=True)
class OfferRow:
    """One row of the offers table; `titles` are by language."""

    external_id: str
    kind: OfferKind
    titles: Mapping[str, str]
    provider: str | None
    audience: str
    languages: str
    location: str | None
    starts_at: datetime | None
    ends_at: datetime | None
    places: int | None
    municipality: str


class OffersImporter:
    """Imports offers by external id; who takes part hears of another time or place in the same transaction."""

    required = frozenset({"external_id", "kind"})
    known = required | {"provider", "audience", "languages", "location", "starts_at", "ends_at", "places"}
    known |= {"municipality", *(f"title_{language}" for language in TITLE_LANGUAGES)}
    key_field = "external_id"

    def __init__(self, border: Border, on_changes: OnChanges, *, by: str = "operator") -> None:
        self._border = border
        self._on_changes = on_changes
        self._by = by

    def parse(self, cells: Mapping[str, str], warn: Callable[[str, str], None]) -> OfferRow:
        """See Importer."""
        kind = kind_called(cells.get("kind", ""))
        if kind is None:
            cell.fault(cells, "kind", f"{cells.get('kind', '')[:40]!r} is none of: {', '.join(OFFERS)}")
        titles = {one: found for one in TITLE_LANGUAGES if (found := cell.text(cells, f"title_{one}", longest=200))}
        if not titles:
            cell.fault(cells, "title_nl", "is empty; give it a title in one language at least")
        starts_at, ends_at = self._instant(cells, "starts_at", warn), self._instant(cells, "ends_at", warn)
        if ends_at is not None and (starts_at is None or ends_at <= starts_at):
            cell.fault(cells, "ends_at", "is not after starts_at; look at both")
        return OfferRow(
            external_id=cell.required(cells, "external_id"),
            kind=kind or OfferKind.OTHER,
            titles=titles,
            provider=cell.text(cells, "provider", longest=200),
            audience=self._audience(cells, warn),
            languages=self._languages(cells, warn),
            location=cell.text(cells, "location", longest=500),
            starts_at=starts_at,
            ends_at=ends_at,
            places=cell.whole_number(cells, "places", most=_PLACES),
            municipality=cell.text(cells, "municipality", longest=80) or "",
        )

    def _audience(self, cells: Mapping[str, str], warn: Callable[[str, str], None]) -> str:
        words = _split(cell.text(cells, "audience", longest=200) or "")
        meant = [word for word in words if word in {*Group, *Route}]
        for word in words:
            if word not in meant and word not in ("everybody", "everyone", "all", "iedereen"):
                warn("audience", f"{word!r} is no group or route, so it is shown to everybody")
        return " ".join(meant)

    def _languages(self, cells: Mapping[str, str], warn: Callable[[str, str], None]) -> str:
        found: list[str] = []
        for word in _split(cell.text(cells, "languages", longest=200) or "", keeps_case=True):
            language = self._border.find_language(word)
            if language is None:
                warn("languages", f"{word!r} is no language that we know, and was left out")
            else:
                found.append(language)
        return " ".join(dict.fromkeys(found))

    def _instant(self, cells: Mapping[str, str], field: str, warn: Callable[[str, str], None]) -> datetime | None:
        found = cell.moment(cells, field)
        if found is None or found.tzinfo is not None:
            return found
        local = self._border.to_instant(found)
        if local.oddity is not None:
            warn(field, _ODDITIES[local.oddity])
        return local.instant

    def key(self, value: OfferRow) -> str:
        """See Importer."""
        return value.external_id

    async def save(
        self, session: AsyncSession, rows: Sequence[Parsed[OfferRow]], reject: Callable[[int, str, str], None]
    ) -> list[RowOutcome]:
        """See Importer."""
        existing = await offers_by_external_id(session, [row.value.external_id for row in rows])
        outcomes: list[RowOutcome] = []
        moved: list[ActivityOffer] = []
        for row in rows:
            offer = existing.get(row.value.external_id)
            if offer is None:
                session.add(_new(row.value, self._border.now))
                outcomes.append(RowOutcome.CREATED)
                continue
            if "starts_at" in row.columns and offer.starts_at is not None and row.value.starts_at is None:
                reject(row.number, "starts_at", "is empty now, and it had a time; those who take part count on one")
                continue
            differs = _differing(offer, row)
            for name, value in differs.items():
                setattr(offer, name, value)
            if differs:
                offer.updated_at = self._border.now
            if differs.keys() & {"starts_at", "ends_at", "location", "provider"}:
                moved.append(offer)
            outcomes.append(RowOutcome.UPDATED if differs else RowOutcome.UNCHANGED)
        await session.flush()
        await self._move(session, moved)
        return outcomes

    async def _move(self, session: AsyncSession, offers: Sequence[ActivityOffer]) -> None:
        """Those who take part have their appointment where and when it is now."""
        by_offer = await appointments_from(session, [offer.id for offer in offers])
        if not by_offer:
            return
        writer = AppointmentWriter(
            session, source=ChangeSource.CSV, by=self._by, now=self._border.now, listener=self._on_changes
        )
        await writer.listen_to([one for found in by_offer.values() for one in found])
        for offer in offers:
            for appointment in by_offer.get(offer.id, ()):
                if offer.starts_at is not None:
                    writer.hear(appointment, details_of(offer, offer.starts_at), PLACE_AND_TIME)
        await writer.finish()


def _split(text: str, *, keeps_case: bool = False) -> list[str]:
    words = text.replace(",", " ").replace("/", " ").replace("|", " ").replace(";", " ").split()
    return words if keeps_case else [word.casefold() for word in words]


def _new(value: OfferRow, now: datetime) -> ActivityOffer:
    made = ActivityOffer(external_id=value.external_id, kind=value.kind, titles=_stored(value.titles), updated_at=now)
    for name, said in _fields(value).items():
        setattr(made, name, said)
    return made


def _stored(titles: Mapping[str, str]) -> str:
    return json.dumps(titles, ensure_ascii=False, sort_keys=True)


def _fields(value: OfferRow) -> dict[str, object]:
    return {
        "kind": value.kind,
        "titles": _stored(value.titles),
        "provider": value.provider,
        "audience": value.audience,
        "languages": value.languages,
        "location": value.location,
        "starts_at": value.starts_at,
        "ends_at": value.ends_at,
        "places": value.places,
        "municipality": value.municipality,
    }


def _differing(offer: ActivityOffer, row: Parsed[OfferRow]) -> dict[str, object]:
    """What the file says otherwise; a column that it has not says nothing, and a title in another language stays."""
    found = _fields(row.value)
    spoken = {language for language in TITLE_LANGUAGES if f"title_{language}" in row.columns}
    before: dict[str, str] = json.loads(offer.titles)
    titles = {language: title for language, title in before.items() if language not in spoken} | dict(row.value.titles)
    found["titles"] = _stored(titles)
    named = {"kind", "titles", *(row.columns & found.keys())}
    return {name: found[name] for name in named if getattr(offer, name) != found[name]}
