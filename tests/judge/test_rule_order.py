"""The order of rules: components of any graph, each after what it needs."""

from __future__ import annotations

import random

import pytest

from servanda.judge.plan.rule_order import components


def reached(graph: dict[str, set[str]], start: str) -> set[str]:
    found, waiting = set[str](), [start]
    while waiting:
        for other in graph[waiting.pop()] - found:
            found.add(other)
            waiting.append(other)
    return found


@pytest.mark.parametrize("seed", range(60))
def test_components_are_the_circles_each_after_what_it_needs(seed: int) -> None:
    chance = random.Random(seed)
    names = [str(n) for n in range(chance.randint(1, 12))]
    graph = {name: {o for o in names if chance.random() < 0.15} for name in names}
    found = components(graph)
    assert sorted(node for component in found for node in component) == sorted(names)
    reach = {name: reached(graph, name) for name in names}
    place = {node: n for n, component in enumerate(found) for node in component}
    for one in names:
        for other in names:
            together = one == other or (other in reach[one] and one in reach[other])
            assert (place[one] == place[other]) == together
            assert other not in reach[one] or place[other] <= place[one]


def test_a_chain_of_thousands_of_rules_has_an_order() -> None:
    """It was recursive: a thousand clauses, each on the one before, could not be judged."""
    chain = {n: ({n + 1} if n < 5_000 else set()) for n in range(5_001)}
    graph = {str(node): {str(other) for other in others} for node, others in chain.items()}
    assert components(graph) == [[str(n)] for n in range(5_000, -1, -1)]
