"""E-mail by SMTP and IMAP: what any municipality has. Sending, replies, bounces, invitations, unsubscribing."""
