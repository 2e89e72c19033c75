"""How the Bot API says no: a status and a description, and for floods the seconds to wait."""

from typing import TypeAlias

Json: TypeAlias = dict[str, object]


class ApiError(Exception):
    """A refusal, answered as `{"ok":false,"error_code":code,"description":…,"parameters":…}` with that HTTP status."""

    def __init__(self, code: int, description: str, *, retry_after: int | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.retry_after = retry_after

    def answer(self) -> Json:
        """The JSON document of this refusal."""
        body: Json = {"ok": False, "error_code": self.code, "description": self.description}
        if self.retry_after is not None:
            body["parameters"] = {"retry_after": self.retry_after}
        return body


def bad_request(reason: str) -> ApiError:
    """400, in the words of the Bot API where they are known."""
    return ApiError(400, f"Bad Request: {reason}")


def forbidden(reason: str) -> ApiError:
    """403: the person blocked the bot, or is gone."""
    return ApiError(403, f"Forbidden: {reason}")


def flood(retry_after: int) -> ApiError:
    """429 with the whole seconds to wait."""
    return ApiError(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)
