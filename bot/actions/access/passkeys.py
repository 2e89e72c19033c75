"""Passkeys at the desk (W3C Web Authentication, Level 3, by `webauthn`): kept, used to sign in, named and removed.

A passkey stands for two proofs: the device that holds it, and the finger, face or PIN that it asks for (user
verification), without which none is taken. Which site it is for follows from the configured public address alone, never
from a request. What a browser brings is anybody's bytes until its signature was found right.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest
from ipaddress import ip_address
from secrets import token_bytes
from struct import error as StructError
from typing import Final
from urllib.parse import urlsplit

import webauthn
from cryptography.exceptions import UnsupportedAlgorithm
from sqlalchemy.ext.asyncio import AsyncSession
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from bot.actions.access.desk import ref_of, sign_out
from storage.desk.accounts import DeskAccount, DeskSession, add_session
from storage.desk.passkeys import (
    DeskPasskey,
    NewPasskey,
    add_passkey,
    find_passkey,
    is_known,
    keep_challenge,
    passkeys_of,
    take_challenge,
)
from storage.engine.keys import KeyRing
from storage.privacy.audit import AuditEntry
from storage.vocabulary import DeskStep

#: A key is added by whoever signed in so lately: a browser that was left open, or a cookie that was taken, gets none.
FRESH: Final = timedelta(minutes=30)
#: Characters of a key's name, and keys of one account.
LONGEST_NAME: Final = 60
MOST_KEYS: Final = 20
# An answer of an authenticator is one to three kilobytes.
_LARGEST: Final = 30_000
# What comes of bytes that are no answer of an authenticator: the library names most of it, and lets some through.
_FAULTS: Final = (
    WebAuthnException,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    OverflowError,
    StructError,
    UnsupportedAlgorithm,
    RecursionError,
)


@dataclass(frozen=True, slots=True)
class KeySite:
    """Which site passkeys are for: `domain` (the relying party's id), where its pages are, and what it is called."""

    domain: str
    origin: str
    name: str

    @classmethod
    def of(cls, own_url: str, name: str) -> "KeySite | None":
        """Of the public address; None where browsers have no passkeys: numbers for a name, or no encryption (but on
        this machine itself)."""
        address = urlsplit(own_url)
        domain = address.hostname or ""
        if not domain or _is_number(domain) or not (address.scheme == "https" or domain == "localhost"):
            return None
        return cls(domain, f"{address.scheme}://{address.netloc}", name)


@dataclass(frozen=True, slots=True)
class AskedOfKey:
    """What a browser asks an authenticator for (JSON), and the challenge in it, which the browser keeps beside."""

    challenge: str
    options: str


async def ask_for_new_key(
    session: AsyncSession, keys: KeyRing, site: KeySite, account: DeskAccount, now: datetime
) -> AskedOfKey:
    """Begin to add a key: one that finds its account by itself, and asks for a finger, a face or a PIN."""
    present = await passkeys_of(session, account.id)
    handle = present[0].user_handle if present else bytes_to_base64url(token_bytes(32))
    options = webauthn.generate_registration_options(
        rp_id=site.domain,
        rp_name=site.name,
        user_id=base64url_to_bytes(handle),
        user_name=account.email,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(base64url_to_bytes(one.credential)) for one in present],
    )
    challenge = f"{bytes_to_base64url(options.challenge)}.{handle}"
    await keep_challenge(session, keys, challenge, account.id, now)
    return AskedOfKey(challenge, webauthn.options_to_json(options))


async def keep_new_key(
    session: AsyncSession,
    keys: KeyRing,
    site: KeySite,
    account: DeskAccount,
    *,
    challenge: str,
    sent: str,
    name: str,
    now: datetime,
) -> bool:
    """Keep the key that was made for `challenge`; False for one that was not, or that somebody has already."""
    if not await take_challenge(session, keys, challenge, account.id, now) or len(sent) > _LARGEST:
        return False
    signed, _, handle = challenge.partition(".")
    try:
        verified = webauthn.verify_registration_response(
            credential=sent,
            expected_challenge=base64url_to_bytes(signed),
            expected_rp_id=site.domain,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except _FAULTS:
        return False
    credential = bytes_to_base64url(verified.credential_id)
    if await is_known(session, keys, credential) or len(await passkeys_of(session, account.id)) >= MOST_KEYS:
        return False
    new = NewPasskey(credential, handle, bytes_to_base64url(verified.credential_public_key), verified.sign_count)
    await add_passkey(session, keys, account, name[:LONGEST_NAME], new, now)
    _log(session, account, "added_passkey", now)
    return True


async def ask_for_key(session: AsyncSession, keys: KeyRing, site: KeySite, now: datetime) -> AskedOfKey:
    """Begin to sign in, with whichever key of this site the browser's owner has."""
    options = webauthn.generate_authentication_options(
        rp_id=site.domain, user_verification=UserVerificationRequirement.REQUIRED
    )
    challenge = bytes_to_base64url(options.challenge)
    await keep_challenge(session, keys, challenge, None, now)
    return AskedOfKey(challenge, webauthn.options_to_json(options))


async def sign_in_by_key(
    session: AsyncSession, keys: KeyRing, site: KeySite, *, challenge: str, sent: str, before: str, now: datetime
) -> str | None:
    """Sign in whose key signed `challenge`: the browser's new token, and the one from `before` ends. None for anything
    else: a key that is not known, a challenge that was not given out or is used, another site, no finger or PIN, or a
    counter that did not go on (Level 3, 6.1.1: somebody may hold a copy)."""
    if not await take_challenge(session, keys, challenge, None, now) or len(sent) > _LARGEST:
        return None
    try:
        brought = parse_authentication_credential_json(sent)
    except _FAULTS:
        return None
    found = await find_passkey(session, keys, bytes_to_base64url(brought.raw_id))
    if found is None:
        return None
    key, account = found
    handle = brought.response.user_handle
    if handle is None or not compare_digest(bytes_to_base64url(handle), key.user_handle):
        return None
    try:
        verified = webauthn.verify_authentication_response(
            credential=brought,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.domain,
            expected_origin=site.origin,
            credential_public_key=base64url_to_bytes(key.public_key),
            # The counter is looked at below, after the signature: so nobody but the key's holder makes it speak.
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except _FAULTS:
        _log(session, account, "wrong_passkey", now)
        return None
    if (verified.new_sign_count or key.sign_count) and verified.new_sign_count <= key.sign_count:
        _log(session, account, "copied_passkey", now)
        return None
    key.sign_count, key.used_at = verified.new_sign_count, now
    await sign_out(session, keys, before, now)
    _log(session, account, "signed_in", now)
    return await add_session(session, keys, account, DeskStep.SIGNED_IN, now)


async def set_up_key(
    session: AsyncSession,
    keys: KeyRing,
    site: KeySite,
    half_way: tuple[DeskSession, DeskAccount],
    *,
    challenge: str,
    sent: str,
    name: str,
    now: datetime,
) -> str | None:
    """The first key, by whoever opened a one-time link for an account that has no second step yet: signs in. The
    browser's new token; None where the key was not taken."""
    opened, account = half_way
    if opened.step is not DeskStep.SET_UP:
        return None
    if not await keep_new_key(session, keys, site, account, challenge=challenge, sent=sent, name=name, now=now):
        return None
    await session.delete(opened)
    _log(session, account, "signed_in", now)
    return await add_session(session, keys, account, DeskStep.SIGNED_IN, now)


async def remove_key(session: AsyncSession, account: DeskAccount, key: DeskPasskey, now: datetime) -> None:
    """A key of this account opens nothing any more."""
    await session.delete(key)
    _log(session, account, "removed_passkey", now)


def _log(session: AsyncSession, account: DeskAccount, action: str, now: datetime) -> None:
    session.add(AuditEntry(at=now, actor=ref_of(account), action=action, subject=f"desk:{account.id}"))


def _is_number(domain: str) -> bool:
    try:
        ip_address(domain)
    except ValueError:
        return False
    return True
