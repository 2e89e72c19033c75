"""The people table: people with their consultant."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import inspect, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.appointments.changes import OnPeople, plan_later
from storage.engine.inserts import insert_all
from storage.engine.one_of_many import among_texts
from storage.importing import cells as cell
from storage.importing.person_rows import Doubles, PersonRow
from storage.importing.run import Border, Parsed, RowOutcome
from storage.people.erased import erased_at, forget_erased
from storage.people.people import Consultant, Person
from storage.vocabulary import Group

_LANGUAGES = "use a code such as nl, en, ar, ti, fa, fa_AF, ku (Kurmanji) or ckb (Sorani), or the language's name"
# Columns whose absence from a file leaves the stored value alone.
_OPTIONAL = ("born_on", "phone", "email", "brp_registered_on", "housed_on", "duty_notified_on", "benefit")


class PeopleImporter:
    """Imports people by external id; a consultant comes into being with the first row that names their address.

    For one file. Somebody new who looks like somebody who is known is questioned, unless `as_new` says that all who
    are new in the file are new people. Who was erased is not stored `again` unless it is said.
    """

    required = frozenset({"external_id", "given_name", "language", "group", "municipality"})
    known = required | {"family_name", "consultant_email", "consultant_name", *_OPTIONAL}
    key_field = "external_id"

    def __init__(
        self,
        border: Border,
        on_people: OnPeople = plan_later,
        *,
        as_new: bool = False,
        again: bool = False,
        within: str = "",
    ) -> None:
        self._border = border
        self._on_people = on_people
        self._doubles = None if as_new else Doubles(within)
        self._again = again
        # What the file calls each consultant, by address.
        self._names: dict[str, str] = {}

    def parse(self, cells: Mapping[str, str], warn: Callable[[str, str], None]) -> PersonRow:
        """See Importer."""
        consultant_email = cell.email(cells, "consultant_email")
        consultant_name = cell.text(cells, "consultant_name", longest=200)
        if consultant_name and not consultant_email:
            what = "is empty while consultant_name is not; the address is what links them"
            cell.fault(cells, "consultant_email", what)
        row = PersonRow(
            external_id=cell.required(cells, "external_id", longest=80),
            given_name=cell.required(cells, "given_name", longest=200),
            family_name=cell.text(cells, "family_name", longest=200) or "",
            language=cell.converted(cells, "language", self._border.find_language, _LANGUAGES),
            group=cell.required_word(cells, "group", Group),
            municipality=cell.required(cells, "municipality", longest=80),
            born_on=self._born_on(cells),
            phone=cell.phone(cells, "phone"),
            email=cell.email(cells, "email"),
            brp_registered_on=cell.day(cells, "brp_registered_on"),
            duty_notified_on=cell.day(cells, "duty_notified_on"),
            # Empty is unknown, not no.
            benefit=cell.yes_or_no(cells, "benefit", default=False) if cells.get("benefit") else None,
            housed_on=cell.day(cells, "housed_on"),
            consultant_email=consultant_email,
            consultant_name=consultant_name,
        )
        if consultant_email and consultant_name:
            # The first one holds, so that the same file twice changes nothing.
            taken = self._names.setdefault(consultant_email, consultant_name)
            if taken != consultant_name:
                warn("consultant_name", "is not what an earlier row calls this consultant; that name was taken")
        return row

    def _born_on(self, cells: Mapping[str, str]) -> date | None:
        found = cell.day(cells, "born_on")
        # Tomorrow, because the clock here is UTC's.
        if found is not None and found > self._border.now.date() + timedelta(days=1):
            cell.fault(cells, "born_on", f"'{found.isoformat()}' is still to come; look at the year")
        return found

    def key(self, value: PersonRow) -> str:
        """See Importer."""
        return value.external_id

    async def save(
        self, session: AsyncSession, rows: Sequence[Parsed[PersonRow]], reject: Callable[[int, str, str], None]
    ) -> list[RowOutcome]:
        """See Importer."""
        wanted = [row.value.external_id for row in rows]
        existing = {
            p.external_id: p
            for p in await session.scalars(select(Person).where(among_texts(Person.external_id, wanted)))
        }
        rows = await self._without_erased(session, rows, existing.keys(), reject)
        if self._doubles is not None:
            rows = await self._doubles.without(session, rows, existing.keys(), reject)
        consultants, renamed = await self._consultants(session, [row.value for row in rows])
        outcomes: list[RowOutcome] = []
        made: list[dict[str, object]] = []
        touched: set[int] = set()
        blank = _blank(self._border.now)
        for row in rows:
            person = existing.get(row.value.external_id)
            if person is None:
                made.append(self._new(row, consultants, blank))
                outcomes.append(RowOutcome.CREATED)
            elif self._mend(row, person, consultants):
                touched.add(person.id)
                outcomes.append(RowOutcome.UPDATED)
            else:
                renews = row.value.consultant_email in renamed
                outcomes.append(RowOutcome.UPDATED if renews else RowOutcome.UNCHANGED)
        await session.flush()
        numbers = await insert_all(session, Person, made)
        # Who is new agreed to nothing yet: of them nobody but a consultant can be told anything.
        new = {number for number, values in zip(numbers, made, strict=True) if values["consultant_id"] is not None}
        await self._on_people(session, touched | new)
        return outcomes

    async def _without_erased(
        self,
        session: AsyncSession,
        rows: Sequence[Parsed[PersonRow]],
        known: Collection[str],
        reject: Callable[[int, str, str], None],
    ) -> Sequence[Parsed[PersonRow]]:
        """The rows but for those of people who were erased; with `again` they are forgotten to have been."""
        gone = await erased_at(session, {row.value.external_id for row in rows} - set(known))
        if self._again:
            await forget_erased(session, gone)
            return rows
        for row in rows:
            if (at := gone.get(row.value.external_id)) is not None:
                what = f"was erased on {at:%Y-%m-%d}. Not stored: import with --again when they are to be kept again"
                reject(row.number, "external_id", what)
        return [row for row in rows if row.value.external_id not in gone]

    def _new(
        self, row: Parsed[PersonRow], consultants: Mapping[str, Consultant], blank: Mapping[str, object]
    ) -> dict[str, object]:
        """The row of somebody new."""
        who = {"external_id": row.value.external_id, "family_name": row.value.family_name}
        return {**blank, **who, **self._wanted(row, consultants), **self._hashes(row.value, row.columns)}

    def _mend(self, row: Parsed[PersonRow], person: Person, consultants: Mapping[str, Consultant]) -> bool:
        """Make a person as the file has them; whether that changed anything."""
        wanted = self._wanted(row, consultants)
        # What the person chose in the chat wins over the register.
        if person.language_chosen_at is not None:
            del wanted["language"]
        changed = {name for name, new in wanted.items() if getattr(person, name) != new}
        for name in changed:
            setattr(person, name, wanted[name])
        for name, hashed in self._hashes(row.value, changed).items():
            setattr(person, name, hashed)
        if changed:
            person.updated_at = self._border.now
        return bool(changed)

    def _wanted(self, row: Parsed[PersonRow], consultants: Mapping[str, Consultant]) -> dict[str, object]:
        """What a row says of a person, by field."""
        value = row.value
        wanted: dict[str, object] = {
            "given_name": value.given_name,
            "language": value.language,
            "group": value.group,
            "municipality": value.municipality,
        }
        if "family_name" in row.columns:
            wanted["family_name"] = value.family_name
        if "consultant_email" in row.columns:
            consultant = consultants.get(value.consultant_email or "")
            wanted["consultant_id"] = consultant.id if consultant is not None else None
        for name in _OPTIONAL:
            if name in row.columns:
                wanted[name] = getattr(value, name)
        return wanted

    def _hashes(self, value: PersonRow, fields: Collection[str]) -> dict[str, bytes | None]:
        """By what the number and the address are found, where they are among these fields."""
        return {
            f"{name}_hash": self._border.keys.fingerprint(said, name) if said else None
            for name, said in (("phone", value.phone), ("email", value.email))
            if name in fields
        }

    async def _consultants(
        self, session: AsyncSession, values: Sequence[PersonRow]
    ) -> tuple[dict[str, Consultant], set[str]]:
        """The consultants of these rows by address, and the addresses of those who have another name from now on."""
        keys = self._border.keys
        municipalities: dict[str, str] = {}
        for value in values:
            if value.consultant_email:
                municipalities.setdefault(value.consultant_email, value.municipality)
        by_hash = {hashed: address for address in municipalities for hashed in keys.fingerprints(address, "email")}
        found = await session.scalars(select(Consultant).where(Consultant.email_hash.in_(by_hash)))
        consultants = {by_hash[consultant.email_hash]: consultant for consultant in found}
        renamed: set[str] = set()
        for address, municipality in municipalities.items():
            name = self._names.get(address)
            consultant = consultants.get(address)
            if consultant is None:
                consultants[address] = Consultant(
                    email=address,
                    email_hash=keys.fingerprint(address, "email"),
                    name=name or address.split("@")[0],
                    municipality=municipality,
                    created_at=self._border.now,
                )
                session.add(consultants[address])
            elif name and consultant.name != name:
                consultant.name = name
                renamed.add(address)
        await session.flush()
        return consultants, renamed


def _blank(now: datetime) -> dict[str, object]:
    """What is stored of somebody new of whom nothing is known yet, by field."""
    person = Person(
        external_id="",
        given_name="",
        family_name="",
        language="",
        group=Group.ASYLUM,
        municipality="",
        created_at=now,
        updated_at=now,
    )
    kept = [column.key for column in inspect(Person).column_attrs if column.key not in ("id", "born_on_hash")]
    return {name: getattr(person, name) for name in kept}
