# mypy: ignore-errors
"""Train 30-16-1 with PyTorch."""

import sys

import numpy as np
import torch
from torch import nn

data = np.load(sys.argv[1])
x, y = torch.from_numpy(data["x"]), torch.from_numpy(data["y"])
model = nn.Sequential(nn.Linear(x.shape[1], 16), nn.ReLU(), nn.Linear(16, 1))
optimizer = torch.optim.Adam(model.parameters(), 1e-3, fused=True)
loss_function = nn.BCEWithLogitsLoss()
for _ in range(int(sys.argv[2])):
    order = torch.randperm(len(x))
    losses = []
    for xs, ys in zip(x[order].split(32), y[order].split(32), strict=True):
        optimizer.zero_grad()
        loss = loss_function(model(xs), ys)
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
print(float(torch.stack(losses).mean()))
