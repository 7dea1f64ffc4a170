#!/usr/bin/env bash
# Makes models/background-pdq.txt: PDQ hashes of pictures that unrelated videos share. All are drawn here, by FFmpeg's own
# sources, so that the set can be made again and shared freely. A reference frame near one of them carries no evidence.
#
#   models/make-background.sh build/release/src/staydown
#
# Pictures of PDQ quality below 50 (plain fills, slopes) are left out: they are generic by their quality alone. Needs ffmpeg
# with drawtext and the DejaVu fonts (Debian: ffmpeg, fonts-dejavu-core).
set -euo pipefail
staydown=$(realpath "${1:?give the path of the staydown program}")
out=$(realpath "$(dirname "$0")")/background-pdq.txt
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
names=()

# card NAME SOURCE[,FILTERS]: draws one picture.
card() {
  ffmpeg -nostdin -hide_banner -loglevel error -f lavfi -i "$2,scale=640:360:flags=area,format=yuv420p" -frames:v 1 \
    "$work/$(printf %05d ${#names[@]}).png"
  names+=("$1")
}

# text SIZE COLOUR TEXT [X] [Y]: a drawtext filter; SIZE is a divisor of the height.
text() {
  local escaped=${3//:/\\:}
  printf "drawtext=font='DejaVu Sans':text='%s':fontcolor=%s:fontsize=h/%s:x=%s:y=%s" \
    "$escaped" "$2" "$1" "${4:-(w-tw)/2}" "${5:-(h-th)/2}"
}
fill() { printf 'color=%s:s=640x360' "$1"; }

for source in smptebars smptehdbars pal75bars pal100bars rgbtestsrc yuvtestsrc colorchart colorspectrum; do
  card "$source" "$source"
done
for size in 640x360 640x480 360x640; do
  for at in 0 1 3 7; do
    card "testsrc-$size-$at" "testsrc=s=$size,trim=start=$at,setpts=PTS-STARTPTS"
    card "testsrc2-$size-$at" "testsrc2=s=$size,trim=start=$at,setpts=PTS-STARTPTS"
  done
done
for type in linear radial circular spiral; do
  for colours in black:white navy:orange red:blue; do
    card "gradient-$type-$colours" \
      "gradients=s=640x360:type=$type:nb_colors=2:c0=${colours%:*}:c1=${colours#*:}:x0=0:y0=0:x1=640:y1=360"
  done
done
for cells in 4 8 16; do
  card "checkerboard-$cells" "$(fill black),geq=lum='255*mod(floor(X*$cells/W)+floor(Y*$cells/W),2)':cb=128:cr=128"
  card "columns-$cells" "$(fill black),geq=lum='255*mod(floor(X*$cells/W),2)':cb=128:cr=128"
  card "rows-$cells" "$(fill black),geq=lum='255*mod(floor(Y*$cells/H),2)':cb=128:cr=128"
  card "grid-$cells" "$(fill black),drawgrid=w=iw/$cells:h=iw/$cells:t=4:c=white"
done

titles=("STARTING SOON" "STREAM STARTING SOON" "BE RIGHT BACK" "BRB" "OFFLINE" "STREAM OFFLINE" "THE END" "INTERMISSION"
  "TECHNICAL DIFFICULTIES" "PLEASE STAND BY" "THANKS FOR WATCHING" "COMING SOON" "LIVE" "BREAKING NEWS" "NO SIGNAL"
  "CONTENT WARNING" "VIEWER DISCRETION ADVISED" "GRAPHIC CONTENT" "Loading..." "Connecting..." "Video unavailable"
  "SUBSCRIBE" "TO BE CONTINUED" "Please wait")
for title in "${titles[@]}"; do
  for size in 10 6; do
    card "title-$title-$size-light" "$(fill black),$(text $size white "$title")"
    card "title-$title-$size-dark" "$(fill white),$(text $size black "$title")"
  done
done
for title in "STARTING SOON" "BE RIGHT BACK" "TECHNICAL DIFFICULTIES" "BREAKING NEWS"; do
  card "upper-$title" "$(fill midnightblue),$(text 8 white "$title" '(w-tw)/2' 'h/5')"
  card "lower-$title" "$(fill midnightblue),drawbox=y=ih*0.75:w=iw:h=ih*0.17:c=crimson:t=fill,$(text 10 white "$title" 'w/20' 'h*0.79')"
  card "boxed-$title" "$(fill purple),drawbox=x=iw*0.15:y=ih*0.35:w=iw*0.7:h=ih*0.3:c=white:t=6,$(text 8 white "$title")"
done

for number in 1 2 3 4 5 6 7 8 9 10; do
  card "countdown-$number" "$(fill black),$(text 2 white $number)"
  card "leader-$number" "$(fill gray),drawbox=x=iw/2-2:w=4:h=ih:c=black:t=fill,drawbox=y=ih/2-2:w=iw:h=4:c=black:t=fill,$(text 2 black $number)"
done
for clock in 10:00 05:00 04:59 03:00 01:00 00:30 00:10 00:00; do
  card "clock-$clock" "$(fill black),$(text 4 white "$clock")"
  card "clock-starting-$clock" "$(fill indigo),$(text 8 white 'STARTING SOON' '(w-tw)/2' 'h/4'),$(text 4 white "$clock" '(w-tw)/2' 'h/2')"
done

# Lobbies, menus and players: flat boxes where such screens have them.
bar="drawbox=w=iw:h=ih*0.12:c=0x303848:t=fill"
for columns in 2 3 4 5; do
  for rows in 1 2 3; do
    tiles=
    for ((row = 0; row < rows; row++)); do
      for ((column = 0; column < columns; column++)); do
        tiles+=",drawbox=x=iw*(0.04+0.94*$column/$columns):y=ih*(0.18+0.78*$row/$rows):w=iw*(0.94/$columns-0.03):h=ih*(0.78/$rows-0.05):c=0x5870a0:t=fill"
      done
    done
    card "lobby-$columns-$rows" "$(fill 0x101828),$bar$tiles"
    card "lobby-light-$columns-$rows" "$(fill 0xf0f0f0),$bar$tiles"
  done
done
for rows in 4 6 9; do
  list=
  for ((row = 0; row < rows; row++)); do
    list+=",drawbox=x=iw*0.08:y=ih*(0.16+0.82*$row/$rows):w=iw*0.05:h=ih*(0.5/$rows):c=gray:t=fill"
    list+=",drawbox=x=iw*0.16:y=ih*(0.17+0.82*$row/$rows):w=iw*$((45 + row * 7 % 30))/100:h=ih*(0.3/$rows):c=0x606060:t=fill"
  done
  card "feed-$rows" "$(fill white),$bar$list"
  card "feed-dark-$rows" "$(fill 0x181818),$bar$list"
done
card player-paused "$(fill black),drawbox=x=iw*0.44:y=ih*0.38:w=iw*0.04:h=ih*0.24:c=white:t=fill,drawbox=x=iw*0.52:y=ih*0.38:w=iw*0.04:h=ih*0.24:c=white:t=fill"
card player-bar "$(fill black),drawbox=x=iw*0.03:y=ih*0.92:w=iw*0.94:h=ih*0.015:c=gray:t=fill,drawbox=x=iw*0.03:y=ih*0.92:w=iw*0.3:h=ih*0.015:c=red:t=fill"
for letter in A J M S; do
  card "camera-off-$letter" "$(fill 0x202124),drawbox=x=iw*0.4:y=ih*0.33:w=iw*0.2:h=ih*0.35:c=teal:t=fill,$(text 5 white $letter)"
done

# One second a picture; a bank drops those that are like the one before.
ffmpeg -nostdin -hide_banner -loglevel error -framerate 1 -i "$work/%05d.png" -c:v libx264 -qp 0 -g 1 "$work/cards.mkv"
"$staydown" reference add "$work/cards.mkv" --bank "$work/bank.db" --id cards --force >"$work/log"
"$staydown" reference export cards --bank "$work/bank.db" >"$work/cards.txt"
{
  echo "# PDQ hashes of pictures that unrelated videos share, each with its name. Written by models/make-background.sh."
  while IFS=, read -r _ quality hash time; do
    [ "$quality" -lt 50 ] || echo "$hash ${names[${time%.*}]}"
  done <"$work/cards.txt"
} >"$out"
echo "$out: $(grep -vc '^#' "$out") of ${#names[@]} pictures"
