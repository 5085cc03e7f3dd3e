"""Models of the contact points; each subject has its file."""

from .contacts import ContactPoint

__all__ = ["ContactPoint"]
