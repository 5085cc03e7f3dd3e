"""What keeps the site running when something around it does not."""
