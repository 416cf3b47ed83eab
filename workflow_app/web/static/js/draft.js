// Saves what stands in the form a few seconds after the last change, and says so. Survives a lost session.
const WAIT = 3000, RETRY = 15000;

export function autosave(form, isSending) {
  const words = form.querySelector("[data-saved]");
  let timer = 0, isBusy = false, isChanged = false, next = WAIT;

  const say = (text, isBad = false) => {
    words.textContent = text;
    words.classList.toggle("is-late", isBad);
  };
  const told = ({ saved, doubts }) => {
    say(saved);
    for (const place of form.querySelectorAll("[data-doubt]")) {
      const words = doubts[place.dataset.doubt] ?? "";
      if (place.textContent !== words) place.textContent = words;
    }
  };
  const later = (wait) => {
    clearTimeout(timer);
    timer = setTimeout(save, wait);
  };
  const answersOf = () => {
    const data = new FormData(form);
    for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
    return data;
  };

  async function renewToken() {
    const answer = await fetch(form.dataset.session, { headers: { Accept: "application/json" } });
    if (!answer.ok) return false;
    form.elements.csrf_token.value = (await answer.json()).token;
    return true;
  }

  function askToSignIn() {
    say("Waktu masuk habis; isian terakhir belum tersimpan. ", true);
    const link = document.createElement("a");
    link.href = "/masuk";
    link.target = "_blank";
    link.rel = "noopener";
    link.textContent = "Masuk lagi di tab baru";
    words.append(link, ", lalu kembali ke sini.");
  }

  async function save() {
    if (isBusy || isSending()) return;
    isBusy = true;
    isChanged = false;
    next = WAIT;
    try {
      const send = () => fetch(form.dataset.draft, { method: "POST", body: answersOf(), headers: { Accept: "application/json" } });
      let answer = await send();
      if (answer.status === 400 && await renewToken()) answer = await send();
      if (answer.ok) told(await answer.json());
      else if (answer.status === 401) { isChanged = true; next = RETRY; askToSignIn(); }
      else say((await answer.json()).sentence ?? "Belum tersimpan.", true);
    } catch {
      isChanged = true;
      next = RETRY;
      say("Sambungan terputus; isian belum tersimpan. Akan dicoba lagi.", true);
    } finally {
      isBusy = false;
      if (isChanged) later(next);
    }
  }

  const changed = (wait = WAIT) => { isChanged = true; next = Math.min(next, wait); later(next); };
  const hasDoubts = (input) => form.querySelector(`[data-doubt="${input.name}"]`) !== null;
  form.addEventListener("input", () => changed());
  form.addEventListener("change", (event) => changed(hasDoubts(event.target) ? 0 : WAIT));
  document.addEventListener("visibilitychange", () => { if (document.hidden && isChanged) save(); });
  return { changed };
}
