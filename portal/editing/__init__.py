"""What editors find their way with: menus by task, one search over pages and register, which pages show what."""
