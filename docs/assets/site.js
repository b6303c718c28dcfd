// The widgets: each takes the numbers that its page carries, and moves the table that is shown without JavaScript away.

const WIDGETS = { pooling, freezing, "loss-weights": lossWeights };

for (const place of document.querySelectorAll("[data-widget]")) {
  const data = JSON.parse(place.querySelector("script").textContent);
  const table = place.querySelector("table");
  const whole = element("details", { className: "whole" }, element("summary", {}, "All measurements as a table"));
  const result = element("div", { className: "result" });
  result.setAttribute("aria-live", "polite");
  const controls = element("div", { className: "controls" });
  const show = WIDGETS[place.dataset.widget](data, controls);
  const update = () => result.replaceChildren(...show());
  controls.addEventListener("input", update);
  update();
  // Material wraps tables: take the wrapper along.
  const wrapped = table.closest(".md-typeset__scrollwrap") ?? table;
  place.prepend(controls, result, whole);
  whole.append(wrapped);
}

function pooling({ sentences, matrices }, controls) {
  const choice = radios(controls, "Pooling", ["mean", "max", "CLS"]);
  const padding = checkbox(controls, "Count the padding too", false);
  return () => {
    // The CLS token is the first one: padding, which comes last, cannot reach it.
    padding.disabled = choice() === "CLS";
    const counted = padding.checked && !padding.disabled;
    const matrix = matrices[choice() + (counted ? ", padding counted" : "")];
    const names = sentences.map((_, i) => `S${i + 1}`);
    const rows = matrix.map((row, i) => [names[i], ...row.map(heat)]);
    const [alike, other] = [matrix[0][2], matrix[0][5]].map((value) => value.toFixed(2));
    return [
      tableOf(["", ...names], rows, "Cosine similarity of six sentences"),
      element("p", {}, `S1 and S3 mean the same: ${alike}. S1 and S6 do not: ${other}.`),
      element("ol", { className: "sentences" }, ...sentences.map((text) => element("li", {}, text))),
    ];
  };
}

function freezing(choices, controls) {
  const backbone = checkbox(controls, "Transformer trains", false);
  const headA = checkbox(controls, "Head A trains", true);
  const headB = checkbox(controls, "Head B trains", true);
  return () => {
    const chosen = choices.filter(
      (c) => c.backbone === backbone.checked && c.head_a === headA.checked && c.head_b === headB.checked,
    );
    const { trainable, seconds, memory } = chosen[0];
    const facts = [
      ["Trainable parameters", trainable],
      ["Seconds per epoch", seconds],
      ["Memory for training, MiB", memory],
    ];
    const rows = chosen.map((c) => [c.rate, c.taskA, c.taskB]);
    return [
      tableOf(["", "measured"], facts, "What it costs"),
      tableOf(["learning rate", "task A", "task B"], rows, "Accuracy on unseen words"),
    ];
  };
}

function lossWeights(points, controls) {
  const slider = element("input", { type: "range", min: 0, max: points.length - 1, value: points.length >> 1 });
  controls.append(element("label", {}, "Weight of task A ", slider));
  return () => {
    const { alpha, beta, ...measured } = points[slider.value];
    const weights = `alpha ${alpha}, beta ${beta}`;
    slider.setAttribute("aria-valuetext", weights);
    const rows = ["taskA", "taskB"].map((task) => [
      `Task ${task.at(-1)}`,
      measured[task],
      bar(task, measured.shares[task]),
      measured[`${task}_loss`],
    ]);
    return [
      element("p", {}, element("strong", {}, weights)),
      tableOf(["", "accuracy", "", "loss"], rows, "On unseen words, after six epochs"),
    ];
  };
}

function bar(task, share) {
  const filled = element("span", { className: `bar ${task}` });
  filled.style.width = `${100 * share}%`;
  return element("span", { className: "track" }, filled);
}

function heat(value) {
  const text = value.toFixed(2).replace(/^-(0\.0+)$/, "$1"); // no minus before nothing
  const cell = element("span", { className: "heat" }, text);
  cell.style.setProperty("--heat", `${Math.round(55 * Math.max(0, value))}%`);
  return cell;
}

function radios(controls, legend, names) {
  const group = `choice-${legend.toLowerCase()}`;
  const inputs = names.map((name, i) =>
    element("input", { type: "radio", name: group, value: name, defaultChecked: i === 0 }),
  );
  const labels = inputs.map((input) => element("label", {}, input, ` ${input.value}`));
  controls.append(element("fieldset", {}, element("legend", {}, legend), ...labels));
  return () => inputs.find((input) => input.checked).value;
}

function checkbox(controls, words, checked) {
  const input = element("input", { type: "checkbox", defaultChecked: checked });
  controls.append(element("label", {}, input, ` ${words}`));
  return input;
}

function tableOf(headings, rows, caption) {
  const head = headings.map((text) =>
    text ? element("th", { scope: "col" }, text) : element("td", {}),
  );
  const body = rows.map(([first, ...others]) =>
    element("tr", {}, element("th", { scope: "row" }, first), ...others.map((item) => element("td", {}, item))),
  );
  return element(
    "table",
    {},
    element("caption", {}, caption),
    element("thead", {}, element("tr", {}, ...head)),
    element("tbody", {}, ...body),
  );
}

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

// What scrolls sideways on a narrow screen must be reachable by keyboard; Material wraps the tables after the page is read.
addEventListener("load", () => {
  for (const wide of document.querySelectorAll(".md-typeset__scrollwrap, .drawing")) wide.tabIndex = 0;
});

// Paper is white: what is printed has the colours of the light scheme.
addEventListener("beforeprint", () => {
  const { mdColorScheme } = document.body.dataset;
  document.body.dataset.mdColorScheme = "default";
  addEventListener("afterprint", () => Object.assign(document.body.dataset, { mdColorScheme }), { once: true });
});
