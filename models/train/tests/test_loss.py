import math
import unittest

import torch

import loss


class Loss(unittest.TestCase):
    def test_forbidden_negatives_do_not_count_and_the_positive_always_does(self):
        similarity = torch.tensor([[.5, .9, .1]])
        allowed = torch.tensor([[False, False, True]])
        expected = math.log(1 + math.exp((.1 - .5) / loss.TEMPERATURE))
        self.assertAlmostEqual(float(loss.info_nce(similarity, torch.tensor([0]), allowed)), expected, places=5)

    def test_the_smooth_maximum_is_near_the_maximum(self):
        similarity = torch.tensor([[[.1, .4], [.8, .2]]])
        torch.testing.assert_close(loss.best_region(similarity), torch.tensor([[.8, .4]]), atol=1e-3, rtol=0)

    def test_koleo_falls_as_the_nearest_neighbour_moves_away(self):
        near, far = torch.tensor([[1.0, 0], [.8, .6]]), torch.tensor([[1.0, 0], [-1, 0]])
        others = ~torch.eye(2, dtype=torch.bool)
        self.assertGreater(float(loss.koleo(near, others)), float(loss.koleo(far, others)))

    def test_a_query_whose_region_is_its_reference_costs_less(self):
        torch.manual_seed(0)
        unit = lambda *shape: torch.nn.functional.normalize(torch.randn(*shape), dim=-1)
        query, reference = unit(4, 3, 16), unit(4, 3, 16)
        allowed = ~torch.eye(4, dtype=torch.bool)
        region, part = torch.tensor([1, 1, 2, 0]), torch.tensor([0, 2, 1, 0])
        counts = torch.tensor([False, True, True, False])
        apart = loss.contrastive(query, reference, allowed, region, part, counts)
        for i in range(4):
            query[i, region[i]] = reference[i, 0]
        together = loss.contrastive(query, reference, allowed, region, part, counts)
        self.assertLess(float(together["known"]), 0.2 * float(apart["known"]))
        self.assertLess(float(together["any"]), 0.2 * float(apart["any"]))


if __name__ == "__main__":
    unittest.main()
