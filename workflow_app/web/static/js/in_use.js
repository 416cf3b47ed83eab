// Whether somebody uses the page just now: a page that goes on by itself takes away neither what is typed or chosen nor the way just taken.
const FIELDS = "input:not([type='hidden'], [type='range']), textarea";
const LEAVING = 10000;

let isLeaving = false;

// A download is announced like a way out, but the page stays.
window.addEventListener("beforeunload", () => {
  isLeaving = true;
  setTimeout(() => { isLeaving = false; }, LEAVING);
});

function isChanged(field) {
  if (field.matches("[type='checkbox'], [type='radio']")) return field.checked !== field.defaultChecked;
  return field.value !== field.defaultValue;
}

// A list from which one is chosen begins with the first that can be, where none is written as chosen.
function isChosen(list) {
  const options = [...list.options];
  if (list.multiple) return options.some((option) => option.selected !== option.defaultSelected);
  const first = options.filter((option) => option.defaultSelected).pop() ?? options.find((option) => !option.disabled);
  return list.selectedIndex !== (first?.index ?? -1);
}

export function isInUse() {
  const isTyped = [...document.querySelectorAll(FIELDS)].some(isChanged) || [...document.querySelectorAll("select")].some(isChosen);
  return isLeaving || isTyped || Boolean(document.activeElement?.matches(`${FIELDS}, select`));
}
