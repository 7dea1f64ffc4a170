import unittest

import numpy as np

from regions import WHOLE, grid, overlap, pooling_matrix


class Regions(unittest.TestCase):
    def test_a_grid_touches_the_edges_and_is_evenly_spread(self):
        self.assertEqual(grid(3, 1, .5, 1), ((0, 0, .5, 1), (.25, 0, .75, 1), (.5, 0, 1, 1)))

    def test_overlap_is_intersection_over_union(self):
        np.testing.assert_allclose(overlap((0, 0, .5, 1), [WHOLE, (0, 0, .5, 1), (.25, 0, .75, 1), (.6, 0, 1, 1)]), [.5, 1, 1 / 3, 0])

    def test_cells_cut_by_a_regions_edge_count_in_part(self):
        weights = pooling_matrix([WHOLE, (0, 0, .375, 1)], 1, 4)
        np.testing.assert_allclose(weights, [[.25, .25, .25, .25], [2 / 3, 1 / 3, 0, 0]], rtol=1e-6)

    def test_pooling_equals_the_mean_over_the_regions_pixels(self):
        cells = np.random.default_rng(1).random((5, 7))
        fine = np.kron(cells, np.ones((12, 12)))
        box = (1 / 6, 1 / 4, 5 / 6, 3 / 4)  # falls on the fine grid's lines
        mean = fine[15:45, 14:70].mean()
        self.assertAlmostEqual(float(pooling_matrix([box], 5, 7)[0] @ cells.ravel()), mean, places=5)


if __name__ == "__main__":
    unittest.main()
