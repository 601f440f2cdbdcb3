"""Downloads of many small files from a local server, for bench/fetch.mjs: seconds (median) as JSON.

    fetch.py PORT FILES CONCURRENCY ROUNDS

urllib and, where installed, requests in a pool of threads (a session, so a kept connection, for each thread of requests), and aiohttp.
"""
import asyncio
import json
import os
import shutil
import statistics
import sys
import tempfile
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor

PORT, FILES, WIDTH, ROUNDS = map(int, sys.argv[1:5])
URLS = [f"http://127.0.0.1:{PORT}/{i}.txt" for i in range(FILES)]


def save(folder, i, data):
    with open(os.path.join(folder, f"file_{i}.txt"), "wb") as out:
        out.write(data)


def with_urllib(folder):
    def one(i):
        with urllib.request.urlopen(URLS[i]) as answer:
            save(folder, i, answer.read())

    with ThreadPoolExecutor(WIDTH) as pool:
        list(pool.map(one, range(FILES)))


def with_requests(folder):
    import requests

    local = threading.local()

    def one(i):
        if not hasattr(local, "session"):
            local.session = requests.Session()
        save(folder, i, local.session.get(URLS[i]).content)

    with ThreadPoolExecutor(WIDTH) as pool:
        list(pool.map(one, range(FILES)))


def with_aiohttp(folder):
    import aiohttp

    async def every():
        gate = asyncio.Semaphore(WIDTH)
        async with aiohttp.ClientSession() as session:

            async def one(i):
                async with gate, session.get(URLS[i]) as answer:
                    save(folder, i, await answer.read())

            await asyncio.gather(*map(one, range(FILES)))

    asyncio.run(every())


def measure(way):
    seconds = []
    for _ in range(ROUNDS):
        folder = tempfile.mkdtemp()
        started = time.perf_counter()
        way(folder)
        seconds.append(time.perf_counter() - started)
        shutil.rmtree(folder)
    return statistics.median(seconds)


results = {}
for name, way in (("urllib", with_urllib), ("requests", with_requests), ("aiohttp", with_aiohttp)):
    try:
        results[name] = measure(way)
    except ImportError:
        pass
print(json.dumps(results))
