"""What people wrote, out of mails of 24 programs in fourteen languages, and of the cases that once went wrong."""

from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.channels.email.reading import OpenedMail, open_mail
from tests.bot.channels.email.replies.forms import NAME, Form, forms
from tests.bot.channels.email.replies.more_forms import more_forms

FORMS = list(forms())
MORE = list(more_forms())
CASES: list[dict[str, str]] = yaml.safe_load((Path(__file__).parent / "replies.yaml").read_text())


def heard(raw: bytes) -> str:
    opened = open_mail(raw, "1", None)
    assert isinstance(opened, OpenedMail)
    return opened.text


@pytest.mark.parametrize("form", FORMS, ids=[form.name for form in FORMS])
def test_the_writers_words_and_nothing_else(form: Form) -> None:
    assert heard(form.mail) == form.words


@pytest.mark.parametrize("form", MORE, ids=[form.name for form in MORE])
def test_the_words_out_of_programs_that_were_kept_back(form: Form) -> None:
    assert heard(form.mail) == form.words


def test_there_are_enough_of_them_to_say_something() -> None:
    assert len(FORMS) >= 128
    assert len({form.name.split(" in ")[-1].removesuffix(", by number") for form in FORMS}) == 14


def _case(case: dict[str, Any]) -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = "p@x.example", f"{NAME} <maatje@gemeente.example>", "Re: Gesprek"
    mail.set_content(case.get("html") or case["text"], subtype="html" if "html" in case else "plain")
    return mail.as_bytes()


@pytest.mark.parametrize("case", [case for case in CASES if "note" not in case], ids=lambda case: str(case["name"]))
def test_the_cases_that_went_wrong(case: dict[str, str]) -> None:
    found = heard(_case(case))
    if "heard" in case:
        assert found == case["heard"]
    else:
        assert case["heard_contains"] in found
