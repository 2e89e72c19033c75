"""Who may sign in at the desk, for administrators: signed out everywhere at once, after a lost telephone or for good.

Links are given out by whoever runs the service (`maatje desk link`), not here: an administrator who could open the
account of a consultant would see people of whom they should see nothing.
"""

from typing import Final

from starlette.responses import Response

from bot.actions.access.desk import end_account
from bot.desk.forms import JustDone, not_found, then
from bot.desk.visit import Visit
from storage.desk.accounts import AccountInUse, accounts_in_use

ACCOUNTS: Final = "/desk/accounts"


async def show(visit: Visit) -> Response:
    """Everybody (of the own municipality, for who has one): what they do here, in how many browsers they are now."""
    visit.acting.audit("looked_at_desk_accounts", "everybody")
    return visit.page("accounts.html", accounts=await _theirs(visit))


async def end(visit: Visit) -> Response:
    """Sign somebody out everywhere: for good, or until their next link, with which they set up another app."""
    of = next((one for one in await _theirs(visit) if one.account.id == visit.row()), None)
    if of is None:
        raise not_found()
    if of.account.id == visit.who.account_id:
        # Whoever ends their own cannot take it back.
        return then(ACCOUNTS, JustDone.NOT_DONE)
    app_only = visit.form.text("do") == "app"
    await end_account(visit.acting, of.account.email, app_only=app_only)
    return then(ACCOUNTS, JustDone.APP_RESET if app_only else JustDone.ACCOUNT_ENDED)


async def _theirs(visit: Visit) -> list[AccountInUse]:
    return await accounts_in_use(visit.session, visit.acting.now, visit.who.municipality)
