"""What PIL 9.4 and torchvision 0.14 make of images of a formula; run with: python3 resize.py > resize.json

A pixel of channel c at (y, x) is (y * 37 + x * 101 + c * 53 + (x * y) % 29 * 7) % 256, 16-bit pixels 257 times that plus c, floats that / 255.
"""
import hashlib
import json
import numpy as np
import torch
from PIL import Image
from torchvision import transforms


def image(h, w, c):
    y, x, k = np.mgrid[0:h, 0:w, 0:c]
    return (y * 37 + x * 101 + k * 53 + (x * y) % 29 * 7) % 256


cases = []
for h, w, c, to in [(23, 31, 3, (16, 20)), (50, 37, 3, (21, 16)), (9, 7, 3, (16, 13)), (40, 40, 1, (33, 17)), (24, 24, 1, (24, 12)), (333, 500, 3, (64, 96))]:
    data = image(h, w, c)
    pil = Image.fromarray(data.astype(np.uint8) if c == 3 else data[:, :, 0].astype(np.uint8))
    out = np.asarray(pil.resize((to[1], to[0]), Image.BILINEAR))
    case = {"kind": "uint8", "shape": [h, w, c], "to": to}
    if out.size > 2000:
        case["sha256"] = hashlib.sha256(out.tobytes()).hexdigest()
    else:
        case["pixels"] = out.ravel().tolist()
    cases.append(case)
for h, w, to in [(23, 31, (16, 20)), (9, 7, (16, 13))]:
    wide = (image(h, w, 1)[:, :, 0] * 257).astype(np.float32)
    out = np.asarray(Image.fromarray(wide, "F").resize((to[1], to[0]), Image.BILINEAR))
    cases.append({"kind": "uint16", "shape": [h, w, 1], "to": to, "pixels": [float(v) for v in out.ravel()]})
    unit = (image(h, w, 1)[:, :, 0] / 255).astype(np.float32)
    out = np.asarray(Image.fromarray(unit, "F").resize((to[1], to[0]), Image.BILINEAR))
    cases.append({"kind": "float32", "shape": [h, w, 1], "to": to, "pixels": [float(v) for v in out.ravel()]})

mean, std = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
whole = []
for h, w, resize, crop in [(47, 61, 32, 28), (61, 47, 32, 27), (20, 33, 32, 32), (333, 500, 256, 224)]:
    pipeline = transforms.Compose([transforms.Resize(resize), transforms.CenterCrop(crop), transforms.ToTensor(), transforms.Normalize(mean, std)])
    out = pipeline(Image.fromarray(image(h, w, 3).astype(np.uint8))).numpy().astype(np.float32)
    whole.append({"shape": [h, w, 3], "resize": resize, "crop": crop, "sha256": hashlib.sha256(out.tobytes()).hexdigest(),
                  "first": [float(v) for v in out.ravel()[:8]], "sum": float(out.astype(np.float64).sum())})
grey = np.asarray(Image.fromarray(image(11, 13, 3).astype(np.uint8)).convert("L"))
logits = torch.tensor([[2.0, -1.0, 0.5, 8.0], [-1000.0, 0.0, 1000.0, 999.0]], dtype=torch.float64)
print(json.dumps({"made": "python3 resize.py, PIL 9.4.0, torchvision 0.14.1, torch 1.13.0", "resized": cases, "prepared": whole,
                  "grey": grey.ravel().tolist(), "softmax": torch.softmax(logits, 1).numpy().tolist()}))
