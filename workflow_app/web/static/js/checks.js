// The quality check by keyboard: Enter saves a word and goes to the next, other keys press the button or link that names them.
import "./once.js";

function isTyping(target) {
  return target.closest("input:not([type='hidden']), textarea, select") !== null;
}

function press(key) {
  const found = [...document.querySelectorAll("[data-press]")].find((each) => each.dataset.press === key && !each.disabled);
  if (found) found.click();
  return found !== undefined;
}

function isUnsaved(target) {
  return target.matches("[data-word] [name='kata']") && target.value !== target.defaultValue && !target.closest(".is-done");
}

const words = () => [...document.querySelectorAll("[data-word]")];

function boxOf(form) {
  return document.getElementById(`kotak-${form.dataset.word}`);
}

function show(form) {
  for (const box of document.querySelectorAll(".mark-here")) box.classList.remove("mark-here");
  const box = boxOf(form);
  const pane = box?.closest(".check-page");
  if (!pane) return;
  box.classList.add("mark-here");
  const at = box.getBoundingClientRect();
  const around = pane.getBoundingClientRect();
  pane.scrollBy({ top: at.top + at.height / 2 - around.top - pane.clientHeight / 2, left: at.left - around.left - pane.clientWidth / 3 });
}

function goOn(form, answer) {
  const all = words();
  const following = all.slice(all.indexOf(form) + 1).find((each) => !each.classList.contains("is-done")) ?? all.find((each) => !each.classList.contains("is-done"));
  if (following) {
    const input = following.querySelector("[name='kata']");
    input.focus();
    input.select();
  } else if (answer.next) {
    location.assign(answer.next);
  } else {
    document.querySelector("[data-press='Ctrl+Enter']").focus();
  }
}

async function save(form) {
  const said = form.querySelector("[data-said]");
  if (form.dataset.sending) return;
  form.dataset.sending = "1";
  said.textContent = "menyimpan";
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } });
    const told = await answer.json();
    if (!answer.ok) {
      said.textContent = told.sentence ?? "Belum tersimpan. Muat ulang halaman.";
      said.classList.add("is-late");
      return;
    }
    // A word that went away changes the places of all that follow.
    if (!form.querySelector("[name='kata']").value.trim()) {
      location.reload();
      return;
    }
    for (const field of document.querySelectorAll("[name='versi']")) field.value = told.version;
    form.classList.add("is-done");
    said.classList.remove("is-late");
    said.textContent = "dibetulkan";
    boxOf(form)?.classList.replace("mark-doubt", "mark-sure");
    document.querySelector("[data-left]").textContent = told.left;
    goOn(form, told);
  } catch {
    said.textContent = "Belum tersimpan: jaringan terputus. Tekan Enter lagi.";
    said.classList.add("is-late");
  } finally {
    delete form.dataset.sending;
  }
}

for (const form of words()) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save(form);
  });
  form.addEventListener("focusin", () => show(form));
}

document.addEventListener("keydown", (event) => {
  if (document.querySelector("dialog[open]")) return;
  const key = event.ctrlKey ? `Ctrl+${event.key}` : event.key;
  if (event.key === "Escape" && isTyping(event.target)) {
    event.target.blur();
    return;
  }
  if (event.metaKey || event.altKey || (isTyping(event.target) && !["Ctrl+Enter", "PageUp", "PageDown"].includes(key))) return;
  if (key === "Ctrl+Enter" && isUnsaved(event.target)) {
    event.preventDefault();
    const form = event.target.closest("[data-word]");
    save(form).then(() => form.classList.contains("is-done") && press(key));
    return;
  }
  if (press(key)) event.preventDefault();
});

const first = document.activeElement?.closest("[data-word]") ?? null;
if (first) {
  document.activeElement.select();
  show(first);
}
