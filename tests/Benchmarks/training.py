"""The course's network as a PyTorch tutorial writes it, or tuned with channels-last. Prints images per second."""
import sys
import time

import torch
from torch import nn

layout, threads, images_per_epoch, warm_up = sys.argv[1], *map(int, sys.argv[2:5])
torch.set_num_threads(threads)
torch.manual_seed(1)
images = torch.rand(images_per_epoch, 1, 28, 28)
labels = torch.randint(10, (images_per_epoch,))
model = nn.Sequential(
    nn.Conv2d(1, 24, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(24, 36, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
    nn.Flatten(), nn.Linear(36 * 7 * 7, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, 10))
if layout == "channels-last":
    model = model.to(memory_format=torch.channels_last)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
loss = nn.CrossEntropyLoss()


def train(count):
    order = torch.randperm(images_per_epoch)[:count]
    for start in range(0, count, 256):
        rows = order[start:start + 256]
        x, y = images[rows], labels[rows]
        if layout == "channels-last":
            # With one channel .to(memory_format=…) changes nothing, since the strides fit both layouts.
            x = x.as_strided(x.shape, (784, 1, 28, 1))
        optimizer.zero_grad()
        loss(model(x), y).backward()
        optimizer.step()


train(warm_up)
begin = time.perf_counter()
train(images_per_epoch)
print(images_per_epoch / (time.perf_counter() - begin))
