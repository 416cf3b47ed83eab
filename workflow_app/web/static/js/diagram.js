// Draws the process and marks done, current and late steps, and a step that was asked for. The library comes from a plain script before this one.
// A drawing that would be too small to read opens at the size of its letters, on the steps that wait.
const READABLE = 1; // letters of 11 and 12 px
const LARGEST = 3, STEP = 1.4, STRIDE = 80, MARGIN = 24;

async function draw(box) {
  const answer = await fetch(box.dataset.drawing);
  if (!answer.ok) throw new Error(String(answer.status));
  const viewer = new window.BpmnJS({ container: box });
  await viewer.importXML(await answer.text());
  const canvas = viewer.get("canvas"), registry = viewer.get("elementRegistry");
  for (const mark of ["done", "current", "late", "sought"]) {
    for (const id of listed(box, mark)) {
      if (registry.get(id)) canvas.addMarker(id, `is-${mark}`);
    }
  }
  const view = viewOf(canvas, placesOf(box, registry));
  if (hasSize(box)) view.open();
  offerTools(box, view);
  obeyKeys(box, view);
  obeyFingers(box, view);
  offerClauses(box, viewer);
  new ResizeObserver(() => {
    if (!hasSize(box)) return;
    canvas.resized();
    view.settle();
  }).observe(box);
  return { canvas, registry, overlays: viewer.get("overlays"), follow: view.follow };
}

// A frame that is folded away has none for a while: whatever is fitted into it then is no number any more.
const hasSize = (box) => box.clientWidth > 0 && box.clientHeight > 0;

const listed = (box, mark) => (box.dataset[mark] ?? "").split(" ").filter(Boolean);

// Where to look first: at the steps that wait or were asked for, else at the end that was reached, else at the beginning.
function placesOf(box, registry) {
  const waiting = [...listed(box, "sought"), ...listed(box, "current")].map((id) => registry.get(id)).filter(Boolean);
  if (waiting.length) return waiting.sort((a, b) => a.x - b.x || a.y - b.y);
  const ended = listed(box, "done").map((id) => registry.get(id)).filter((one) => one?.type === "bpmn:EndEvent");
  ended.sort((a, b) => a.x - b.x);
  return ended.length ? ended.slice(-1) : registry.filter((one) => one.type === "bpmn:StartEvent").slice(0, 1);
}

function viewOf(canvas, places) {
  let next = 0, isMoved = false;
  const moved = (act) => (...given) => { isMoved = true; act(...given); };
  const fit = () => canvas.zoom("fit-viewport", "auto");

  // So much of the drawing as the box shows at this scale, around this point, without empty space beside it.
  function look(x, y, scale) {
    const { outer, inner } = canvas.viewbox();
    const width = outer.width / scale, height = outer.height / scale;
    canvas.viewbox({
      x: kept(x - width / 2, width, inner.x, inner.width), y: kept(y - height / 2, height, inner.y, inner.height),
      width, height,
    });
  }

  // All that waits if it fits into the box, else one after the other.
  function goToPlace() {
    if (!places.length) return;
    const { outer, scale } = canvas.viewbox();
    const readable = Math.max(READABLE, scale);
    const all = around(places);
    const fits = all.width * readable < outer.width && all.height * readable < outer.height;
    const there = fits ? all : around([places[next++ % places.length]]);
    look(there.x + there.width / 2, there.y + there.height / 2, readable);
  }

  // Steps that somebody wants to follow, unless all of them are in sight already.
  function follow(shapes) {
    if (!shapes.length) return;
    const seen = canvas.viewbox(), wanted = around(shapes);
    const isInside = wanted.x >= seen.x && wanted.y >= seen.y
      && wanted.x + wanted.width <= seen.x + seen.width && wanted.y + wanted.height <= seen.y + seen.height;
    if (!isInside) look(wanted.x + wanted.width / 2, wanted.y + wanted.height / 2, seen.scale);
  }

  function open() {
    if (fit() < READABLE) goToPlace();
    next = 0;
  }

  return {
    open,
    settle: () => { if (!isMoved) open(); },
    fit: moved(fit),
    here: moved(goToPlace),
    follow: moved(follow),
    zoom: moved((factor, at) => {
      const wanted = canvas.zoom() * factor;
      const smallest = Math.min(...["width", "height"].map((side) => canvas.viewbox().outer[side] / canvas.viewbox().inner[side]), READABLE) / 2;
      canvas.zoom(Math.min(LARGEST, Math.max(smallest, wanted)), at);
    }),
    pan: moved((dx, dy) => canvas.scroll({ dx, dy })),
  };
}

function around(shapes) {
  const left = Math.min(...shapes.map((one) => one.x)), top = Math.min(...shapes.map((one) => one.y));
  const right = Math.max(...shapes.map((one) => one.x + one.width)), bottom = Math.max(...shapes.map((one) => one.y + one.height));
  return { x: left - MARGIN, y: top - MARGIN, width: right - left + 2 * MARGIN, height: bottom - top + 2 * MARGIN };
}

function kept(from, length, start, whole) {
  if (length >= whole + 2 * MARGIN) return start - (length - whole) / 2;
  return Math.min(Math.max(from, start - MARGIN), start + whole + MARGIN - length);
}

function offerTools(box, view) {
  const tools = box.parentElement.querySelector(`[data-drawing-tools="${box.id}"]`);
  tools.hidden = false;
  tools.addEventListener("click", (event) => {
    const wish = event.target.dataset.zoom;
    if (wish === "fit") view.fit();
    else if (wish === "here") view.here();
    else if (wish) view.zoom(wish === "in" ? STEP : 1 / STEP);
  });
}

const KEYS = {
  ArrowLeft: (view) => view.pan(STRIDE, 0), ArrowRight: (view) => view.pan(-STRIDE, 0),
  ArrowUp: (view) => view.pan(0, STRIDE), ArrowDown: (view) => view.pan(0, -STRIDE),
  "+": (view) => view.zoom(STEP), "=": (view) => view.zoom(STEP), "-": (view) => view.zoom(1 / STEP),
  0: (view) => view.fit(), Home: (view) => view.here(),
};

function obeyKeys(box, view) {
  box.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in KEYS)) return;
    event.preventDefault();
    event.stopPropagation();
    KEYS[event.key](view);
  });
}

// One finger moves the drawing when it starts sideways (up and down scrolls the page, see the style), two fingers zoom it.
function obeyFingers(box, view) {
  const fingers = new Map();
  const spread = ([a, b]) => Math.hypot(a.x - b.x, a.y - b.y);
  box.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "touch") fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  });
  box.addEventListener("pointermove", (event) => {
    const last = fingers.get(event.pointerId);
    if (!last) return;
    const before = [...fingers.values()];
    const now = { x: event.clientX, y: event.clientY };
    fingers.set(event.pointerId, now);
    if (fingers.size === 2) {
      const frame = box.getBoundingClientRect(), [a, b] = [...fingers.values()];
      view.zoom(spread([a, b]) / spread(before), { x: (a.x + b.x) / 2 - frame.left, y: (a.y + b.y) / 2 - frame.top });
    } else if (fingers.size === 1) view.pan(now.x - last.x, now.y - last.y);
  });
  for (const end of ["pointerup", "pointercancel"]) window.addEventListener(end, (event) => fingers.delete(event.pointerId));
}

// A step that is pressed shows which clauses of the SOP it carries out: they stand in a list below the drawing.
function offerClauses(box, viewer) {
  const list = document.querySelector(`[data-clauses-of="${box.id}"]`);
  if (!list) return;
  viewer.on("element.click", ({ element }) => {
    const line = list.querySelector(`[data-step="${CSS.escape(element.id.replace(/_label$/, ""))}"]`);
    for (const other of list.querySelectorAll(".is-asked")) other.classList.remove("is-asked");
    if (!line) return;
    if (list.matches("details")) list.open = true;
    line.classList.add("is-asked");
    line.scrollIntoView({ block: "nearest" });
  });
}

// The wheel scrolls the page as everywhere; with Ctrl it zooms the drawing.
function leaveWheelToPage(box) {
  box.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) event.stopPropagation();
  }, { capture: true });
}

for (const box of document.querySelectorAll("[data-drawing]")) {
  leaveWheelToPage(box);
  // What else is drawn into it waits for this: figures, a replay.
  box.drawn = draw(box);
  box.drawn.catch(() => {
    const words = document.createElement("p");
    words.className = "quiet";
    words.textContent = "Gambar alur tidak dapat ditampilkan. Langkah yang menunggu disebut di atas.";
    box.replaceChildren(words);
  });
}

export { viewOf, offerTools, obeyKeys, obeyFingers, leaveWheelToPage };
