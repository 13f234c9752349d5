"""Questions to a graph that is a dict of names to the set of names they point at."""

import heapq


def reachable(start, edges):
    """Everything that a walk along the edges from start meets; start itself only where a way leads back."""
    seen, waiting = set(), [start]
    while waiting:
        for other in edges.get(waiting.pop(), ()):
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    return seen


def cycles(edges):
    """Strongly connected components of more than one unit, and units that are ordered after themselves."""
    index, low, stack, on_stack, found = {}, {}, [], set(), []
    for start in sorted(edges):
        if start in index:
            continue
        work = [(start, iter(sorted(edges.get(start, ()))))]
        index[start] = low[start] = len(index)
        stack.append(start)
        on_stack.add(start)
        while work:
            name, others = work[-1]
            other = next(others, None)
            if other is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[name])
                if low[name] == index[name]:
                    component = []
                    while not component or component[-1] != name:
                        component.append(stack.pop())
                        on_stack.discard(component[-1])
                    if len(component) > 1 or name in edges.get(name, ()):
                        found.append(sorted(component))
            elif other not in index:
                index[other] = low[other] = len(index)
                stack.append(other)
                on_stack.add(other)
                work.append((other, iter(sorted(edges.get(other, ())))))
            elif other in on_stack:
                low[name] = min(low[name], index[other])
    return found


def start_order(earlier):
    """All names, each after those before it; the members of a cycle come last, alphabetically."""
    missing = {name: len(others) for name, others in earlier.items()}
    ready = [name for name, count in missing.items() if count == 0]
    heapq.heapify(ready)
    result = []
    while ready:
        name = heapq.heappop(ready)
        result.append(name)
        for other, others in earlier.items():
            if name in others:
                missing[other] -= 1
                if missing[other] == 0:
                    heapq.heappush(ready, other)
    return result + sorted(set(earlier) - set(result))
