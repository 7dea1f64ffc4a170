import unittest

import torch

from network import FrozenDepthwise, convolved, pointwise


class Network(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(0)
        self.x = torch.randn(2, 6, 8, 12, dtype=torch.double).contiguous(memory_format=torch.channels_last).requires_grad_()
        self.bias = torch.randn(6, dtype=torch.double, requires_grad=True)

    def gradients(self, output, *inputs):
        return torch.autograd.grad(output, inputs, torch.sin(torch.arange(output.numel(), dtype=torch.double)).view_as(output))

    def test_a_frozen_depthwise_convolution_has_pytorchs_values_and_gradients(self):
        for kernel, stride in ((3, 1), (5, 1), (3, 2), (5, 2)):
            with self.subTest(kernel=kernel, stride=stride):
                weight = torch.randn(6, 1, kernel, kernel, dtype=torch.double)
                got, want = FrozenDepthwise.apply(self.x, weight, self.bias, stride), convolved(self.x, weight, self.bias, stride, 6)
                torch.testing.assert_close(got, want)
                torch.testing.assert_close(self.gradients(got, self.x, self.bias), self.gradients(want, self.x, self.bias))

    def test_a_pointwise_convolution_is_a_convolution(self):
        weight = torch.randn(6, 6, 1, 1, dtype=torch.double, requires_grad=True)
        got, want = pointwise(self.x, weight, self.bias), convolved(self.x, weight, self.bias, 1, 1)
        torch.testing.assert_close(got, want)
        every = (self.x, weight, self.bias)
        torch.testing.assert_close(self.gradients(got, *every), self.gradients(want, *every))


if __name__ == "__main__":
    unittest.main()
