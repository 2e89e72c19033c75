"""What `maatje translations check` looks at: keys, placeholders, scripts, readability, glossary."""
