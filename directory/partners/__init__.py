"""What staff and partner institutions may know and the public may not: contact points, and whom they are shared with.

Nothing that the public sees imports this package; `make check` holds that.
"""
