"""Circles among relations, found without looking at more than what is above the rows asked of."""

from collections.abc import Callable, Collection, Iterable, Iterator


def circles(
    starts: Iterable[int], above: Callable[[int], Collection[int]]
) -> Iterator[frozenset[int]]:
    """Yield the groups of rows that all lie above each other, as far as `starts` lead to them.

    above: the parents of a row. Each group is the largest there is (Tarjan's algorithm).
    """
    number: dict[int, int] = {}
    lowest: dict[int, int] = {}
    path: list[int] = []
    is_on_path: set[int] = set()
    for start in starts:
        if start in number:
            continue
        todo: list[tuple[int, Iterator[int]]] = []

        def enter(row: int, todo: list[tuple[int, Iterator[int]]] = todo) -> None:
            number[row] = lowest[row] = len(number)
            path.append(row)
            is_on_path.add(row)
            todo.append((row, iter(above(row))))

        enter(start)
        while todo:
            row, parents = todo[-1]
            for parent in parents:
                if parent not in number:
                    enter(parent)
                    break
                if parent in is_on_path:
                    lowest[row] = min(lowest[row], number[parent])
            else:
                todo.pop()
                if todo:
                    below = todo[-1][0]
                    lowest[below] = min(lowest[below], lowest[row])
                if lowest[row] == number[row]:
                    group = path[path.index(row) :] if path[-1] != row else [row]
                    del path[len(path) - len(group) :]
                    is_on_path.difference_update(group)
                    if len(group) > 1 or row in above(row):
                        yield frozenset(group)
