"""What is said on a telephone that several people use: whose a message is, and who is there."""
