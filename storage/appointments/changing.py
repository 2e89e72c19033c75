"""Appointments that are made, moved and cancelled in the chat, as the importer does it: with a version and a change."""

from datetime import datetime, timedelta

from storage.appointments.appointments import Appointment
from storage.appointments.changes import AppointmentChange
from storage.vocabulary import AppointmentStatus, Change


def move(appointment: Appointment, starts_at: datetime, now: datetime) -> AppointmentChange:
    """Another time (an instant); how long it lasts stays. Reminders count from now on."""
    old = appointment.starts_at
    if appointment.ends_at is not None:
        appointment.ends_at = starts_at + (appointment.ends_at - old)
    appointment.starts_at = starts_at
    _changed(appointment, now)
    return AppointmentChange(Change.MOVED, appointment, old, appointment.location)


def cancel(appointment: Appointment, now: datetime) -> AppointmentChange:
    """It does not take place."""
    appointment.status = AppointmentStatus.CANCELLED
    _changed(appointment, now)
    return AppointmentChange(Change.CANCELLED, appointment, appointment.starts_at, appointment.location)


def _changed(appointment: Appointment, now: datetime) -> None:
    appointment.version += 1
    appointment.made_at = appointment.updated_at = now


def length_of(appointment: Appointment, otherwise: timedelta = timedelta(hours=1)) -> timedelta:
    """How long it lasts; `otherwise` where no end is known."""
    return appointment.ends_at - appointment.starts_at if appointment.ends_at is not None else otherwise
