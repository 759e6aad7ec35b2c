"""The seeded source of all choices, and the features that a project may have."""

import random
from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")


class Chance:
    """Choices from a seed. A feature that is switched off is drawn all the same, so that the rest stays as it was."""

    def __init__(self, seed: int, attempt: int = 0, without: frozenset[str] = frozenset()) -> None:
        self.random = random.Random(seed * 1000 + attempt)
        self.seed, self.attempt = seed, attempt
        self.without = without
        self.features: set[str] = set()

    def maybe(self, probability: float) -> bool:
        return self.random.random() < probability

    def feature(self, name: str, probability: float) -> bool:
        """Whether something that may be at fault by itself is used; remembered under its name."""
        used = self.maybe(probability) and name not in self.without
        if used:
            self.features.add(name)
        return used

    def one(self, items: Sequence[Item]) -> Item:
        return self.random.choice(items)

    def some(self, items: Sequence[Item], least: int, most: int) -> list[Item]:
        """A few of the items, in their order."""
        count = min(len(items), self.number(least, max(least, most)))
        chosen = sorted(self.random.sample(range(len(items)), count))
        return [items[index] for index in chosen]

    def number(self, least: int, most: int) -> int:
        return self.random.randint(least, most)

    def weighted(self, weights: dict[Item, int]) -> Item:
        return self.random.choices(list(weights), list(weights.values()))[0]

    def shuffled(self, items: Sequence[Item]) -> list[Item]:
        items = list(items)
        self.random.shuffle(items)
        return items
