// A drawn signature: finger, pen or mouse. Kept as a small PNG in a hidden field.
function setUp(box, changed) {
  const canvas = box.querySelector("canvas"), field = box.querySelector("input[type=hidden]");
  const words = box.querySelector("[data-state]"), pen = canvas.getContext("2d");
  let isDrawing = false;

  const say = () => { words.textContent = field.value ? "Tanda tangan tersimpan di formulir." : "Belum ada tanda tangan."; };
  const reset = () => {
    pen.clearRect(0, 0, canvas.width, canvas.height);
    pen.lineWidth = 3;
    pen.lineCap = pen.lineJoin = "round";
    pen.strokeStyle = "#10202e";
  };
  const place = (event) => {
    const frame = canvas.getBoundingClientRect();
    return [(event.clientX - frame.left) * canvas.width / frame.width, (event.clientY - frame.top) * canvas.height / frame.height];
  };

  canvas.addEventListener("pointerdown", (event) => {
    isDrawing = true;
    canvas.setPointerCapture(event.pointerId);
    pen.beginPath();
    pen.moveTo(...place(event));
    event.preventDefault();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!isDrawing) return;
    pen.lineTo(...place(event));
    pen.stroke();
  });
  const finish = () => {
    if (!isDrawing) return;
    isDrawing = false;
    field.value = canvas.toDataURL("image/png");
    say();
    changed();
  };
  canvas.addEventListener("pointerup", finish);
  canvas.addEventListener("pointercancel", finish);
  box.querySelector("[data-clear]").addEventListener("click", () => {
    reset();
    field.value = "";
    say();
    changed();
  });

  reset();
  if (field.value) {
    const picture = new Image();
    picture.addEventListener("load", () => pen.drawImage(picture, 0, 0));
    picture.src = field.value;
  }
  box.hidden = false;
  say();
}

export function signatures(form, changed) {
  for (const box of form.querySelectorAll("[data-signature]")) setUp(box, changed);
}
