"""Goes on training the course's network in PyTorch, in several processes on one machine or on many.

torchrun --nproc_per_node=2 docs/train_distributed.py DATA IN OUT [EPOCHS]

DATA: a folder with the four files of MNIST. IN: model.safetensors, as notebook 06 saved it. OUT: where the trained weights go,
in the same format, for Weights.Load in C#. EPOCHS: 1 unless given. Needs PyTorch and nothing else.

Debian 12 brings PyTorch 1.13 with Python 3.11, and there torchrun stops with "'NoneType' object has no attribute 'get'";
with the options --redirects=2 --tee=1 before the script's name it runs.
"""
import gzip
import json
import os
import sys
from collections import OrderedDict

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, DistributedSampler, TensorDataset

BATCH = 256  # of all processes together, as in the course


def read_idx(folder, images, labels):
    """IDX files: a short header, then a byte for each pixel, and for each label."""
    x = bytearray(gzip.open(os.path.join(folder, images)).read()[16:])
    y = bytearray(gzip.open(os.path.join(folder, labels)).read()[8:])
    return torch.frombuffer(x, dtype=torch.uint8).reshape(-1, 1, 28, 28) / 255, torch.frombuffer(y, dtype=torch.uint8).long()


def create_model():
    """The network of notebook 03, with its names."""
    return nn.Sequential(OrderedDict(
        block1_conv1=nn.Conv2d(1, 24, 3, padding=1), block1_relu=nn.ReLU(), block1_pool=nn.MaxPool2d(2),
        block2_conv1=nn.Conv2d(24, 36, 3, padding=1), block2_relu=nn.ReLU(), block2_pool=nn.MaxPool2d(2),
        flatten=nn.Flatten(), fc1=nn.Linear(36 * 7 * 7, 128), fc1_relu=nn.ReLU(),
        dropout=nn.Dropout(0.5), predictions=nn.Linear(128, 10)))


def load(model, path):
    """safetensors: the header's length, the header in JSON, the numbers."""
    file = bytearray(open(path, "rb").read())
    begin = 8 + int.from_bytes(file[:8], "little")
    header, data = json.loads(file[8:begin]), file[begin:]
    header.pop("__metadata__", None)
    model.load_state_dict({name: torch.frombuffer(data[slice(*t["data_offsets"])], dtype=torch.float32).reshape(t["shape"]) for name, t in header.items()})


def save(model, path):
    """The same the other way round."""
    header, data = {}, b""
    for name, tensor in model.state_dict().items():
        content = tensor.cpu().contiguous().numpy().tobytes()
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(content)]}
        data += content
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text + data)


def accuracy(model, x, y):
    model.eval()
    with torch.no_grad():
        right = sum((model(images).argmax(1) == labels).sum().item() for images, labels in zip(x.split(1000), y.split(1000)))
    model.train()
    return right / len(y)


def main(folder, source, target, epochs=1):
    gpu = torch.cuda.is_available()
    dist.init_process_group("nccl" if gpu else "gloo")  # torchrun has told each process who the others are
    rank, processes = dist.get_rank(), dist.get_world_size()
    device = torch.device("cuda", int(os.environ["LOCAL_RANK"])) if gpu else torch.device("cpu")

    train = TensorDataset(*read_idx(folder, "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"))
    test_x, test_y = (t.to(device) for t in read_idx(folder, "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"))
    model = create_model().to(device)
    load(model, source)
    torch.manual_seed(rank)  # each process drops out other values

    shared = DistributedDataParallel(model)  # averages the gradients of all processes in every step
    sampler = DistributedSampler(train, seed=1)  # gives each process images of its own
    batches = DataLoader(train, batch_size=BATCH // processes, sampler=sampler)
    optimizer = torch.optim.Adam(shared.parameters(), lr=1e-3)
    if rank == 0:
        print(f"{processes} processes, {len(sampler):,} of {len(train):,} images each; accuracy at first {accuracy(model, test_x, test_y):.2%}")

    for epoch in range(epochs):
        sampler.set_epoch(epoch)  # or every epoch would have the same order
        for images, labels in batches:
            optimizer.zero_grad()
            nn.functional.cross_entropy(shared(images.to(device)), labels.to(device)).backward()
            optimizer.step()
        if rank == 0:
            print(f"Epoch {epoch + 1}: accuracy {accuracy(model, test_x, test_y):.2%}")

    if rank == 0:
        save(model, target)
    dist.barrier()
    dist.destroy_process_group()


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    main(*sys.argv[1:4], *(int(epochs) for epochs in sys.argv[4:]))
