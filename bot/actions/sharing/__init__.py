"""What a municipality chose to hand on to a school or a partner, and what they answer."""
