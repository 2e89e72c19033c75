"""Who is let in where, and how that ends."""
