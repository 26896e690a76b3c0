"""The one exception that a user is meant to read."""


class UserError(Exception):
    """Something a user can mend: one sentence that names the cause and the remedy.

    The command line prints the sentence and exits with 2; a node logs it. Anything
    else that escapes is a fault of ours and keeps its traceback.
    """
