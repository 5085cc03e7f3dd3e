"""The doors: how much anybody may send, ask and try, what may be uploaded, and what browsers are told.

`policy` says it in one place; the other modules carry it out. Nothing here knows the register or the site.
"""
