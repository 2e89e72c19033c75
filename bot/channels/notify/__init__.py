"""SMS and e-mail through NotifyNL or GOV.UK Notify: one API, two channels, one place for what Notify tells later."""
