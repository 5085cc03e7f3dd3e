"""The register: areas, fields, needs, organisations and resources, and the one door through which the public sees them.

What leaves this room for the public is a `publication.PublicResource` and nothing else.
"""
