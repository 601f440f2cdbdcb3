#!/usr/bin/env python3
"""Classes of photographs by a network of the shape of ResNet-18, the way Python programs have it.

Reads jobs from standard input, one JSON object a line, and answers each with one line of JSON. The ways:

  make    COUNT JPEG photographs of several sizes into FOLDER (random colours, enlarged and sharpened with noise; quality 90)
  folder  seconds for all of FOLDER through a DataLoader (PIL, torchvision's arithmetic) and the network, batch by batch
  tensor  seconds for COUNT prepared images, batch by batch

Normalisation is folded into the convolutions, as in the network that onnxruntime runs beside it.
"""

import json
import os
import sys
from time import perf_counter

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, Dataset

MEAN = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)
STD = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)
SIZES = [(375, 500), (500, 375), (480, 640)]


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.a = nn.Conv2d(inputs, outputs, 3, stride, 1)
        self.b = nn.Conv2d(outputs, outputs, 3, 1, 1)
        same = stride == 1 and inputs == outputs
        self.skip = nn.Identity() if same else nn.Conv2d(inputs, outputs, 1, stride)

    def forward(self, x):
        return torch.relu(self.b(torch.relu(self.a(x))) + self.skip(x))


def resnet18():
    layers = [nn.Conv2d(3, 64, 7, 2, 3), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
    inputs = 64
    for outputs, stride in ((64, 1), (128, 2), (256, 2), (512, 2)):
        layers += [Block(inputs, outputs, stride), Block(outputs, outputs, 1)]
        inputs = outputs
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 1000)).eval()


class Photographs(Dataset):
    def __init__(self, folder):
        self.paths = sorted(os.path.join(folder, name) for name in os.listdir(folder))

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, i):
        image = Image.open(self.paths[i]).convert("RGB")
        w, h = image.size
        short = min(w, h)
        w, h = int(256 * w / short), int(256 * h / short)
        image = image.resize((w, h), Image.BILINEAR)
        top, left = round((h - 224) / 2), round((w - 224) / 2)
        pixels = torch.from_numpy(np.array(image.crop((left, top, left + 224, top + 224))))
        return (pixels.permute(2, 0, 1).contiguous().float().div(255) - MEAN) / STD


def make(job):
    draw = np.random.default_rng(1)
    for i in range(job["count"]):
        h, w = SIZES[i % len(SIZES)]
        small = Image.fromarray(draw.integers(0, 255, (h // 12, w // 12, 3), dtype=np.uint8))
        pixels = np.asarray(small.resize((w, h), Image.BICUBIC)).astype(np.int16)
        noisy = np.clip(pixels + draw.normal(0, 6, pixels.shape), 0, 255).astype(np.uint8)
        Image.fromarray(noisy).save(os.path.join(job["folder"], f"{i:05}.jpg"), quality=90)
    return {"made": job["count"]}


network = resnet18()


def folder(job):
    torch.set_num_threads(job["threads"])
    start = perf_counter()
    loader = DataLoader(Photographs(job["folder"]), batch_size=job["batch"], num_workers=job["workers"])
    with torch.inference_mode():
        for batch in loader:
            torch.softmax(network(batch), 1).topk(5)
    return {"seconds": perf_counter() - start}


def tensor(job):
    torch.set_num_threads(job["threads"])
    batch = torch.rand(job["batch"], 3, 224, 224)
    start = perf_counter()
    with torch.inference_mode():
        for _ in range(job["count"] // job["batch"]):
            network(batch)
    return {"seconds": perf_counter() - start}


WAYS = {"make": make, "folder": folder, "tensor": tensor}

for line in sys.stdin:
    job = json.loads(line)
    print(json.dumps(WAYS[job["way"]](job)), flush=True)
