import unittest

import numpy as np
import torch
import torch.nn.functional as F

import geometry


def render(source, corners, box, size):
    grid, mask = geometry.sampling_grid(corners[None], np.asarray(box, float)[None], *size)
    return F.grid_sample(source[None], grid, align_corners=False, padding_mode="border")[0], mask


class Geometry(unittest.TestCase):
    def setUp(self):
        self.source = torch.from_numpy(np.random.default_rng(3).random((3, 24, 36))).float()

    def test_the_whole_window_in_the_whole_view_is_the_picture(self):
        view, mask = render(self.source, geometry.CORNERS, geometry.WHOLE, (24, 36))
        torch.testing.assert_close(view, self.source, atol=1e-4, rtol=0)
        self.assertTrue(bool((mask == 1).all()))

    def test_mirror_and_quarter_turn_are_exact(self):
        mirrored, _ = render(self.source, geometry.mirrored(geometry.CORNERS), geometry.WHOLE, (24, 36))
        torch.testing.assert_close(mirrored, self.source.flip(2), atol=1e-4, rtol=0)
        turned, _ = render(self.source, geometry.quarter_turned(geometry.CORNERS, 1), geometry.WHOLE, (36, 24))
        torch.testing.assert_close(turned, self.source.rot90(-1, (1, 2)), atol=1e-4, rtol=0)

    def test_a_box_of_the_view_shows_the_picture_and_is_found_in_the_mask(self):
        view, mask = render(self.source, geometry.CORNERS, (.25, .5, .75, 1), (48, 72))
        torch.testing.assert_close(view[:, 24:, 18:54], self.source, atol=1e-4, rtol=0)
        np.testing.assert_allclose(geometry.shown_box(mask), [[.25, .5, .75, 1]])

    def test_a_homography_maps_the_squares_corners_to_the_given_ones(self):
        corners = geometry.perspective(np.random.default_rng(5), geometry.CORNERS, .3)
        mapped = np.concatenate([geometry.CORNERS, np.ones((4, 1))], 1) @ geometry.homographies(corners[None])[0].T
        np.testing.assert_allclose(mapped[:, :2] / mapped[:, 2:], corners, atol=1e-9)

    def test_what_is_seen_is_clipped_to_the_picture(self):
        corners = geometry.CORNERS * 2 - .5
        np.testing.assert_allclose(geometry.seen_box(corners[None]), [[0, 0, 1, 1]])


if __name__ == "__main__":
    unittest.main()
