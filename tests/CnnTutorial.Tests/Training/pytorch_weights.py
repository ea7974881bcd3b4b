"""Reads the course's weights into PyTorch and writes PyTorch's own, by the format's specification and without our code.

pytorch_weights.py IMAGES OURS OUR_LOGITS THEIRS THEIR_LOGITS
IMAGES: bytes of 28×28 images. OURS: a safetensors file to read; its logits go to OUR_LOGITS, as float32.
THEIRS: where to write the weights of a network that PyTorch made; its logits go to THEIR_LOGITS.
"""
import json
import struct
import sys

import numpy
import torch
from torch import nn

images_path, ours, our_logits, theirs, their_logits = sys.argv[1:6]
images = torch.from_numpy(numpy.fromfile(images_path, dtype=numpy.uint8).reshape(-1, 1, 28, 28).astype(numpy.float32) / 255)


def network():
    layers = [
        ("block1_conv1", nn.Conv2d(1, 24, 3, padding=1)), ("block1_relu", nn.ReLU()), ("block1_pool", nn.MaxPool2d(2)),
        ("block2_conv1", nn.Conv2d(24, 36, 3, padding=1)), ("block2_relu", nn.ReLU()), ("block2_pool", nn.MaxPool2d(2)),
        ("flatten", nn.Flatten()), ("fc1", nn.Linear(36 * 7 * 7, 128)), ("fc1_relu", nn.ReLU()),
        ("dropout", nn.Dropout(0.5)), ("predictions", nn.Linear(128, 10))]
    model = nn.Sequential()
    for name, layer in layers:
        model.add_module(name, layer)
    return model.eval()


def save_logits(model, path):
    with torch.no_grad():
        model(images).numpy().astype("<f4").tofile(path)


# Read.
with open(ours, "rb") as file:
    length, = struct.unpack("<Q", file.read(8))
    header = json.loads(file.read(length))
    data = file.read()
assert header.pop("__metadata__")["format"] == "pt"
tensors = {}
for name, entry in header.items():
    assert entry["dtype"] == "F32", entry
    begin, end = entry["data_offsets"]
    tensors[name] = torch.from_numpy(numpy.frombuffer(data[begin:end], dtype="<f4").reshape(entry["shape"]).copy())
model = network()
model.load_state_dict(tensors, strict=True)
save_logits(model, our_logits)

# Write, the names in an order of our own, and with spaces before the tensors.
torch.manual_seed(5)
model = network()
save_logits(model, their_logits)
header, data = {}, b""
for name, tensor in sorted(model.state_dict().items(), reverse=True):
    content = tensor.numpy().astype("<f4").tobytes()
    header[name] = {"data_offsets": [len(data), len(data) + len(content)], "shape": list(tensor.shape), "dtype": "F32"}
    data += content
text = json.dumps(header, indent=1).encode() + b"   "
with open(theirs, "wb") as file:
    file.write(struct.pack("<Q", len(text)) + text + data)
