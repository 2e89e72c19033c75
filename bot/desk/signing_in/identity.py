"""Signing in by the municipality's own identity provider: OpenID Connect Core 1.0, code flow with PKCE, by Authlib.

What is under way between two requests (state, nonce, verifier) travels in a sealed cookie of ten minutes, and not in
the database: whoever only begins to sign in leaves nothing behind. The provider says who it is and by which roles; who
is a consultant must besides be one of ours, by their work address.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import httpx2
import structlog
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.starlette_client import OAuth
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from pydantic import SecretStr, field_validator
from starlette.requests import Request
from starlette.responses import Response

from bot.configuration.settings import SettingsGroup, Url
from storage.engine.columns import Json
from storage.engine.keys import KeyRing, Undecryptable
from storage.vocabulary import DeskRole

log = structlog.get_logger(__name__)

_SEALED: Final = "desk_oidc"
_EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
#: Seconds that somebody has for signing in at the provider.
UNDER_WAY: Final = 600
#: Seconds that a logout token is good for (OpenID Connect Back-Channel Logout 1.0, 2.6).
_LOGOUT_FRESH: Final = 300
# What goes wrong with a provider: its answers, its signatures, the network, and what of its claims does not hold.
_FAULTS: Final = (OAuthError, JoseError, httpx2.HTTPError, RuntimeError, ValueError, KeyError)


class OidcSettings(SettingsGroup):
    """The identity provider: its issuer, what we are there, and which claim names somebody's roles."""

    oidc_issuer: Url = ""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_role_claim: str = "roles"
    # "administrator=Maatje-beheer, consultant=Maatje-consulent": our role, and how the provider calls it.
    oidc_roles: str = ""

    @field_validator("oidc_roles")
    @classmethod
    def _names_roles(cls, value: str) -> str:
        read_roles(value)
        return value

    @property
    def is_set_up(self) -> bool:
        """Whether there is an identity provider."""
        return bool(self.oidc_issuer and self.oidc_client_id)


def _log_fault(step: str, fault: Exception) -> None:
    """For the operator: at which step, and what kind of fault; its words may hold what somebody sent."""
    log.warning("identity_provider_failed", step=step, fault=type(fault).__name__)


def read_roles(text: str) -> dict[str, DeskRole]:
    """The provider's words for our roles.

    Raises:
        ValueError: a role that does not exist, or nothing after the "=".
    """
    found: dict[str, DeskRole] = {}
    for pair in filter(None, (one.strip() for one in text.split(","))):
        ours, _, theirs = (one.strip() for one in pair.partition("="))
        if not theirs:
            raise ValueError(f"{pair!r} is not role=the provider's word for it")
        found[theirs] = DeskRole(ours)
    return found


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whom the provider vouches for: their work address, their roles here, its names of them and their session."""

    email: str
    roles: frozenset[DeskRole]
    subject: str
    sid: str


class IdentityProvider:
    """Speaks with the provider; `back` is the address that it sends people back to."""

    def __init__(self, settings: OidcSettings, keys: KeyRing, back: str) -> None:
        self._settings = settings
        self._keys = keys
        self._back = back
        self._roles = read_roles(settings.oidc_roles)
        self._app = OAuth().register(
            name="desk",
            server_metadata_url=f"{settings.oidc_issuer}/.well-known/openid-configuration",
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret.get_secret_value() or None,
            client_kwargs={"scope": "openid email profile", "code_challenge_method": "S256", "timeout": 10},
        )

    async def begin(self, request: Request) -> tuple[Response, str] | None:
        """The way to the provider, and what the browser keeps meanwhile; None where the provider cannot be reached."""
        request.scope["session"] = {}
        try:
            response: Response = await self._app.authorize_redirect(request, self._back)
        except _FAULTS as fault:
            _log_fault("begin", fault)
            return None
        return response, self._seal(request.scope["session"])

    async def finish(self, request: Request, kept: str) -> SignedIn | None:
        """Whom the provider sent back; None for anything but an answer to what this very browser began."""
        request.scope["session"] = self._open(kept)
        try:
            return self._vouched(await self._whole(await self._app.authorize_access_token(request)))
        except _FAULTS as fault:
            _log_fault("finish", fault)
            return None

    async def _whole(self, token: Mapping[str, object]) -> Mapping[str, object]:
        """The claims of the ID token, and those that the provider tells at its userinfo endpoint alone (Core 1.0, 5.3:
        what it says there of another subject does not count).

        Raises:
            KeyError, ValueError: there are no claims.
        """
        claims = token["userinfo"]
        if not isinstance(claims, Mapping):
            raise ValueError("no claims")
        if "email" in claims:
            return claims
        told: Mapping[str, object] = await self._app.userinfo(token=token)
        return {**told, **claims} if told.get("sub") == claims.get("sub") else claims

    async def sign_out_address(self) -> str | None:
        """Where the provider signs people out too; None where it has no such place, or cannot be reached."""
        try:
            made = await self._app.create_logout_url(client_id=self._settings.oidc_client_id)
        except _FAULTS:
            return None
        return str(made["url"])

    async def ended(self, logout_token: str, now: float) -> tuple[str, str] | None:
        """Whose sessions the provider says have ended: subject and sid, either may be ""; None for a token that is not
        its own, not for us, or not fresh (`now` in seconds)."""
        try:
            metadata = await self._app.load_server_metadata()
            keys = KeySet.import_key_set(await self._app.fetch_jwk_set(force=True))
            algorithms = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
            registry = JWSRegistry(algorithms=[one for one in algorithms if one != "none"], strict_check_header=False)
            claims = jwt.decode(logout_token, keys, registry=registry).claims
        except _FAULTS as fault:
            _log_fault("logout", fault)
            return None
        audience = claims.get("aud")
        for_us = self._settings.oidc_client_id in (audience if isinstance(audience, list) else [audience])
        issued = claims.get("iat")
        is_fresh = isinstance(issued, (int, float)) and abs(now - issued) < _LOGOUT_FRESH
        is_logout = _EVENT in (claims.get("events") or {}) and "nonce" not in claims
        if not (for_us and is_fresh and is_logout and claims.get("iss") == metadata.get("issuer")):
            return None
        whose = str(claims.get("sub") or ""), str(claims.get("sid") or "")
        return whose if any(whose) else None

    def _vouched(self, claims: Mapping[str, object]) -> SignedIn | None:
        email, subject = claims.get("email"), claims.get("sub")
        if not isinstance(email, str) or not isinstance(subject, str) or claims.get("email_verified") is False:
            return None
        named = claims.get(self._settings.oidc_role_claim)
        words = [named] if isinstance(named, str) else named if isinstance(named, list) else []
        roles = frozenset(self._roles[word] for word in words if isinstance(word, str) and word in self._roles)
        # Without words for roles whoever is a consultant of ours is one.
        theirs = roles if self._roles else frozenset({DeskRole.CONSULTANT})
        return SignedIn(email, theirs, subject, str(claims.get("sid") or ""))

    def _seal(self, state: Mapping[str, Json]) -> str:
        sealed = self._keys.encrypt(json.dumps(state).encode(), _SEALED, b"")
        return base64.urlsafe_b64encode(sealed).decode()

    def _open(self, kept: str) -> dict[str, Json]:
        try:
            opened = json.loads(self._keys.decrypt(base64.urlsafe_b64decode(kept), _SEALED, b""))
        except (Undecryptable, ValueError, binascii.Error):
            return {}
        return opened if isinstance(opened, dict) else {}
