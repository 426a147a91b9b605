"""Exact search of nlptool beside faiss-cpu's flat index: seconds a batch, the same threads.

    pip install faiss-cpu
    python -m benchmarks.bench_similarity [--rows 1000000] [--dim 128] [--threads 2]

Random unit vectors; queries are some of them, moved a little. Both answer the same queries in
turn, and the best of several rounds counts. The answers are compared too.
"""

import argparse
import os
import time


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--dim", type=int, default=128)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=7)
    args = parser.parse_args()
    # Before numpy is imported: its BLAS and faiss's get the same threads.
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ[name] = str(args.threads)

    import faiss
    import numpy as np

    from nlptool.similarity.index import Index
    from nlptool.similarity.items import Item

    faiss.omp_set_num_threads(args.threads)
    rng = np.random.default_rng(1)
    vectors = rng.normal(size=(args.rows, args.dim)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    flat = faiss.IndexFlatIP(args.dim)
    flat.add(vectors)
    ours = Index([Item("", "")] * args.rows, vectors, "")
    print(f"{args.rows:,} x {args.dim}, {args.threads} threads, k 10, best of {args.rounds}")
    print("batch\tfaiss s\tnlptool s\tratio\tsame answers")
    for size in (1, 10, 100):
        queries = vectors[rng.integers(0, args.rows, size)]
        queries = queries + rng.normal(scale=0.05, size=queries.shape).astype(np.float32)
        queries /= np.linalg.norm(queries, axis=1, keepdims=True)
        best = {"faiss": np.inf, "nlptool": np.inf}
        for _ in range(args.rounds):
            start = time.perf_counter()
            _, ids = flat.search(queries, 10)
            middle = time.perf_counter()
            found = ours.search(queries, 10, threads=args.threads)
            end = time.perf_counter()
            best["faiss"] = min(best["faiss"], middle - start)
            best["nlptool"] = min(best["nlptool"], end - middle)
        same = (np.sort(ids, axis=1) == np.sort(found.ids, axis=1)).mean()
        print(
            f"{size}\t{best['faiss']:.4f}\t{best['nlptool']:.4f}\t"
            f"{best['faiss'] / best['nlptool']:.2f}\t{same:.4f}"
        )


if __name__ == "__main__":
    main()
