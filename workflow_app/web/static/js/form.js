// The task form: conditions, drafts, papers, signature, Ctrl+Enter, and sent once.
import { phones } from "./capture.js";
import { applyConditions } from "./conditions.js";
import { autosave } from "./draft.js";
import { offers } from "./offers.js";
import { signatures } from "./signature.js";
import { uploads } from "./upload.js";

function countRequirements(form) {
  const words = form.querySelector("[data-requirement-count]");
  if (!words) return;
  const all = form.querySelectorAll("[data-requirement]").length;
  const given = form.querySelectorAll("[data-requirement] [data-given]:checked").length;
  words.textContent = all ? `${given} dari ${all} sudah diserahkan` : "";
}

function countDigits(input) {
  const digits = input.value.replace(/\D/g, "").length, wanted = Number(input.dataset.digits);
  let words = input.nextElementSibling;
  if (!words?.matches("[data-count]")) {
    words = document.createElement("span");
    words.dataset.count = "";
    words.className = "small quiet";
    input.after(words);
  }
  words.textContent = digits ? `${digits} dari ${wanted} angka` : "";
}

// Digits become 31-12-2026 while they are typed; a date in another form is left as it is.
function writeDate(input, event) {
  if (event.inputType?.startsWith("delete") || !/^[\d-]*$/.test(input.value)) return;
  const parts = input.value.split("-");
  if (parts.length > 1 && parts.slice(0, -1).some((part, no) => part.length > 2 || no > 1)) return;
  const digits = input.value.replace(/-/g, "").slice(0, 8);
  if (parts.length > 1 && parts[0].length < 2) return;
  input.value = [digits.slice(0, 2), digits.slice(2, 4), digits.slice(4)].filter(Boolean).join("-");
}

function setUp(form) {
  let isSending = false;
  form.classList.add("scripted");
  applyConditions(form);
  countRequirements(form);
  const draft = autosave(form, () => isSending);
  const read = offers(form);
  const came = () => { draft.changed(); read.begin(); };
  uploads(form, came);
  phones(form, came);
  signatures(form, draft.changed);

  form.addEventListener("change", () => {
    applyConditions(form);
    countRequirements(form);
  });
  form.addEventListener("input", (event) => {
    if (event.target.dataset.digits) countDigits(event.target);
    if ("date" in event.target.dataset) writeDate(event.target, event);
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit(form.querySelector("[data-submit]"));
    }
  });
  form.addEventListener("submit", (event) => {
    if (isSending) {
      event.preventDefault();
      return;
    }
    isSending = true;
    for (const button of form.querySelectorAll(".answer-actions button")) button.setAttribute("aria-disabled", "true");
  });
  window.addEventListener("pageshow", () => {
    isSending = false;
    for (const button of form.querySelectorAll(".answer-actions button")) button.removeAttribute("aria-disabled");
  });
}

for (const form of document.querySelectorAll("[data-form]")) setUp(form);
document.querySelector("[data-faults]")?.focus();
