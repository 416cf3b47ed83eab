// Files dropped on the box are chosen; while stacks are being split, the list says every two seconds how far they are.
import { sendOnce } from "./once.js";

const EVERY = 2000;

function receive(form) {
  const input = form.querySelector('input[type="file"]');
  form.querySelector("[data-drop-words]").hidden = false;
  form.addEventListener("dragover", (event) => {
    event.preventDefault();
    form.classList.add("is-over");
  });
  form.addEventListener("dragleave", () => form.classList.remove("is-over"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("is-over");
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    form.requestSubmit();
  });
}

async function follow(list) {
  const answer = await fetch(list.dataset.stacks, { headers: { Accept: "application/json", "X-Sentra-Background": "1" } });
  if (!answer.ok) throw new Error(String(answer.status));
  const state = await answer.json();
  list.innerHTML = state.html;
  for (const form of list.querySelectorAll("form[data-once]")) sendOnce(form);
  const isTyping = document.activeElement?.closest(".tray");
  if (!state.is_moving && String(state.waiting) !== list.dataset.waiting && !isTyping) location.reload();
  else if (state.is_moving) again(list);
}

function again(list) {
  setTimeout(() => follow(list).catch(() => again(list)), EVERY);
}

for (const form of document.querySelectorAll("[data-drop]")) receive(form);
for (const list of document.querySelectorAll("[data-stacks][data-moving]")) again(list);
