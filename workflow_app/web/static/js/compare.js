// Two versions of a drawing side by side: what is new, gone or changed carries a colour and a sign, and both are moved and zoomed
// together.
import { leaveWheelToPage, obeyFingers, obeyKeys, offerTools, viewOf } from "./diagram.js";

const SIGNS = { added: "+", removed: "−", changed: "≠" };
const listed = (box, mark) => box.dataset[mark].split(" ").filter(Boolean);

async function draw(box) {
  const answer = await fetch(box.dataset.compare);
  if (!answer.ok) throw new Error(String(answer.status));
  const viewer = new window.BpmnJS({ container: box });
  await viewer.importXML(await answer.text());
  const places = mark(box, viewer);
  const canvas = viewer.get("canvas");
  const view = viewOf(canvas, places);
  view.open();
  places.push(...places.splice(0, 1)); // the first one is shown
  offerTools(box, view);
  obeyKeys(box, view);
  obeyFingers(box, view);
  new ResizeObserver(() => canvas.resized()).observe(box);
  return viewer;
}

function mark(box, viewer) {
  const canvas = viewer.get("canvas"), registry = viewer.get("elementRegistry"), overlays = viewer.get("overlays");
  const places = [];
  for (const [kind, sign] of Object.entries(SIGNS)) {
    for (const id of listed(box, kind)) {
      const shape = registry.get(id);
      if (!shape) continue;
      canvas.addMarker(id, `is-${kind}`);
      const badge = document.createElement("span");
      badge.className = `drawing-sign drawing-sign-${kind}`;
      badge.textContent = sign;
      overlays.add(id, { position: middle(shape), html: badge });
      if (!shape.waypoints) places.push(shape);
    }
  }
  const starts = registry.filter((one) => one.type === "bpmn:StartEvent").slice(0, 1);
  return (places.length ? places : starts).sort((a, b) => a.x - b.x || a.y - b.y);
}

// Of a flow the sign sits on the middle of its way, of anything else on its upper left corner.
function middle(shape) {
  if (!shape.waypoints) return { top: -11, left: -11 };
  const points = shape.waypoints, at = Math.floor((points.length - 1) / 2);
  const [a, b] = [points[at], points[at + 1]];
  const left = Math.min(...points.map((one) => one.x)), top = Math.min(...points.map((one) => one.y));
  return { left: (a.x + b.x) / 2 - left - 11, top: (a.y + b.y) / 2 - top - 11 };
}

function together(viewers) {
  let isFollowing = false;
  for (const one of viewers) {
    one.get("eventBus").on("canvas.viewbox.changed", ({ viewbox }) => {
      if (isFollowing) return;
      isFollowing = true;
      for (const other of viewers.filter((viewer) => viewer !== one)) follow(other.get("canvas"), viewbox);
      isFollowing = false;
    });
  }
}

function follow(canvas, { x, y, scale }) {
  const { outer } = canvas.viewbox();
  canvas.viewbox({ x, y, width: outer.width / scale, height: outer.height / scale });
}

const pairs = new Map();
for (const box of document.querySelectorAll("[data-compare]")) {
  leaveWheelToPage(box);
  const drawn = draw(box).catch(() => {
    const words = document.createElement("p");
    words.className = "quiet";
    words.textContent = "Gambar tidak dapat ditampilkan. Perbedaannya disebut pada daftar di bawah.";
    box.replaceChildren(words);
  });
  pairs.set(box.dataset.pair, [...(pairs.get(box.dataset.pair) ?? []), drawn]);
}
for (const pair of pairs.values()) {
  const viewers = (await Promise.all(pair)).filter(Boolean);
  together(viewers);
  if (viewers.length === 2) follow(viewers[0].get("canvas"), viewers[1].get("canvas").viewbox());
}
