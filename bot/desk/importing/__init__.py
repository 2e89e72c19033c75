"""The municipality's tables, brought in at the desk: looked at first, then the button; and who did it when."""
