"""The way into other people's programs; each module needs the extra that it is named for."""
