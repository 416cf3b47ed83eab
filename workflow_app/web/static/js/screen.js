// The dispatch screen on a wall: its clocks grow by themselves, and it says when it has heard nothing new for a while.
// Time is the server's: the clock of a screen may be wrong.
const SOON = 180, SILENCE = 30_000;
const WORDS = { late: "Lewat batas", soon: "Hampir lewat", calm: "Dalam batas" };

let heardAt = Date.now(), behind = 0;
const box = () => document.querySelector("[data-screen]");
const now = () => Date.now() + behind;

function setClock() {
  behind = Date.parse(box().dataset.now) - Date.now();
}

const write = (element, text) => { if (element && element.textContent !== text) element.textContent = text; };

// `7.05`: minutes and seconds; from a hundred minutes on whole minutes only.
function minutes(seconds) {
  const whole = Math.max(0, Math.floor(seconds)), full = Math.floor(whole / 60);
  return full < 100 ? `${full}.${String(whole % 60).padStart(2, "0")}` : String(full);
}

function tick() {
  const hours = new Intl.DateTimeFormat("id-ID", { timeZone: "Asia/Makassar", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  write(document.querySelector("[data-wall-time]"), hours.format(new Date(now())).replace(":", "."));
  for (const time of document.querySelectorAll("time[data-minutes]")) write(time, minutes((now() - Date.parse(time.dateTime)) / 1000));
  for (const call of document.querySelectorAll("[data-running][data-due]")) {
    const left = (Date.parse(call.dataset.due) - now()) / 1000;
    const state = left < 0 ? "late" : left <= SOON ? "soon" : "calm";
    call.className = `screen-call is-${state}`;
    write(call.querySelector("[data-word]"), WORDS[state]);
  }
  const words = document.querySelector("[data-stale]");
  if (words && Date.now() - heardAt > SILENCE) words.hidden = false;
}

document.addEventListener("htmx:after:request", (event) => {
  if (event.detail.ctx.response.status < 400) heardAt = Date.now();
});
document.addEventListener("htmx:after:swap", () => { setClock(); tick(); });

const full = document.querySelector("[data-fullscreen]");
if (document.fullscreenEnabled) full.hidden = false;
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-fullscreen]")) return;
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen();
});

setClock();
tick();
setInterval(tick, 1000);
