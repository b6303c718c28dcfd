// Pictures that move: each adds controls to what stands in the page, and shows one moment of it. Nothing starts by itself.
// `element`, `radios` and `tableOf` are site.js's.
(() => {
  "use strict";

  const PICTURES = { stepper, "embedding-map": embeddingMap, "training-curves": trainingCurves, gradients };
  const PAUSE = 700; // milliseconds from one moment to the next

  for (const place of document.querySelectorAll("[data-moving]")) {
    const data = JSON.parse(place.querySelector("script").textContent);
    const controls = element("div", { className: "controls" });
    place.prepend(controls);
    place.classList.add("live");
    const show = PICTURES[place.dataset.moving](data, place.querySelector(".stage"), controls);
    controls.addEventListener("input", show);
    show();
  }

  function stepper({ pieces, mask, tokens, dimension, ...vectors }, stage, controls) {
    const steps = [...stage.querySelectorAll(".steps > li")];
    stage.querySelector(".steps").setAttribute("aria-live", "polite");
    const strips = [...stage.querySelectorAll(".strip svg")];
    const marks = strips.map((strip) => strip.appendChild(drawn("rect", { class: "mark", width: 1, height: 1 })));
    const cells = [...stage.querySelectorAll("td.number")];
    const rows = [...tokens, vectors.mean, vectors.max, vectors.normed, vectors.unit]; // from top to bottom
    const step = slider(controls, "Step", 1, steps.length, 1);
    const next = element("button", { type: "button" }, "Next");
    next.addEventListener("click", () => move(step, Number(step.value) % steps.length + 1));
    controls.append(next);
    const number = slider(controls, "Number", 1, vectors.mean.length, dimension);
    return () => {
      const at = Number(step.value);
      say(step, at, `${at} of ${steps.length}: ${steps[at - 1].querySelector("strong").textContent}`);
      next.textContent = at === steps.length ? "Again" : "Next";
      steps.forEach((item, i) => (item.hidden = i !== at - 1));
      for (const part of stage.querySelectorAll("[data-from]")) part.classList.toggle("later", part.dataset.from > at);
      const slot = number.value - 1;
      const winner = tokens.findIndex((token, i) => mask[i] && token[slot] === vectors.max[slot]);
      number.disabled = at < 3; // no number is drawn before
      const facts = `mean ${written(vectors.mean[slot])}, maximum ${written(vectors.max[slot])} of “${pieces[winner]}”`;
      say(number, number.value, `${number.value}: ${facts}`);
      stage.querySelector(".dimension").textContent = number.value;
      marks.forEach((mark) => mark.setAttribute("x", slot));
      cells.forEach((cell, i) => {
        cell.textContent = written(rows[i][slot]);
        cell.classList.toggle("largest", at > 3 && i === winner);
      });
    };
  }

  function embeddingMap({ classes, settings }, stage, controls) {
    const [wide, high] = [440, 320];
    const setting = radios(controls, "Training", Object.keys(settings));
    const [{ sentences, labels, points }] = Object.values(settings);
    const epoch = slider(controls, "Epoch", 0, points.length - 1, 0);
    player(controls, epoch);
    const sentence = slider(controls, "Sentence", 1, sentences.length, 1);
    const sheet = drawn("svg", { class: "diagram map", viewBox: `0 0 ${wide} ${high}`, "aria-hidden": true });
    const way = sheet.appendChild(drawn("polyline", { class: "way" }));
    const marks = labels.map(([a, b]) => sheet.appendChild(drawn("circle", { class: `topic${a} mood${b}`, r: 5 })));
    const ring = sheet.appendChild(drawn("circle", { class: "chosen", r: 9 }));
    const told = element("p", { className: "told" });
    told.setAttribute("aria-live", "polite");
    const measured = element("p", { className: "measured" });
    stage.append(sheet, element("div", { className: "readout" }, told, measured));
    let places = [];
    const point = (event) => {
      const box = sheet.getBoundingClientRect();
      const [x, y] = [event.clientX - box.left, event.clientY - box.top].map((at) => (at * wide) / box.width);
      const far = places.map(([left, top]) => Math.hypot(left - x, top - y));
      move(sentence, far.indexOf(Math.min(...far)) + 1);
    };
    sheet.addEventListener("pointermove", point);
    sheet.addEventListener("pointerdown", point);
    return () => {
      const shown = settings[setting()];
      const reach = 1.08 * Math.max(...shown.points.flat(2).map(Math.abs));
      const scale = Math.min(wide, high) / (2 * reach);
      const place = ([x, y]) => [wide / 2 + scale * x, high / 2 - scale * y];
      const [at, chosen] = [Number(epoch.value), sentence.value - 1];
      places = shown.points[at].map(place);
      [...marks, ring].forEach((mark, i) => {
        const [x, y] = places[i] ?? places[chosen];
        mark.style.transform = `translate(${x}px, ${y}px)`;
      });
      way.setAttribute("points", shown.points.slice(0, at + 1).map((moment) => place(moment[chosen])).join(" "));
      const kind = labels[chosen].map((label, task) => classes[task][label].toLowerCase()).join(", ");
      told.textContent = `“${sentences[chosen]}” ${kind}`;
      const [one, two] = shown.cosines[at];
      measured.textContent = `Mean cosine: ${one} for two sentences of one kind, ${two} for two of different kinds.`;
      say(epoch, at, `epoch ${at}: ${measured.textContent}`);
      say(sentence, sentence.value, told.textContent);
    };
  }

  function trainingCurves(rates, stage, controls) {
    const panels = [...stage.querySelectorAll(".panel")].map(scrubbed);
    const [any] = Object.values(rates);
    const epoch = slider(controls, "Epoch", 0, any.length - 1, 0);
    player(controls, epoch);
    const readout = element("div", { className: "readout" });
    stage.append(readout);
    return () => {
      const at = Number(epoch.value);
      panels.forEach((show) => show(at));
      const rows = Object.entries(rates).flatMap(([rate, epochs]) => {
        const now = epochs[at]; // accuracy of A and of B, then loss of A and of B: new and training sentences each
        return ["A", "B"].map((task, i) => [`${rate}, task ${task}`, ...now.slice(2 * i, 2 * i + 2), ...now.slice(4 + 2 * i, 6 + 2 * i)]);
      });
      const headings = ["", "accuracy, new", "training", "loss, new", "training"];
      const table = tableOf(headings, rows, at ? `After epoch ${at}` : "Before training");
      table.className = "numbers";
      readout.replaceChildren(table);
      const facts = Object.entries(rates).map(([rate, epochs]) => `${rate}, task A ${epochs[at][0]}, task B ${epochs[at][2]}`);
      say(epoch, at, `epoch ${at}; accuracy on new sentences at ${facts.join("; at ")}`);
    };
  }

  function gradients({ every, settings }, stage, controls) {
    const panels = [...stage.querySelectorAll(".panel")].map(scrubbed);
    const words = [...stage.querySelectorAll(".told")];
    const arrows = [...stage.querySelectorAll(".arrow")];
    const step = slider(controls, "Step", 0, settings[0].length - 1, 0);
    player(controls, step);
    return () => {
      const at = Number(step.value);
      panels.forEach((show) => show(at));
      const now = settings.map((states) => states[at]);
      now.flatMap((state) => state.arrows).forEach(([angle, length], i) => {
        arrows[i].style.setProperty("--angle", `${-angle}deg`); // a positive angle of the style sheet turns with the clock
        arrows[i].style.setProperty("--length", length);
      });
      now.forEach((state, i) => (words[i].textContent = state.words));
      const number = every * at + 1;
      say(step, number, `step ${number}; backbone frozen, ${now[0].words}; backbone trained, ${now[1].words}`);
    };
  }

  // A panel's curves up to one moment, its cursor there, and a dot on each curve.
  function scrubbed(panel) {
    const cursor = panel.querySelector(".cursor");
    const lines = [...panel.querySelectorAll(".curve")].map((whole) => {
      const past = whole.cloneNode();
      past.classList.add("past");
      const here = drawn("circle", { class: `${whole.getAttribute("class")} here`.replace("curve", ""), r: 4 });
      panel.append(past, here);
      return { whole, past, here, points: [...whole.points].map(({ x, y }) => [x, y]) };
    });
    return (at) => {
      for (const { past, here, points } of lines) {
        past.setAttribute("points", points.slice(0, at + 1).join(" "));
        here.setAttribute("cx", points[at][0]);
        here.setAttribute("cy", points[at][1]);
      }
      cursor.setAttribute("x1", lines[0].points[at][0]);
      cursor.setAttribute("x2", lines[0].points[at][0]);
    };
  }

  function slider(controls, words, min, max, value) {
    const input = element("input", { type: "range", min, max });
    input.value = value;
    controls.append(element("label", {}, element("span", {}, words), input, element("output", {})));
    return input;
  }

  // What a slider's value means: a word beside it, and a sentence for whoever does not see the picture.
  function say(slider, word, sentence) {
    slider.nextElementSibling.textContent = word;
    slider.setAttribute("aria-valuetext", sentence);
  }

  function move(slider, value) {
    slider.value = value;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function player(controls, slider) {
    const button = element("button", { type: "button" }, "Play");
    let timer;
    const stop = () => {
      timer = clearInterval(timer);
      button.textContent = "Play";
    };
    const step = () => (slider.value === slider.max ? stop() : move(slider, Number(slider.value) + 1));
    button.addEventListener("click", () => {
      if (timer) return stop();
      if (slider.value === slider.max) move(slider, slider.min);
      timer = setInterval(step, PAUSE);
      button.textContent = "Pause";
    });
    slider.addEventListener("input", (event) => event.isTrusted && stop()); // whoever takes the slider has it
    controls.append(button);
  }

  function drawn(name, attributes) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  }

  function written(value) {
    return value.toFixed(2).replace(/^-(0\.0+)$/, "$1").replace("-", "−"); // no minus before nothing
  }
})();
