"""A content editor's pages: what people read, in each language beside the Dutch, and when they are reminded."""
