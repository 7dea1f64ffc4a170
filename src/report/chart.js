"use strict";
// Elements, times and charts. Text only ever becomes text nodes, so no label can become markup.

const kSecond = 1e6;

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children.filter((child) => child !== null));
  return made;
}

function shape(tag, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

// 75.25 s is "1:15.3"; axes leave the tenths out.
function clock(microseconds, tenths = true) {
  const unit = tenths ? kSecond / 10 : kSecond;
  const total = Math.round(microseconds / unit) * (tenths ? 0.1 : 1);
  const hours = Math.floor(total / 3600), minutes = Math.floor((total % 3600) / 60);
  const seconds = (total % 60).toFixed(tenths ? 1 : 0).padStart(tenths ? 4 : 2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${seconds}` : `${minutes}:${seconds}`;
}

function lasting(microseconds) {
  const seconds = microseconds / kSecond;
  return seconds < 120 ? `${seconds.toFixed(1)} s` : `${clock(microseconds, false)} min`;
}

// A picture with a text that says the same.
function chart(width, height, description) {
  return shape("svg", {viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": description});
}

// Maps [from, to] of time to [left, right] of pixels.
function scale(from, to, left, right) {
  const span = Math.max(to - from, 1);
  const at = (time) => left + ((Math.min(Math.max(time, from), to) - from) / span) * (right - left);
  return {at, from, to, left, right};
}

function ticks(axis) {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400];
  const span = (axis.to - axis.from) / kSecond;
  const step = (steps.find((one) => span / one <= 8) || 172800) * kSecond;
  const times = [];
  for (let time = Math.ceil(axis.from / step) * step; time <= axis.to; time += step) times.push(time);
  return times;
}

function drawTicks(svg, axis, y, below) {
  for (const time of ticks(axis)) {
    const x = axis.at(time);
    svg.append(
      shape("line", {class: "axis", x1: x, x2: x, y1: y, y2: y + (below ? 5 : -5)}),
      shape("text", {class: "quiet", x, y: below ? y + 18 : y - 9, "text-anchor": "middle"}, clock(time, false)));
  }
}

// Where `score` stands between nothing and the thresholds.
function scoreMeter(score, thresholds) {
  const top = Math.max(score, thresholds.takedown) * 1.15;
  const axis = scale(0, top, 0, 560);
  const svg = chart(560, 54, `Score ${score.toFixed(1)}; review from ${thresholds.review.toFixed(1)}, ` +
    `takedown from ${thresholds.takedown.toFixed(1)}`);
  svg.append(shape("rect", {class: "track", x: 0, y: 22, width: 560, height: 12, rx: 6}),
             shape("rect", {class: "fill", x: 0, y: 22, width: axis.at(score), height: 12, rx: 6}));
  for (const name of ["review", "takedown"]) {
    const x = axis.at(thresholds[name]);
    const first = name === "review";
    svg.append(shape("line", {stroke: "currentColor", "stroke-width": 2, x1: x, x2: x, y1: 17, y2: 39}),
               shape("text", {class: "quiet", x, y: first ? 12 : 53, "text-anchor": "middle"},
                     `${name} from ${thresholds[name].toFixed(1)}`));
  }
  return element("div", {class: "meter"}, svg);
}

// The part of the stream that the timeline shows: all of it, unless the matches would be specks.
function timelineWindow(input) {
  const begin = Math.min(...input.matches.map((match) => match.query[0]));
  const end = Math.max(...input.matches.map((match) => match.query[1]), begin + kSecond);
  const whole = Math.max(input.watched, end);
  if ((end - begin) * 8 > whole) return [0, whole];
  const margin = (end - begin) * 1.5;
  return [Math.max(0, begin - margin), Math.min(whole, end + margin)];
}

// The matches of each reference, by its id.
function byReference(matches) {
  const references = new Map();
  for (const match of matches) {
    const one = references.get(match.reference.id) || {...match.reference, matches: []};
    one.duration = Math.max(one.duration, match.interval[1]);
    one.matches.push(match);
    references.set(match.reference.id, one);
  }
  return [...references.values()];
}

// For each reference the stream above, the reference below, and a band from every matched part to
// its place.
function timeline(input, tones) {
  const kRow = 190, kStream = 42, kReference = 118, kBar = 22;
  const references = byReference(input.matches);
  const [from, to] = timelineWindow(input);
  const stream = scale(from, to, 4, 956);
  const svg = chart(960, references.length * kRow, `Timeline: ${input.matches.length} matched ` +
    `part(s) of stream ${input.stream} and their place in the reference; the table below has the times`);
  for (const [row, reference] of references.entries()) {
    const line = scale(0, reference.duration, 4, 956);
    const group = shape("g", {transform: `translate(0 ${row * kRow})`});
    group.append(
      shape("text", {x: 4, y: 14, "font-weight": 600}, `Stream ${input.stream}`),
      shape("rect", {class: "track", x: 4, y: kStream, width: 952, height: kBar, rx: 3}),
      shape("rect", {class: "track", x: 4, y: kReference, width: 952, height: kBar, rx: 3}),
      shape("text", {x: 4, y: kReference + 58, "font-weight": 600}, `Reference ${reference.label || reference.id}`));
    for (const match of reference.matches) {
      const a = stream.at(match.query[0]), b = Math.max(stream.at(match.query[1]), a + 3);
      const c = line.at(match.interval[0]), d = Math.max(line.at(match.interval[1]), c + 3);
      group.append(shape("g", {class: tones(match)},
        shape("path", {class: "shade", d: `M${a} ${kStream + kBar} H${b} L${d} ${kReference} H${c} Z`}),
        shape("rect", {class: "fill", x: a, y: kStream, width: b - a, height: kBar, rx: 2}),
        shape("rect", {class: "fill", x: c, y: kReference, width: d - c, height: kBar, rx: 2})));
    }
    drawTicks(group, stream, kStream - 2, false);
    drawTicks(group, line, kReference + kBar, true);
    svg.append(group);
  }
  return {svg, zoomed: from > 0 || to < input.watched, from, to};
}

// Scores far above the thresholds are cut, so that the thresholds stay readable.
function scoreChart(input, thresholds, tones) {
  const highest = Math.max(0, ...input.curve.map((point) => point[2]));
  const top = Math.max(thresholds.takedown * 1.3, Math.min(highest * 1.1, thresholds.takedown * 6), 1);
  const time = scale(0, Math.max(input.watched, 1), 44, 956);
  const bottom = 210;
  const height = (score) => bottom - (Math.min(score, top) / top) * 180;
  const svg = chart(960, 240, `Score over time: highest ${highest.toFixed(1)}, review from ` +
    `${thresholds.review.toFixed(1)}, takedown from ${thresholds.takedown.toFixed(1)}`);
  for (const match of input.matches) {
    const x = time.at(match.query[0]);
    svg.append(shape("g", {class: tones(match)}, shape("rect", {
      class: "shade", x, y: 30, width: Math.max(time.at(match.query[1]) - x, 2), height: bottom - 30})));
  }
  const line = [`M${time.left} ${bottom}`];
  for (const [begin, end, score] of input.curve) {
    line.push(`L${time.at(begin)} ${height(score)} L${time.at(end)} ${height(score)}`);
  }
  const path = line.join(" ");
  svg.append(shape("path", {class: "area", d: `${path} L${time.at(input.watched)} ${bottom} Z`}),
             shape("path", {class: "curve", d: path}),
             shape("line", {class: "axis", x1: 44, x2: 956, y1: bottom, y2: bottom}),
             shape("text", {class: "quiet", x: 38, y: bottom + 4, "text-anchor": "end"}, "0"),
             shape("text", {class: "quiet", x: 38, y: 34, "text-anchor": "end"}, top.toFixed(0)));
  for (const name of ["review", "takedown"]) {
    const y = height(thresholds[name]);
    svg.append(shape("g", {class: name}, shape("line", {class: "limit", x1: 44, x2: 956, y1: y, y2: y}),
      shape("text", {class: "limit-text", x: 50, y: name === "takedown" ? y - 5 : y + 15}, `${name} from ${thresholds[name].toFixed(1)}`)));
  }
  for (const problem of input.problems) {
    const x = time.at(problem.at);
    svg.append(shape("path", {class: "gap", d: `M${x} ${bottom} l-5 -9 h10 Z`}));
  }
  drawTicks(svg, time, bottom, true);
  return {svg, highest, cut: highest > top};
}
