"""The study notes' kernels in Python, and a server that runs them for src/instruments/python.rs.

A request is a line of JSON on stdin, its reply a line of JSON on stdout with the request's serial number:
    {"serial": 1, "ask": "about"}
    {"serial": 2, "ask": "answer", "kernel": "f1", "size": 100}
    {"serial": 3, "ask": "run", "kernel": "f1", "size": 100, "iterations": 1000}
It ends with its stdin. Written for every Python 3, so that one which is too old can still say so.
"""

import gc
import itertools
import json
import math
import os
import select
import subprocess
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

# -- collections --


def f1(n):
    return set(range(n))


def f2(n):
    return list(range(n))


def f3(n):
    return tuple(range(n))


def f4(n):
    return str(range(n))


def f5(n):
    s = set()
    for i in range(n):
        s.add(i)
    return s


def f6(n):
    l = []
    for i in range(n):
        l.append(i)
    return l


def f7(n):
    return {i for i in range(n)}


def f8(n):
    return [i for i in range(n)]


# -- concurrency --

PAIRS = [
    (1963309, 2265973),
    (2030677, 3814172),
    (1551645, 2229620),
    (2039045, 2020802),
    (1823712, 1924928),
    (2293129, 1020491),
    (1281238, 2273782),
    (3823812, 4237281),
    (3812741, 4729139),
    (1292391, 2123811),
]
PRIMES = [
    112272535095293,
    112582705942171,
    112272535095293,
    115280095190773,
    115797848077099,
    1099726899285419,
]
NUMBERS = [2139079, 1214759, 1516637, 1852285]
WORKERS = 2


def first(items, size):
    """The first `size` items, over again where there are more."""
    return list(itertools.islice(itertools.cycle(items), size))


def gcd(pair):
    a, b = pair
    for i in range(min(a, b), 0, -1):
        if a % i == 0 and b % i == 0:
            return i


def is_prime(n):
    if n % 2 == 0:
        return n == 2
    for i in range(3, int(math.floor(math.sqrt(n))) + 1, 2):
        if n % i == 0:
            return False
    return n > 1


def factorize(number):
    factors = []
    for i in range(1, number + 1):
        if number % i == 0:
            factors.append(i)
    return factors


def wait(seconds):
    """A system call that blocks until its time-out; what became ready: nothing."""
    return select.select([], [], [], seconds)


def serial(function):
    return lambda items: [function(item) for item in items]


def two_threads(function):
    def run(items):
        with ThreadPoolExecutor(max_workers=WORKERS) as pool:
            return list(pool.map(function, items))

    return run


def thread_each(function):
    def run(items):
        answers = [None] * len(items)

        def work(place, item):
            answers[place] = function(item)

        threads = [threading.Thread(target=work, args=each) for each in enumerate(items)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers

    return run


def two_processes(function):
    pool = process_pool()
    return lambda items: list(pool.map(function, items))


def process_pool():
    """Two workers that wait: none outlives this process, however it ends."""
    import multiprocessing

    alive = os.pipe()
    # Forked, as the notes' were: a worker started anew could not find a function of a script given by -c.
    return ProcessPoolExecutor(
        max_workers=WORKERS,
        mp_context=multiprocessing.get_context("fork"),
        initializer=end_with_server,
        initargs=alive,
    )


def end_with_server(read_end, write_end):
    os.close(write_end)

    def watch():
        # The other end is the server's alone: it closes when the server ends.
        os.read(read_end, 1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def children(seconds):
    """Children that sleep, started together, then awaited; their exit codes."""
    started = [subprocess.Popen(["sleep", str(each)]) for each in seconds]
    for child in started:
        child.communicate()
    return [child.returncode for child in started]


# -- answers: the same count and digest as src/workload/answer.rs --


def of_sequence(numbers):
    count, digest = 0, 0xCBF29CE484222325
    for number in numbers:
        count += 1
        for byte in number.to_bytes(8, "little"):
            digest = ((digest ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return [count, digest]


def of_set(numbers):
    return of_sequence(sorted(numbers))


def of_range_name(text):
    """`range(0, 100)` says the numbers that 0..100 says."""
    start, end = text[len("range(") : -1].split(", ")
    return of_sequence(range(int(start), int(end)))


def of_truths(truths):
    return of_sequence(int(truth) for truth in truths)


def of_lists(lists):
    """Each list with its length in front."""
    return of_sequence(number for each in lists for number in [len(each)] + each)


def of_timeouts(ready):
    """The places of the waits that ended by their time-out with nothing ready."""
    return of_sequence(place for place, each in enumerate(ready) if each == ([], [], []))


# -- which function a kernel's name stands for: what it is made of, what it is given, what its answer is --


def waits_of(size):
    """Five waits of `size` milliseconds."""
    return [size / 1000.0] * 5


def sleeps_of(size):
    """Ten sleeps of `size` milliseconds."""
    return [size / 1000.0] * 10


KERNELS = {
    "f1": (lambda: f1, int, of_set),
    "f2": (lambda: f2, int, of_sequence),
    "f3": (lambda: f3, int, of_sequence),
    "f4": (lambda: f4, int, of_range_name),
    "f5": (lambda: f5, int, of_set),
    "f6": (lambda: f6, int, of_sequence),
    "f7": (lambda: f7, int, of_set),
    "f8": (lambda: f8, int, of_sequence),
    "gcd/serial": (lambda: serial(gcd), lambda size: first(PAIRS, size), of_sequence),
    "gcd/threads": (lambda: two_threads(gcd), lambda size: first(PAIRS, size), of_sequence),
    "gcd/processes": (lambda: two_processes(gcd), lambda size: first(PAIRS, size), of_sequence),
    "is-prime/serial": (lambda: serial(is_prime), lambda size: first(PRIMES, size), of_truths),
    "is-prime/threads": (lambda: thread_each(is_prime), lambda size: first(PRIMES, size), of_truths),
    "is-prime/processes": (lambda: two_processes(is_prime), lambda size: first(PRIMES, size), of_truths),
    "factorize/serial": (lambda: serial(factorize), lambda size: first(NUMBERS, size), of_lists),
    "factorize/threads": (lambda: thread_each(factorize), lambda size: first(NUMBERS, size), of_lists),
    "wait/serial": (lambda: serial(wait), waits_of, of_timeouts),
    "wait/threads": (lambda: thread_each(wait), waits_of, of_timeouts),
    "children/together": (lambda: children, sleeps_of, of_sequence),
}

# -- the server --


def timed(function, argument, iterations):
    """As timeit: an iterator that makes no numbers, the collector switched off, each result dropped within."""
    runs = itertools.repeat(None, iterations)
    gc.disable()
    try:
        began = time.perf_counter_ns()
        for _ in runs:
            function(argument)
        return time.perf_counter_ns() - began
    finally:
        gc.enable()


def about():
    is_enabled = getattr(sys, "_is_gil_enabled", None)
    import sysconfig

    return {
        "implementation": sys.implementation.name,
        "version": list(sys.version_info[:3]),
        "free_threaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
        "locked": True if is_enabled is None else bool(is_enabled()),
        "executable": sys.executable or "",
    }


def reply(request, prepared):
    if request["ask"] == "about":
        return about()
    key = (request["kernel"], request["size"])
    if key not in prepared:
        make, argument_of, answer_of = KERNELS[request["kernel"]]
        prepared[key] = (make(), argument_of(request["size"]), answer_of)
    function, argument, answer_of = prepared[key]
    if request["ask"] == "answer":
        began = time.perf_counter_ns()
        result = function(argument)
        elapsed = time.perf_counter_ns() - began
        return {"elapsed_ns": elapsed, "answer": answer_of(result)}
    return {"elapsed_ns": timed(function, argument, request["iterations"])}


def main():
    prepared = {}
    for line in iter(sys.stdin.readline, ""):
        request = json.loads(line)
        try:
            said = reply(request, prepared)
        except Exception as error:
            said = {"error": "%s: %s" % (type(error).__name__, error)}
        said["serial"] = request["serial"]
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
