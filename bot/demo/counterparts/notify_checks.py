"""What Notify checks before it takes a request, in its own words (app/schema_validation, recipient_validation)."""

import json
import re
import uuid

import phonenumbers
from notifications_python_client.authentication import decode_jwt_token, get_token_issuer
from notifications_python_client.errors import (
    TokenAlgorithmError,
    TokenDecodeError,
    TokenError,
    TokenExpiredError,
    TokenIssuerError,
)
from starlette.responses import JSONResponse, Response

_EMAIL = re.compile(r"^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~\-]+@([^.@][^@\s]+)$")
_HOST_PART = re.compile(r"^(xn|[a-z0-9]+)(-?-[a-z0-9]+)*$", re.IGNORECASE)
_TOP_DOMAIN = re.compile(r"^([a-z]{2,63}|xn--([a-z0-9]+-)*[a-z0-9]+)$", re.IGNORECASE)


class NotifyRefusal(Exception):
    """An answer of Notify that is no success."""

    def __init__(self, status: int, *errors: tuple[str, str]) -> None:
        super().__init__(status)
        self.status = status
        self.errors = errors

    def response(self) -> Response:
        """As Notify answers it."""
        errors = [{"error": kind, "message": message} for kind, message in self.errors]
        return JSONResponse({"status_code": self.status, "errors": errors}, status_code=self.status)


def read_json(body: bytes) -> dict[str, object]:
    """A request's JSON object.

    Raises:
        NotifyRefusal: it is none.
    """
    try:
        read = json.loads(body)
    except ValueError:
        raise NotifyRefusal(400, ("BadRequestError", "Invalid JSON supplied in POST data")) from None
    if not isinstance(read, dict):
        raise NotifyRefusal(400, ("ValidationError", "Invalid JSON supplied in POST data"))
    return read


def read_form(body: bytes, kind: str) -> dict[str, object]:
    """The request's fields, checked against Notify's schemas (post_sms_request, post_email_request).

    Raises:
        NotifyRefusal: with every fault.
    """
    form = read_json(body)
    recipient = "phone_number" if kind == "sms" else "email_address"
    own = {"sms_sender_id"} if kind == "sms" else {"email_reply_to_id", "one_click_unsubscribe_url"}
    faults = [f"{name} is a required property" for name in (recipient, "template_id") if name not in form]
    allowed = {recipient, "template_id", "personalisation", "reference", "scheduled_for"} | own
    faults += [f"Additional properties are not allowed ({name} was unexpected)" for name in form if name not in allowed]
    for name in ("template_id", "sms_sender_id", "email_reply_to_id"):
        if name in form and not is_uuid(form[name]):
            faults.append(f"{name} is not a valid UUID")
    if not isinstance(form.get("reference", ""), str):
        faults.append("reference is not of type string")
    elif len(str(form.get("reference", ""))) > 1000:
        faults.append("reference is too long")
    if not isinstance(form.get("personalisation", {}), dict):
        faults.append("personalisation is not of type object")
    if recipient in form:
        words = phone_fault(form[recipient]) if kind == "sms" else email_fault(form[recipient])
        if words:
            faults.append(f"{recipient} {words}")
    if faults:
        raise NotifyRefusal(400, *(("ValidationError", fault) for fault in faults))
    return form


def phone_fault(number: object) -> str:
    """What Notify says of a telephone number; "" for a good one."""
    if not isinstance(number, str):
        return "is not of type string"
    if set(number) - set("0123456789+-() \t"):
        return "Must not contain letters or symbols"
    try:
        parsed = phonenumbers.parse(number, "NL")
    except phonenumbers.NumberParseException:
        return "Number is not valid – double check the phone number you entered"
    match phonenumbers.is_possible_number_with_reason(parsed):
        case phonenumbers.ValidationResult.IS_POSSIBLE:
            return ""
        case phonenumbers.ValidationResult.TOO_LONG:
            return "Too many digits"
        case phonenumbers.ValidationResult.TOO_SHORT | phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
            return "Not enough digits"
        case phonenumbers.ValidationResult.INVALID_COUNTRY_CODE:
            return "Not a valid country prefix"
        case _:
            return "Number is not valid – double check the phone number you entered"


def email_fault(address: object) -> str:
    """What Notify says of an e-mail address; "" for a good one."""
    if not isinstance(address, str):
        return "is not of type string"
    found = _EMAIL.match(address)
    if found is None or len(address) > 320 or ".." in address:
        return "Not a valid email address"
    try:
        host = found[1].encode("idna").decode("ascii")
    except UnicodeError:
        return "Not a valid email address"
    parts = host.split(".")
    good = len(host) <= 253 and len(parts) >= 2 and all(len(part) <= 63 and _HOST_PART.match(part) for part in parts)
    return "" if good and _TOP_DOMAIN.match(parts[-1]) else "Not a valid email address"


def is_uuid(value: object) -> bool:
    """Whether something is an id of Notify's kind."""
    try:
        uuid.UUID(str(value))
    except ValueError:
        return False
    return True


def check_token(authorization: str, service: str, secret: str, *, revoked: bool) -> None:
    """Raise NotifyRefusal unless the header holds a fresh token, signed by this service with this secret."""
    scheme, _, token = authorization.partition(" ")
    if scheme != "Bearer":
        raise NotifyRefusal(401, ("AuthError", "Unauthorized: authentication token must be provided"))
    try:
        issuer = get_token_issuer(token)  # type: ignore[no-untyped-call]
    except TokenIssuerError:
        raise NotifyRefusal(403, ("AuthError", "Invalid token: iss field not provided")) from None
    except TokenDecodeError:
        raise NotifyRefusal(403, ("AuthError", "Invalid token: make sure your API token matches")) from None
    if issuer != service:
        raise NotifyRefusal(403, ("AuthError", "Invalid token: service not found"))
    try:
        decode_jwt_token(token, secret)  # type: ignore[no-untyped-call]
    except TokenExpiredError:
        message = "Error: Your system clock must be accurate to within 30 seconds"
        raise NotifyRefusal(403, ("AuthError", message)) from None
    except TokenAlgorithmError:
        raise NotifyRefusal(403, ("AuthError", "Invalid token: algorithm used is not HS256")) from None
    except (TokenDecodeError, TokenError):
        raise NotifyRefusal(403, ("AuthError", "Invalid token: API key not found")) from None
    if revoked:
        raise NotifyRefusal(403, ("AuthError", "Invalid token: API key revoked"))
