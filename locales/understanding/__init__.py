"""What people write, by language: texts that the understanding learns from, and how days and hours are named.

`<language>.yaml` holds the texts, each with what it is and who thought of it; `moments.yaml` the words for time. Read
by bot/understanding and its training; nothing of it is shown to anyone.
"""
