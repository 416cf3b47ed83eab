// While papers are being read, says how far that is, and shows what they propose at the questions that have no offer yet.
const OFTEN = 3000, SELDOM = 10000, LEAST = 3, PATIENT = 40, MOST = 400;

export function offers(form) {
  const frames = [...form.querySelectorAll("[data-offers]")];
  let timer = 0, asked = 0, isOn = false;

  function show(state) {
    for (const frame of frames) {
      const html = state.offers[frame.dataset.offers];
      if (html && !frame.firstElementChild) frame.innerHTML = html;
    }
    for (const paper of form.querySelectorAll("[data-paper]")) {
      const words = paper.querySelector("[data-paper-state]"), known = state.states[paper.dataset.paper];
      if (words && known && words.textContent !== known) words.textContent = known;
    }
  }
  async function ask() {
    if (document.hidden) return;
    asked += 1;
    let isReading = true;
    try {
      const headers = { Accept: "application/json", "X-Sentra-Background": "1" };
      const answer = await fetch(form.dataset.read, { headers });
      if (answer.ok) {
        const state = await answer.json();
        show(state);
        isReading = state.is_reading;
      } else if (answer.status < 500) {
        asked = MOST;
      }
    } catch {
      // Asked again: a proposal is a help, nothing is lost without it.
    }
    // The first answers may come before the draft that names the new paper was saved.
    isOn = asked < MOST && (isReading || asked < LEAST);
    if (isOn) timer = setTimeout(ask, asked < PATIENT ? OFTEN : SELDOM);
  }
  function begin() {
    isOn = true;
    asked = 0;
    clearTimeout(timer);
    timer = setTimeout(ask, OFTEN);
  }

  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (!document.hidden && isOn) ask();
  });
  if (form.hasAttribute("data-is-reading")) begin();
  return { begin };
}
