// Puts the figures of the table beside each step of the drawing: a colour with its number, who stands there, how long.
// The table stays what is read; this only repeats it where people look.
function note(words, kind) {
  const span = document.createElement("span");
  span.className = kind;
  span.textContent = words;
  return span;
}

function badge(row) {
  const box = document.createElement("div");
  box.className = "heat-badge";
  if (row.dataset.now) box.append(note(row.dataset.now, "heat-now"));
  if (row.dataset.times) box.append(note(row.dataset.times, "heat-times"));
  return box;
}

async function warm(box, rows) {
  const { canvas, registry, overlays } = await box.drawn;
  for (const row of rows) {
    if (!registry.get(row.dataset.element)) continue;
    if (row.dataset.warmth) canvas.addMarker(row.dataset.element, `heat-${row.dataset.warmth}`);
    if (row.dataset.now || row.dataset.times) overlays.add(row.dataset.element, { position: { bottom: 8, left: 4 }, html: badge(row) });
  }
}

for (const section of document.querySelectorAll("[data-heat-of]")) {
  const rows = [...document.getElementById(section.dataset.heatOf).querySelectorAll("[data-element]")];
  for (const box of section.querySelectorAll("[data-drawing]")) warm(box, rows).catch(() => {});
}
