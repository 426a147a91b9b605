"""t-SNE as the paper writes it: one pair at a time."""

import math


def affinities(points, perplexity):
    """p_ij of section 2, with the width of each row found by bisection."""
    n = len(points)
    distance = [[math.dist(a, b) ** 2 for b in points] for a in points]
    rows = []
    for i in range(n):
        low, high = 1e-9, 1e9
        for _ in range(200):
            beta = math.sqrt(low * high)
            row = [0.0 if j == i else math.exp(-beta * distance[i][j]) for j in range(n)]
            total = sum(row)
            row = [p / total for p in row] if total > 0 else row
            entropy = -sum(p * math.log(p) for p in row if p > 0)
            if total > 0 and entropy > math.log(perplexity):
                low = beta
            else:
                high = beta
        rows.append(row)
    return [[(rows[i][j] + rows[j][i]) / (2 * n) for j in range(n)] for i in range(n)]


def gradient(y, p, exaggeration=1.0):
    """Equation 5; p is multiplied by the exaggeration."""
    n = len(y)
    near = [
        [0.0 if i == j else 1 / (1 + math.dist(y[i], y[j]) ** 2) for j in range(n)]
        for i in range(n)
    ]
    total = sum(map(sum, near))
    return [
        [
            4
            * sum(
                (exaggeration * p[i][j] - near[i][j] / total) * (y[i][k] - y[j][k]) * near[i][j]
                for j in range(n)
            )
            for k in range(2)
        ]
        for i in range(n)
    ]
