"""peer.py REQUEST: a peer does one piece of work, in a process of its own, and prints what it took.

REQUEST is JSON: the peer, workers, texts to evaluate (make, or '' when x is made in the time
measured; x; work) and the names they use (shape, path, ...). Printed is {"seconds": [first call,
second call], "value": [the first elements of the results]}: a second call is spared the threads to
start and the memory to get.
"""
import json
import sys
import time

import numpy as np


def numpy_names(request):
    return {}


def bottleneck_names(request):
    import bottleneck
    return {"bn": bottleneck}


def numexpr_names(request):
    import numexpr
    numexpr.set_num_threads(request["workers"])

    def deviation(mean, x):
        return (numexpr.evaluate("sum((x - mean) ** 2)") / x.size) ** 0.5
    return {"evaluate": numexpr.evaluate, "deviation": deviation}


def dask_names(request):
    import dask
    import dask.array
    dask.config.set({"array.chunk-size": request["names"].get("chunk_size", "128MiB")})

    def finish(value):
        return dask.compute(value, scheduler="threads", num_workers=request["workers"])[0]
    return {"da": dask.array, "finish": finish}


def mpi4py_names(request):
    from mpi4py import MPI
    world = MPI.COMM_WORLD
    rows, *rest = request["names"]["shape"]
    first, last = (rows * r // world.size for r in (world.rank, world.rank + 1))

    def total(value):
        return world.allreduce(np.asarray(value), MPI.SUM)

    def deviation(mean, x):
        return (total(np.square(x - mean).sum()) / total(x.size)) ** 0.5

    def finish(value):  # done when all are
        world.Barrier()
        return value
    return {"shape": (last - first, *rest), "share": slice(first, last), "rank": world.rank,
            "total": total, "least": lambda value: world.allreduce(value, MPI.MIN),
            "most": lambda value: world.allreduce(value, MPI.MAX),
            "deviation": deviation, "finish": finish}


NAMES = {"numpy": numpy_names, "bottleneck": bottleneck_names, "numexpr": numexpr_names,
         "dask": dask_names, "mpi4py": mpi4py_names}


def first_elements(values):
    return [float(element) for value in values for element in np.ravel(value)[:8]]


def main():
    request = json.loads(sys.argv[1])
    names = {"np": np, "rng": np.random.Generator(np.random.Philox(key=1)), "rank": 0,
             "finish": lambda value: value, **request["names"]}
    names.update(NAMES[request["peer"]](request))
    names["made"] = eval(request["make"], names) if request["make"] else None
    x, work = (compile(request[key], key, "eval") for key in ("x", "work"))
    seconds = []
    for _ in range(2):
        start = time.perf_counter()
        names["x"] = eval(x, names)
        value = names["finish"](eval(work, names))
        seconds.append(time.perf_counter() - start)
    if names["rank"] == 0:
        values = value if isinstance(value, tuple) else (value,)
        print(json.dumps({"seconds": seconds, "value": first_elements(values)}))


if __name__ == "__main__":
    main()
