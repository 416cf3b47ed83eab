// Plays a list of times over the drawing: how many cases stand at which step, and the flows they take. The list itself is the
// source, so that who has no script, or looks at no drawing, reads the same.
const PACE = 1000; // milliseconds from one move to the next at the usual speed

const words = (text) => text.split(" ").filter(Boolean);

function read(control) {
  const moves = [...document.querySelectorAll(`[data-moves="${control.dataset.replay}"] > [data-move]`)];
  const standing = new Map(words(control.dataset.standing).map((one) => {
    const [element, count] = one.split(":");
    return [element, Number(count)];
  }));
  return { moves, standing };
}

// Where everybody stands after so many moves. Short lists: counted anew each time, so that going back is as easy as going on.
function countAfter(moves, standing, count) {
  const found = new Map(standing);
  for (const move of moves.slice(0, count)) {
    for (const element of words(move.dataset.left)) found.set(element, (found.get(element) ?? 0) - 1);
    for (const element of words(move.dataset.entered)) found.set(element, (found.get(element) ?? 0) + 1);
  }
  return found;
}

function paint({ canvas, registry, overlays, follow }) {
  let marked = [], shown = [];
  const flows = new Map(registry.filter((one) => one.waypoints && one.businessObject?.sourceRef).map(
    (one) => [`${one.businessObject.sourceRef.id}>${one.businessObject.targetRef.id}`, one.id],
  ));
  const mark = (id, name) => {
    if (!registry.get(id)) return;
    canvas.addMarker(id, name);
    marked.push([id, name]);
  };
  return (standing, move, before) => {
    for (const [id, name] of marked) canvas.removeMarker(id, name);
    for (const id of shown) overlays.remove(id);
    marked = [];
    shown = [];
    for (const earlier of before) for (const element of words(earlier.dataset.passed)) mark(element, "replay-done");
    for (const [element, count] of standing) {
      if (count < 1 || !registry.get(element)) continue;
      mark(element, "replay-here");
      const badge = document.createElement("div");
      badge.className = "heat-now";
      badge.textContent = count;
      shown.push(overlays.add(element, { position: { top: -10, right: 14 }, html: badge }));
    }
    if (!move) return;
    for (const flow of words(move.dataset.flows)) if (flows.has(flow)) mark(flows.get(flow), "replay-flow");
    for (const element of words(move.dataset.passed)) mark(element, "replay-passed");
    const arrived = words(move.dataset.entered).length ? move.dataset.entered : move.dataset.passed;
    follow(words(arrived).map((id) => registry.get(id)).filter(Boolean).slice(0, 1));
  };
}

async function offer(control) {
  const { moves, standing } = read(control);
  if (!moves.length) return;
  const box = document.getElementById(control.dataset.replay);
  const show = paint(await box.drawn);
  const slider = control.querySelector("[data-replay-slider]"), said = control.querySelector("[data-replay-words]");
  const play = control.querySelector('[data-replay-act="play"]'), speed = control.querySelector("[data-replay-speed]");
  // One case has a way behind it; of many cases only what happens now is shown.
  const isCase = control.closest("details") !== null;
  let timer = 0;

  function go(to) {
    const at = Math.min(Math.max(to, 0), moves.length), move = moves[at - 1];
    slider.value = at;
    const sentence = move ? `${move.dataset.at}: ${move.querySelector(".move-words").textContent.trim()}` : "Sebelum gerak pertama";
    slider.setAttribute("aria-valuetext", sentence);
    said.textContent = `${at} dari ${moves.length}. ${sentence}`;
    for (const other of moves) other.toggleAttribute("data-now", other === move);
    box.classList.add("is-replayed");
    show(countAfter(moves, standing, at), move, isCase ? moves.slice(0, at) : []);
    if (at === moves.length) pause();
  }

  function pause() {
    clearInterval(timer);
    timer = 0;
    play.textContent = "Putar";
    play.setAttribute("aria-pressed", "false");
    said.setAttribute("aria-live", "polite");
  }

  function start() {
    if (Number(slider.value) >= moves.length) go(0);
    timer = setInterval(() => go(Number(slider.value) + 1), PACE / Number(speed.value));
    play.textContent = "Jeda";
    play.setAttribute("aria-pressed", "true");
    said.setAttribute("aria-live", "off"); // a screen reader is not told each move of a film
  }

  const acts = {
    back: () => { pause(); go(Number(slider.value) - 1); },
    forward: () => { pause(); go(Number(slider.value) + 1); },
    play: () => (timer ? pause() : start()),
  };
  slider.max = moves.length;
  slider.addEventListener("input", () => { pause(); go(Number(slider.value)); });
  speed.addEventListener("change", () => { if (timer) { pause(); start(); } });
  control.addEventListener("click", (event) => acts[event.target.dataset.replayAct]?.());
  control.hidden = false;
  // A case is drawn as it stands until somebody wants to see how it came there; a day begins at its beginning.
  if (isCase) {
    slider.value = moves.length;
    said.textContent = "Geser atau tekan Putar.";
  } else go(0);
}

for (const control of document.querySelectorAll("[data-replay]")) offer(control).catch(() => {});
