"""An authenticator in memory: it makes passkeys and signs with them, as a browser hands it on (Web Authentication)."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

_UP, _UV, _AT = 0x01, 0x04, 0x40


@dataclass
class Authenticator:
    """One passkey. `count` is its signature counter, `verifies` says whether it asks for a finger or a PIN."""

    origin: str
    verifies: bool = True
    count: int = 0
    credential: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    handle: str = ""
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def makes(self, options: Mapping[str, object]) -> str:
        """A new passkey, as these options of the site ask for it."""
        user, site = options["user"], options["rp"]
        assert isinstance(user, dict)
        assert isinstance(site, dict)
        self.handle = str(user["id"])
        public = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: public.x.to_bytes(32, "big"), -3: public.y.to_bytes(32, "big")}
        attested = bytes(16) + len(self.credential).to_bytes(2, "big") + self.credential + cbor2.dumps(cose)
        made = {"fmt": "none", "attStmt": {}, "authData": self._data(str(site["id"]), _AT) + attested}
        response = {"attestationObject": bytes_to_base64url(cbor2.dumps(made))}
        return self._answer("webauthn.create", str(options["challenge"]), response)

    def signs(self, options: Mapping[str, object]) -> str:
        """The answer to a site that asks who it is."""
        self.count += 1
        data = self._data(str(options["rpId"]))
        client = self._client("webauthn.get", str(options["challenge"]))
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        response = {
            "authenticatorData": bytes_to_base64url(data),
            "signature": bytes_to_base64url(signature),
            "userHandle": self.handle,
        }
        return self._answer("webauthn.get", str(options["challenge"]), response)

    def _data(self, site: str, more: int = 0) -> bytes:
        flags = _UP | (_UV if self.verifies else 0) | more
        return hashlib.sha256(site.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _answer(self, kind: str, challenge: str, response: dict[str, str]) -> str:
        known = bytes_to_base64url(self.credential)
        client = bytes_to_base64url(self._client(kind, challenge))
        return json.dumps(
            {"id": known, "rawId": known, "type": "public-key", "response": {**response, "clientDataJSON": client}}
        )


def broken(sent: str, at: int) -> str:
    """The same answer with one byte of one of its parts changed."""
    read = json.loads(sent)
    name = sorted(read["response"])[at % len(read["response"])]
    part = bytearray(base64url_to_bytes(read["response"][name]))
    part[at % len(part)] ^= 1 + at % 255
    read["response"][name] = bytes_to_base64url(bytes(part))
    return json.dumps(read)
