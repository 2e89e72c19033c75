"""The outbox: messages, claiming, leases, results, receipts, who gets them, their trace."""
