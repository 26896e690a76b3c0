"""How a bundle's graphs are run; each backend gives the runtime a Runner."""
