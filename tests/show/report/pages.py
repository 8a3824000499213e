"""Reads a page as a browser would: its elements, text, addresses, and whether all is closed."""

from __future__ import annotations

from html.parser import HTMLParser

_VOID = {"br", "hr", "meta", "col", "path", "rect", "use"}


class Reader(HTMLParser):
    """Everything that tests ask of a page."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self.unclosed: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that opens."""
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in _VOID:
            self.unclosed.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element without content."""
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        """Note an element that closes, which must be the last one open."""
        if tag in _VOID:
            return
        assert self.unclosed and self.unclosed[-1] == tag, (tag, self.unclosed[-3:])
        self.unclosed.pop()

    def handle_data(self, data: str) -> None:
        """Note text."""
        if self.unclosed and self.unclosed[-1] != "style":
            self.texts.append(data)

    @property
    def text(self) -> str:
        """All text of the page, one blank between words."""
        return " ".join(" ".join(self.texts).split())

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of every element of a name."""
        return [attributes for name, attributes in self.tags if name == tag]
