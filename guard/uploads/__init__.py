"""What may be uploaded, and how it is sent out again."""
