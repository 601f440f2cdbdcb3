"""The mean of an array with NumPy, in one of several ways, and what it costs in memory: memory.py JOB FILE, one line of JSON."""
import json
import re
import sys
import time

import numpy as np

job, path = sys.argv[1:]
CHUNK = 2**22


def status(name):
    text = open('/proc/self/status').read()
    return int(re.search(rf'^{name}:\s+(\d+) kB', text, re.M)[1]) / 1024


started = time.perf_counter()
held, mean, name = [], 0.0, 'nothing, as a floor'
if job == 'copy':
    a = np.load(path)
    held = [a, a.copy()]
    mean, name = held[1].mean(dtype='f8'), 'whole, and a copy of it'
elif job == 'view':
    a = np.load(path)
    held = [a, a[:]]
    mean, name = held[1].mean(dtype='f8'), 'whole, and a view of it'
elif job == 'mapped':
    held = [np.load(path, mmap_mode='r')]
    mean, name = held[0].mean(dtype='f8'), 'mapped'
elif job == 'chunks':
    m = np.load(path, mmap_mode='r')
    count, offset, dtype = m.size, m.offset, m.dtype
    del m
    total = 0.0
    with open(path, 'rb') as file:
        file.seek(offset)
        for first in range(0, count, CHUNK):
            total += np.fromfile(file, dtype, min(CHUNK, count - first)).sum(dtype='f8')
    mean, name = total / count, 'chunks of 4 Mi numbers'
seconds = time.perf_counter() - started
print(json.dumps({
    'job': name, 'seconds': seconds, 'mean': float(mean),
    'peak': status('VmHWM'), 'own': status('RssAnon'), 'mapped': status('RssFile'),
}))
