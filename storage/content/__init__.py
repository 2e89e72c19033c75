"""What a municipality changed of what people read and when they are reminded, each change proposed and answered."""
