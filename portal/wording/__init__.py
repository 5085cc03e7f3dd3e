"""The Japanese of what is not ours: Wagtail, Django and their parts, where they have none or speak another tongue than a town hall."""
