// Recall questions: this remembers, in the reader's browser alone, which answers were chosen, and says how it went.
// Without it the answers are folds all the same.

const NAME = "two-heads.recall"; // answers by their keys, in the order in which they were chosen
const KEPT = "What you choose is kept in this browser, and nowhere else.";
const LOST = "This browser keeps nothing: what you choose is forgotten when you leave the page.";

let chosen = read();
const shows = [...document.querySelectorAll(".recall")].map(prepare);

function prepare(place) {
  const questions = [...place.querySelectorAll(".question")].map((one) => [...one.querySelectorAll(".answer")]);
  const answers = questions.flat();
  const status = make("span", { ariaLive: "polite" });
  const forget = make("button", { type: "button", className: "md-button", textContent: "Forget my answers" });
  const line = make("p", { className: "status" });
  line.append(status, ` ${keep() ? KEPT : LOST} `, forget);
  place.append(line);

  for (const answer of answers) {
    answer.open = isChosen(answer);
    answer.querySelector("summary").addEventListener("click", () => {
      if (!isChosen(answer)) change([...chosen, keyOf(answer)]);
    });
  }
  forget.addEventListener("click", () => {
    const mine = answers.map(keyOf);
    for (const answer of answers) answer.open = false;
    change(chosen.filter((key) => !mine.includes(key)));
  });

  const show = () => {
    for (const answer of answers) answer.classList.toggle("chosen", isChosen(answer));
    const { found, atOnce } = score(questions);
    status.textContent = `${found} of ${questions.length} answered, ${atOnce} at the first try.`;
    forget.disabled = !answers.some(isChosen);
  };
  show();
  return show;
}

function score(questions) {
  const count = { found: 0, atOnce: 0 };
  for (const answers of questions) {
    const keys = answers.map(keyOf);
    const tries = chosen.filter((key) => keys.includes(key));
    const right = keyOf(answers.find((answer) => answer.classList.contains("right")));
    count.found += tries.includes(right);
    count.atOnce += tries[0] === right;
  }
  return count;
}

function change(now) {
  chosen = now;
  keep();
  for (const show of shows) show();
}

function keyOf(answer) {
  return answer.dataset.key;
}

function isChosen(answer) {
  return chosen.includes(keyOf(answer));
}

function make(name, properties) {
  return Object.assign(document.createElement(name), properties);
}

// A browser may refuse to keep anything, or have something else under this name.
function read() {
  try {
    const kept = JSON.parse(localStorage.getItem(NAME));
    return Array.isArray(kept) ? kept : [];
  } catch {
    return [];
  }
}

function keep() {
  try {
    localStorage.setItem(NAME, JSON.stringify(chosen));
    return true;
  } catch {
    return false;
  }
}

// The same page may be open twice.
addEventListener("storage", (event) => {
  if (event.key !== NAME) return;
  chosen = read();
  for (const show of shows) show();
});

// Paper has no folds: every reason is printed, and what was closed is closed again.
let closed = [];
addEventListener("beforeprint", () => {
  closed = [...document.querySelectorAll(".recall .answer:not([open])")];
  for (const answer of closed) answer.open = true;
});
addEventListener("afterprint", () => {
  for (const answer of closed) answer.open = false;
});
