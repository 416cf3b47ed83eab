// Whether somebody uses the page just now: a page that goes on by itself takes away neither what is typed nor the way just taken.
const FIELDS = "input:not([type='hidden'], [type='range']), textarea";
const LEAVING = 10000;

let isLeaving = false;

// A download is announced like a way out, but the page stays.
window.addEventListener("beforeunload", () => {
  isLeaving = true;
  setTimeout(() => { isLeaving = false; }, LEAVING);
});

export function isInUse() {
  const isTyped = [...document.querySelectorAll(FIELDS)].some((field) => field.value !== field.defaultValue);
  return isLeaving || isTyped || Boolean(document.activeElement?.matches(`${FIELDS}, select`));
}
