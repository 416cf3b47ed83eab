// A phone as scanner of a question for papers: shows its code, asks every two seconds how far it is; papers that came join the form.
const EVERY = 2000;

function setUp(form, papers, changed) {
  const panel = papers.querySelector("[data-phone]");
  if (!panel) return;
  const place = papers.dataset.papers, list = papers.querySelector("[data-paper-list]");
  const words = panel.querySelector("[data-phone-words]"), inside = panel.querySelector("[data-phone-inside]");
  const error = papers.querySelector("[data-paper-error]");
  const known = new Set([...list.querySelectorAll("[data-paper]")].map((paper) => paper.dataset.paper));
  let timer = 0, isBusy = false;

  const say = (text) => { if (words.textContent !== text) words.textContent = text; };
  function show(state) {
    say(state.words);
    if (inside.innerHTML !== state.html) {
      const hadFocus = inside.contains(document.activeElement);
      inside.innerHTML = state.html;
      if (hadFocus) inside.querySelector("button")?.focus();
    }
    const fresh = state.papers.filter(({ id }) => !known.has(id));
    for (const { id, html } of fresh) {
      known.add(id);
      if (!list.querySelector(`[data-paper="${CSS.escape(id)}"]`)) list.insertAdjacentHTML("beforeend", html);
    }
    if (fresh.length) changed();
    panel.toggleAttribute("data-live", state.is_live);
    clearTimeout(timer);
    if (state.is_live) timer = setTimeout(ask, EVERY);
  }
  async function answerOf(request) {
    const answer = await request;
    const state = await answer.json();
    if (!answer.ok) throw Object.assign(new Error(state.sentence), { isFinal: answer.status < 500 });
    return state;
  }
  async function ask() {
    if (document.hidden) return;
    const address = `${panel.dataset.phone}?${new URLSearchParams({ bidang: place })}`;
    const headers = { Accept: "application/json", "X-Sentra-Background": "1" };
    try {
      show(await answerOf(fetch(address, { headers })));
    } catch (fault) {
      say(fault.isFinal ? fault.message : "Sambungan terputus; dicoba lagi.");
      if (!fault.isFinal) timer = setTimeout(ask, EVERY);
    }
  }
  async function press(value) {
    if (isBusy) return;
    isBusy = true;
    clearTimeout(timer);
    error.hidden = true;
    const body = new FormData();
    body.append("csrf_token", form.elements.csrf_token.value);
    body.append("bidang", place);
    const address = panel.dataset.phone + (value === "tutup" ? "/tutup" : "");
    try {
      show(await answerOf(fetch(address, { method: "POST", body, headers: { Accept: "application/json" } })));
      if (value === "ponsel") panel.scrollIntoView({ block: "nearest" });
    } catch (fault) {
      error.textContent = fault.isFinal ? fault.message : "Sambungan terputus. Coba lagi.";
      error.hidden = false;
    } finally {
      isBusy = false;
    }
  }

  papers.addEventListener("click", (event) => {
    const button = event.target.closest("[data-phone-button]");
    if (!button) return;
    event.preventDefault();
    press(button.value);
  });
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (!document.hidden && panel.hasAttribute("data-live")) ask();
  });
  if (panel.hasAttribute("data-live")) timer = setTimeout(ask, EVERY);
}

export function phones(form, changed) {
  for (const papers of form.querySelectorAll("[data-papers]")) setUp(form, papers, changed);
}
