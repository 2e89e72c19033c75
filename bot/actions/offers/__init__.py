"""Taking part in what is offered: workshops, sport, a language buddy."""
