"""What others offer, and the answer of the city (`directory.offers`)."""
