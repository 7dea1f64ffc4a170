// Draws the report from the JSON in #data.

const kViews = {
  full: "whole picture", mirrored: "mirrored", trimmed: "bars removed",
  trimmed_mirrored: "bars removed, mirrored", inner: "picture within the picture",
  inner_mirrored: "picture within the picture, mirrored", centre: "middle of the picture",
  centre_mirrored: "middle of the picture, mirrored",
  part: "a part of the picture",
};
const kRules = {
  threshold: "the score reached the threshold",
  reference_limit: "the reference may cause no more than this",
  listed_account: "the account is on the list that people review",
  breaker: "the reference fired on many streams at once, so people decide",
  observe: "observing only: nothing is enforced",
};
const kVerdicts = {takedown: "Takedown", review: "Needs review", allow: "Allowed"};
const kDecisions = {takedown: "taken down", review: "sent to review", allow: "allowed"};
const kStrength = {takedown: 2, review: 1, allow: 0};

const report = JSON.parse(document.getElementById("data").textContent);
const thresholds = report.thresholds;

const range = ([begin, end]) => `${clock(begin)} to ${clock(end)}`;
const named = (reference) => reference.label || reference.id;
const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

// The verdict that people care about: with --observe, what it would have been.
const meant = (data) => data.would_be || data.verdict;

// Events of one case, joined with the matches that belong to it.
function casesOf(input) {
  const cases = new Map();
  for (const event of input.events) {
    const data = event.data;
    const one = cases.get(data.case) || {input, number: data.case, events: [], matches: []};
    one.events.push(event);
    cases.set(data.case, one);
  }
  for (const one of cases.values()) {
    one.matches = input.matches.filter((match) => match.case === one.number);
    one.strongest = one.events.map((event) => event.data)
      .reduce((best, data) => (kStrength[meant(data)] > kStrength[meant(best)] ? data : best));
    one.latest = one.events[one.events.length - 1].data;
    const parts = one.events.map((event) => event.data.query_interval).map((part) => [part.begin, part.end])
      .concat(one.matches.map((match) => match.query));
    one.query = [Math.min(...parts.map((part) => part[0])), Math.max(...parts.map((part) => part[1]))];
    one.score = Math.max(...one.events.map((event) => event.data.score), ...one.matches.map((match) => match.score));
  }
  return [...cases.values()];
}

function facts(pairs) {
  const list = element("dl", {class: "facts"});
  for (const [name, ...value] of pairs) {
    if (value.some((part) => part)) list.append(element("dt", {}, name), element("dd", {}, ...value));
  }
  return list;
}

function badgeOf(data) {
  return data.would_be ? `Observed only: would be ${kDecisions[data.would_be]}` : kVerdicts[data.verdict];
}

function certainty(score) {
  const times = (limit) => (score / limit).toFixed(1);
  if (score >= thresholds.takedown) {
    return `Evidence ${score.toFixed(1)}, ${times(thresholds.takedown)} times the takedown threshold. ` +
      `Unrelated video is expected to reach that threshold at most ` +
      `${report.per_million_hours.takedown.toLocaleString("en")} times in a million hours of streams.`;
  }
  return `Evidence ${score.toFixed(1)}, ${times(thresholds.review)} times the review threshold and below the ` +
    `takedown threshold. Unrelated video is expected to reach the review threshold at most ` +
    `${report.per_million_hours.review.toLocaleString("en")} times in a million hours of streams.`;
}

function howShown(one) {
  const views = new Set();
  for (const event of one.events) for (const view of event.data.views) views.add(kViews[view.query]);
  const speed = one.latest.speed;
  const percent = Math.round(Math.abs(speed - 1) * 100);
  if (percent >= 1) views.add(`played ${percent} % ${speed > 1 ? "faster" : "slower"}`);
  return [...views].join("; ");
}

// "Sent to review at 0:16.0, then taken down at 0:18.0"
function decisions(one) {
  const steps = one.events.map((event) => event.data).filter((data) => data.step !== "closed").map((data) =>
    `${data.would_be ? "would be " : ""}${kDecisions[meant(data)]} at ${clock(data.decided_at)}`).join(", then ");
  return steps && ` ${steps[0].toUpperCase()}${steps.slice(1)}.`;
}

function finding(one) {
  const data = one.strongest;
  const reference = data.reference;
  const open = one.latest.step !== "closed";
  return element("article", {class: `finding ${meant(data)}`},
    element("span", {class: "badge"}, badgeOf(data)),
    element("h2", {}, "Stream ", element("bdi", {}, one.input.stream), open ? " is showing " : " showed ",
            "“", element("bdi", {}, named(reference)), "”"),
    element("p", {}, `On air from ${range(one.query)} of the stream (${lasting(one.query[1] - one.query[0])})` +
      `${open ? ", and still on air when the report was made" : ""}.${decisions(one)}`),
    scoreMeter(one.score, thresholds),
    element("p", {}, certainty(one.score)),
    facts([
      ["Why this verdict", kRules[data.rule] || data.rule],
      ["Grounds", element("bdi", {}, reference.grounds || "none given")],
      ["Notice", reference.notice && element("bdi", {}, reference.notice)],
      ["Account", element("bdi", {}, one.input.account || "not known")],
      ["How it was shown", howShown(one)],
      ["Reference", element("bdi", {}, reference.id)],
      ["Case", `${one.number} of this stream`],
    ]));
}

function header(cases) {
  const worst = cases.length ? meant(cases[0].strongest) : "allow";
  const watched = report.inputs.map((input) => `${input.stream} (${clock(input.watched, false)})`);
  const problems = report.inputs.reduce((sum, input) => sum + input.problems.length + input.problems_left_out, 0);
  const titles = {
    takedown: "A known video is in this stream", review: "A person needs to look at this stream",
    allow: cases.length ? "A known video was found and is allowed" : "No known video was found",
  };
  const title = report.inputs.length > 1 ? titles[worst].replace("this stream", "these streams") : titles[worst];
  return element("header", {},
    element("h1", {}, title),
    element("p", {class: "quiet"}, "Watched ", element("bdi", {}, watched.join(", ")),
            `. Report made ${report.made.slice(0, 19).replace("T", " ")} UTC.`),
    problems ? element("p", {}, element("strong", {}, `${plural(problems, "part")} could not be used in full; `),
                       "they are listed with their stream, and what they showed is not known.") : null);
}

function matchTable(input) {
  const rows = element("tbody");
  for (const match of input.matches) {
    const cells = [
      ["", element("bdi", {}, named(match.reference))], ["time", range(match.query)], ["time", range(match.interval)],
      ["time", lasting(match.query[1] - match.query[0])], ["time", `${match.speed.toFixed(2)} ×`],
      ["time", match.score.toFixed(1)], ["time", String(match.frames)],
      ["time", match.ended ? "ended" : "still on air"],
    ];
    rows.append(element("tr", {}, ...cells.map(([style, content]) => element("td", {class: style}, content))));
  }
  const titles = ["Reference", "In the stream", "In the reference", "Length", "Speed", "Score", "Frames", "State"];
  return element("div", {class: "scroll"}, element("table", {},
    element("caption", {}, "Every part of the stream that matches, in minutes and seconds"),
    element("thead", {}, element("tr", {}, ...titles.map((title) => element("th", {scope: "col"}, title)))), rows));
}

function picture(data, alt) {
  return element("img", {src: `data:image/jpeg;base64,${data}`, alt});
}

function framePair(match, pair) {
  const stream = clock(pair.query), reference = clock(pair.reference);
  const button = element("button", {class: pair.reference_picture ? "pair" : "pair single", type: "button", "aria-pressed": "false",
    "aria-label": `Show the frames at ${stream} of the stream and ${reference} of the reference`},
    element("span", {class: "side"}, picture(pair.query_picture, `Stream at ${stream}`)),
    pair.reference_picture
      ? element("span", {class: "side"}, picture(pair.reference_picture, `Reference at ${reference}`))
      : element("span", {class: "side absent"}, `Reference at ${reference}`));
  button.addEventListener("click", () => reveal(button, button.getAttribute("aria-pressed") === "false"));
  const measure = pair.descriptor === "pdq"
    ? `${pair.distance} of 256 bits differ` : `distance ${pair.distance.toFixed(3)}`;
  return element("li", {}, button, element("div", {class: "pair-caption"},
    element("span", {}, `Stream ${stream}`), element("span", {}, `Reference ${reference}`),
    element("span", {class: "detail"}, `${kViews[pair.query_view]}; ${measure}`)));
}

function reveal(button, shown) { button.setAttribute("aria-pressed", String(shown)); }

function pictures(input) {
  const section = element("section", {"aria-label": "Frames side by side"});
  const shown = input.matches.filter((match) => match.pairs.length);
  if (!shown.length) return section;
  const all = element("button", {class: "all", type: "button", "aria-pressed": "false"}, "Show all pictures");
  all.addEventListener("click", () => {
    const show = all.getAttribute("aria-pressed") === "false";
    reveal(all, show);
    all.textContent = show ? "Blur all pictures" : "Show all pictures";
    for (const pair of section.querySelectorAll(".pair")) reveal(pair, show);
  });
  section.append(element("h3", {}, "Frames side by side"), element("div", {class: "warning"},
    element("span", {}, element("strong", {}, "These pictures may be disturbing. "),
            "They stay blurred until you select them."), all));
  for (const match of shown) {
    section.append(element("p", {}, element("bdi", {}, named(match.reference)), `, stream ${range(match.query)}: `,
      `${match.pairs.length} of the ${match.frames} frames that matched`));
    if (match.no_reference_picture) {
      section.append(element("p", {class: "quiet"}, "Reference pictures are missing: ",
                             element("bdi", {}, match.no_reference_picture), "."));
    }
    section.append(element("ul", {class: "pairs"}, ...match.pairs.map((pair) => framePair(match, pair))));
  }
  return section;
}

function problemTable(input) {
  const rows = input.problems.map(({at, text}) =>
    element("tr", {}, element("td", {class: "time"}, clock(at)), element("td", {}, element("bdi", {}, text))));
  const more = input.problems_left_out ? ` and ${input.problems_left_out} more` : "";
  return element("div", {}, element("h3", {}, "Parts that could not be used in full"), element("table", {},
    element("caption", {}, `${plural(input.problems.length, "part")}${more}, by time in the stream`),
    element("tbody", {}, ...rows)));
}

function eventData(input) {
  return element("details", {},
    element("summary", {}, `Event data of this stream (${plural(input.events.length, "event")}, JSON)`),
    element("pre", {tabindex: "0"}, input.events.map((event) => JSON.stringify(event, null, 2)).join("\n")));
}

function inputSection(input, cases) {
  const verdicts = new Map(cases.map((one) => [one.number, meant(one.strongest)]));
  const tones = (match) => verdicts.get(match.case) || "allow";
  const section = element("section", {"aria-label": `Stream ${input.stream}`},
    element("h2", {}, "Stream ", element("bdi", {}, input.stream)),
    element("p", {class: "quiet"}, "Read from ", element("bdi", {}, input.input), `, ${clock(input.watched)} long`));
  if (input.matches.length) {
    const drawn = timeline(input, tones);
    section.append(element("h3", {}, "Where the stream matches the reference"),
      drawn.zoomed ? element("p", {class: "quiet"}, `Shows ${range([drawn.from, drawn.to])} of ` +
        `${clock(input.watched)}; the score below covers all of it.`) : "",
      element("div", {class: "scroll"}, drawn.svg), matchTable(input));
    if (input.matches_left_out) {
      section.append(element("p", {}, `${plural(input.matches_left_out, "further update")} of matches did not fit ` +
        "into this page; the events have them."));
    }
  }
  const scores = scoreChart(input, thresholds, tones);
  section.append(element("h3", {}, "Score over time"),
    element("p", {class: "quiet"}, `How much evidence there was that the stream showed a reference. Highest: ` +
      `${scores.highest.toFixed(1)}${scores.cut ? ", cut off in the chart" : ""}.` +
      `${input.problems.length ? " Triangles mark parts that could not be used in full." : ""}`),
    element("div", {class: "scroll"}, scores.svg), pictures(input));
  if (input.problems.length) section.append(problemTable(input));
  if (input.events.length) section.append(eventData(input));
  return section;
}

function footer() {
  const versions = report.versions;
  return element("footer", {}, element("h2", {}, "How this was made"),
    facts([["Software", versions.software],
           ["Descriptor", [versions.model, versions.precision].filter((part) => part).join(", ")],
           ["Calibration", versions.calibration], ["Index version", String(versions.index)]]),
    element("p", {}, "To repeat it:"), element("code", {class: "command"}, report.command));
}

const perInput = report.inputs.map((input) => ({input, cases: casesOf(input)}));
const cases = perInput.flatMap((one) => one.cases).sort((a, b) =>
  kStrength[meant(b.strongest)] - kStrength[meant(a.strongest)] || a.query[0] - b.query[0]);
document.getElementById("report").append(header(cases), ...cases.map(finding),
  ...perInput.map((one) => inputSection(one.input, one.cases)), footer());
