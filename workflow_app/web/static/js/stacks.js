// Brings `once.js` along; the page does not load it a second time. Files dropped on the box are chosen; while stacks are being split, the list says every two seconds how far they are.
import { receiveFiles } from "./drop.js";
import { isInUse } from "./in_use.js";
import { sendOnce } from "./once.js";

const EVERY = 2000;

function receive(form) {
  form.querySelector("[data-drop-words]").hidden = false;
  receiveFiles(form, (files) => {
    form.querySelector('input[type="file"]').files = files;
    form.requestSubmit();
  });
}

async function follow(list) {
  const answer = await fetch(list.dataset.stacks, { headers: { Accept: "application/json", "X-Sentra-Background": "1" } });
  if (!answer.ok) throw new Error(String(answer.status));
  const state = await answer.json();
  list.innerHTML = state.html;
  for (const form of list.querySelectorAll("form[data-once]")) sendOnce(form);
  if (state.is_moving) again(list);
  else if (String(state.waiting) !== list.dataset.waiting) reload();
}

function reload() {
  if (isInUse()) setTimeout(reload, EVERY);
  else location.reload();
}

function again(list) {
  setTimeout(() => follow(list).catch(() => again(list)), EVERY);
}

for (const form of document.querySelectorAll("[data-drop]")) receive(form);
for (const list of document.querySelectorAll("[data-stacks][data-moving]")) again(list);
