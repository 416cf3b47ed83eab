// Shortcuts: / search, g i inbox, j k rows, Enter opens, a takes, ? shows the list. Never while somebody types.
let waitsForSecond = 0;

function isTyping(target) {
  return target.closest("input, textarea, select, [contenteditable]") !== null;
}

function rows() {
  return [...document.querySelectorAll("[data-row]")].filter((row) => row.querySelector("[data-open]"));
}

function move(step) {
  const all = rows();
  if (!all.length) return;
  const here = all.findIndex((row) => row.contains(document.activeElement));
  const next = here < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(here + step, 0), all.length - 1);
  all[next].querySelector("[data-open]").focus();
  all[next].scrollIntoView({ block: "nearest" });
}

function take() {
  const row = document.activeElement.closest("[data-row]");
  const button = (row ?? document).querySelector("[data-claim]");
  if (button && (row || document.querySelectorAll("[data-claim]").length === 1)) button.click();
}

function follow(keys) {
  const link = document.querySelector(`a[data-key="${keys}"]`);
  if (link) link.click();
  return link !== null;
}

const dialog = document.getElementById("pintasan");
const openKeys = () => dialog?.showModal();

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || dialog?.open) return;
  if (Date.now() - waitsForSecond < 1500) {
    waitsForSecond = 0;
    if (follow(`g ${event.key}`)) event.preventDefault();
    return;
  }
  const actions = {
    "/": () => document.querySelector("[data-key='/']")?.focus(),
    j: () => move(1),
    k: () => move(-1),
    a: take,
    g: () => { waitsForSecond = Date.now(); },
    "?": openKeys,
  };
  const action = actions[event.key];
  if (action) {
    event.preventDefault();
    action();
  }
});

for (const button of document.querySelectorAll("[data-open-keys]")) {
  button.hidden = false;
  button.addEventListener("click", openKeys);
}

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
