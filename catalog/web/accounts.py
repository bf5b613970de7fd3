from allauth.account.adapter import DefaultAccountAdapter


class ClosedAccounts(DefaultAccountAdapter):
    """Accounts are given by administrators: nobody signs up by themselves."""

    def is_open_for_signup(self, request) -> bool:
        return False
