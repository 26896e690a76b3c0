"""Which optimizer moves which weight, and that both go on from a checkpoint."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.train

import torch  # noqa: E402

from vlm_driving.training.optimizer import Learner, Optimizers  # noqa: E402


class Net(torch.nn.Module):
    """A convolution, a linear layer, and an output tied to an embedding."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.conv = torch.nn.Conv2d(3, 4, 3)
        self.norm = torch.nn.BatchNorm2d(4)
        self.linear = torch.nn.Linear(4, 8)
        self.embedding = torch.nn.Embedding(5, 8)
        self.out = torch.nn.Linear(8, 5, bias=False)
        self.out.weight = self.embedding.weight
        self.to(memory_format=torch.channels_last)

    def forward(self, x: Any) -> Any:
        return self.out(self.linear(self.norm(self.conv(x)).mean((2, 3))))


def loss_of(net: Any, step: int) -> Any:
    x = torch.randn(6, 3, 5, 5, generator=torch.Generator().manual_seed(step))
    goal = torch.tensor([0, 1, 2, 3, 4, 0])
    return torch.nn.functional.cross_entropy(net(x), goal)


def train(net: Any, optimizers: Optimizers, steps: range) -> None:
    for step in steps:
        optimizers.zero_grad()
        loss_of(net, step).backward()
        optimizers.step(0.01)


def groups(optimizers: Optimizers, name: str) -> list[tuple[int, ...]]:
    state = optimizers.state_dict()[name]
    return sorted(tuple(state["state"][i]["momentum_buffer"].shape) for i in state["state"])


def test_matrices_within_a_net_go_to_muon_and_tied_outputs_do_not() -> None:
    net = Net()
    optimizers = Optimizers([Learner(net)], weight_decay=0.0)
    train(net, optimizers, range(1))
    assert groups(optimizers, "muon") == [(4, 27), (8, 4)]


def test_layers_that_give_outputs_stay_with_adamw() -> None:
    net = Net()
    optimizers = Optimizers([Learner(net, inner=False)], weight_decay=0.0)
    train(net, optimizers, range(1))
    assert list(optimizers.state_dict()) == ["adamw"]


def test_every_weight_moves_and_the_loss_falls() -> None:
    net = Net()
    before = {name: p.detach().clone() for name, p in net.named_parameters()}
    first = float(loss_of(net, 1).detach())
    train(net, Optimizers([Learner(net)], weight_decay=0.0), range(60))
    for name, parameter in net.named_parameters():
        assert not torch.equal(before[name], parameter), name
    assert float(loss_of(net, 1).detach()) < first


def test_a_step_of_muon_is_as_long_as_its_share_says() -> None:
    """An orthogonal step of shape (8, 4) has a root mean square of 0.2 * rate * share, about."""
    for share in (1.0, 0.5):
        net = Net()
        before = net.linear.weight.detach().clone()
        train(net, Optimizers([Learner(net, share)], weight_decay=0.0), range(1))
        moved = (net.linear.weight.detach() - before).square().mean().sqrt()
        assert float(moved) == pytest.approx(0.2 * 0.01 * share * 2.5, rel=0.35)


def test_both_go_on_from_their_state() -> None:
    straight, broken = Net(), Net()
    train(straight, Optimizers([Learner(straight)], 0.02), range(6))
    first = Optimizers([Learner(broken)], 0.02)
    train(broken, first, range(3))
    second = Optimizers([Learner(broken)], 0.02)
    second.load_state_dict(first.state_dict())
    train(broken, second, range(3, 6))
    for expected, resumed in zip(straight.parameters(), broken.parameters(), strict=True):
        assert torch.equal(expected, resumed)


def test_a_convolution_in_another_layout_is_refused() -> None:
    net = Net().to(memory_format=torch.contiguous_format)
    with pytest.raises(ValueError, match=r"\(4, 3, 3, 3\) is not channels-last"):
        Optimizers([Learner(net)], weight_decay=0.0)
