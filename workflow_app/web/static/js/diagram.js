// Draws the process and marks done, current and late steps. The library comes from a plain script before this one.
async function draw(box) {
  const answer = await fetch(box.dataset.drawing);
  if (!answer.ok) throw new Error(String(answer.status));
  const viewer = new window.BpmnJS({ container: box });
  await viewer.importXML(await answer.text());
  const canvas = viewer.get("canvas"), registry = viewer.get("elementRegistry");
  for (const mark of ["done", "current", "late"]) {
    for (const id of box.dataset[mark].split(" ").filter(Boolean)) {
      if (registry.get(id)) canvas.addMarker(id, `is-${mark}`);
    }
  }
  canvas.zoom("fit-viewport", "auto");
  offerZoom(box, canvas);
}

// The wheel scrolls the page as everywhere; with Ctrl it zooms the drawing.
function leaveWheelToPage(box) {
  box.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) event.stopPropagation();
  }, { capture: true });
}

function offerZoom(box, canvas) {
  const tools = box.parentElement.querySelector("[data-drawing-tools]");
  tools.hidden = false;
  tools.addEventListener("click", (event) => {
    const step = event.target.dataset.zoom;
    if (step === "fit") canvas.zoom("fit-viewport", "auto");
    else if (step) canvas.zoom(canvas.zoom() * Number(step));
  });
}

for (const box of document.querySelectorAll("[data-drawing]")) {
  leaveWheelToPage(box);
  draw(box).catch(() => {
    const words = document.createElement("p");
    words.className = "quiet";
    words.textContent = "Gambar alur tidak dapat ditampilkan. Langkah yang menunggu disebut di atas.";
    box.replaceChildren(words);
  });
}
