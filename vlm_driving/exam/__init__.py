"""The examination of a bundle: what it sees, advises and answers on scenes that it never met.

Needs no torch. `sitting` answers the scenes, `figures` counts, `command` is the user's way in.
"""
