"""Three edits at once, as uploaders stack them."""

from edits import bars, colour, degradation, geometry, inner, overlays, screen, timing, transcodes
from edits.edit import combination

EDITS = (
    combination("letterbox_logo_grey", bars.LETTERBOX, overlays.LOGO, colour.GREY),
    combination("mirror_banner_faster", geometry.MIRROR, overlays.BANNER, timing.FASTER),
    combination("crop_text_bitrate", geometry.CROP, overlays.TEXT, transcodes.BITRATE),
    combination("filmed_glare_bands", screen.FILMED, screen.GLARE, screen.BANDS),
    combination("corner_scoreboard_loss", inner.CORNER, overlays.SCOREBOARD, transcodes.PACKET_LOSS),
    combination("vertical_emojis_slower", geometry.VERTICAL, overlays.EMOJIS, timing.SLOWER),
    combination("rotation_gamma_cuts", geometry.ROTATION, colour.GAMMA, timing.CUTS),
    combination("zoom_tint_noise", geometry.ZOOM, colour.TINT, degradation.NOISE),
)
