"""The door: HTTP, sockets, sign-in, pages, the command line."""
