"""The desk: a consultant's working day in the browser, rendered by the server. Every page works without JavaScript.

Pages read the lists of `reminders` and `storage` and change things by `bot/actions` alone, as the chat does.
"""
