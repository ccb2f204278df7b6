"""Source keys of single figures: one key for each pair of a citation and an address in the data folder."""
import re

SEEN = {"yes": "page read", "derived": "arithmetic on a page read", "partly": "one of two dates read"}


class Citations:
    """Hands out keys in the order in which it is asked; the same citation and address have one key."""

    def __init__(self, taken):
        self.taken = set(taken)
        self.keys = {}
        self.table = []

    def key(self, row, subject):
        pair = (row["source"].strip(), row["url"].strip())
        if pair not in self.keys:
            made = self._fresh(row, subject)
            self.keys[pair] = made
            self.table.append((made, pair[0], pair[1].split(" ")[0], "facts", SEEN[row["verified"]]))
        return self.keys[pair]

    def _fresh(self, row, subject):
        words = re.sub(r"\(.*?\)", " ", row["source"])
        words = [w for w in re.findall(r"[a-z]+", words.lower()) if w not in ("the", "of", "on", "via", "and", "by", "at", "as", "a", "in", "from", "more", "than", "over", "about")]
        stem = "_".join([subject] + words[:2] + [row["date"][:4] if row["date"][:4].isdigit() else "undated"])
        if stem not in self.taken:
            self.taken.add(stem)
            return stem
        number = 2
        while f"{stem}_{number}" in self.taken:
            number += 1
        self.taken.add(f"{stem}_{number}")
        return f"{stem}_{number}"
