"""Encryption, keyed hashes and signatures, and what rotation means for them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.engine.keys import KeyRing, SecretTooShort, Undecryptable

OLD, NEW = "the old secret of thirty-two chars.", "the new secret of thirty-two chars."


@given(st.binary())
def test_what_is_encrypted_comes_back(plain: bytes) -> None:
    keys = KeyRing([NEW])
    token = keys.encrypt(plain, "person.given_name", b"7")
    assert keys.decrypt(token, "person.given_name", b"7") == plain
    assert plain not in token or len(plain) < 4


def test_the_same_text_is_never_stored_the_same() -> None:
    keys = KeyRing([NEW])
    assert keys.encrypt(b"Amina", "c", b"7") != keys.encrypt(b"Amina", "c", b"7")


def test_a_value_cannot_change_places() -> None:
    keys = KeyRing([NEW])
    token = keys.encrypt(b"Amina", "person.given_name", b"7")
    with pytest.raises(Undecryptable, match="altered"):
        keys.decrypt(token, "person.family_name", b"7")
    with pytest.raises(Undecryptable, match="another row's"):
        keys.decrypt(token, "person.given_name", b"8")


def test_a_changed_value_is_refused() -> None:
    keys = KeyRing([NEW])
    token = bytearray(keys.encrypt(b"Amina", "c", b"7"))
    token[-1] ^= 1
    with pytest.raises(Undecryptable):
        keys.decrypt(bytes(token), "c", b"7")


def test_while_rotating_the_first_encrypts_and_all_decrypt() -> None:
    before, during, after = KeyRing([OLD]), KeyRing.parse(f"{NEW}, {OLD}"), KeyRing([NEW])
    token = before.encrypt(b"Amina", "c", b"7")
    assert during.decrypt(token, "c", b"7") == b"Amina"
    assert not during.is_current(token)
    assert during.is_current(during.encrypt(b"Amina", "c", b"7"))
    with pytest.raises(Undecryptable, match="add that secret"):
        after.decrypt(token, "c", b"7")


def test_while_rotating_an_address_is_found_under_every_key() -> None:
    old = KeyRing([OLD]).fingerprint("+31612345678", "phone")
    during = KeyRing([NEW, OLD]).fingerprints("+31612345678", "phone")
    assert old in during
    assert during[0] == KeyRing([NEW]).fingerprint("+31612345678", "phone")


def test_a_hash_says_nothing_without_its_context() -> None:
    keys = KeyRing([NEW])
    assert keys.fingerprint("1", "phone") != keys.fingerprint("1", "email")


def test_signatures() -> None:
    keys = KeyRing([NEW, OLD])
    signature = keys.sign("appointment:1", "calendar")
    assert keys.verify("appointment:1", "calendar", signature)
    assert keys.verify("appointment:1", "calendar", KeyRing([OLD]).sign("appointment:1", "calendar"))
    assert not keys.verify("appointment:2", "calendar", signature)
    assert not keys.verify("appointment:1", "calendar", "é" * 32)


@pytest.mark.parametrize("setting", ["", "short", f"{NEW},short"])
def test_a_short_secret_is_refused_with_how_to_make_one(setting: str) -> None:
    with pytest.raises(SecretTooShort, match="token_urlsafe"):
        KeyRing.parse(setting)
