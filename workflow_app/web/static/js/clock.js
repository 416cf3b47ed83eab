// Keeps the times on an open page true. The words are the same as in web/formats.py.
const MINUTE = 60, HOUR = 3600, DAY = 86400;

export function duration(seconds) {
  seconds = Math.floor(Math.abs(seconds));
  if (seconds < MINUTE) return `${seconds} detik`;
  const minutes = Math.floor(seconds / MINUTE), hours = Math.floor(seconds / HOUR), days = Math.floor(seconds / DAY);
  if (hours === 0) return `${minutes} menit`;
  if (days === 0) return minutes % 60 ? `${hours} jam ${minutes % 60} menit` : `${hours} jam`;
  return hours % 24 ? `${days} hari ${hours % 24} jam` : `${days} hari`;
}

export function relative(seconds) {
  if (Math.abs(seconds) < MINUTE) return seconds <= 0 ? "baru saja" : "kurang dari 1 menit lagi";
  return seconds > 0 ? `${duration(seconds)} lagi` : `${duration(seconds)} lalu`;
}

export function countdown(seconds) {
  return seconds < 0 ? `lewat ${duration(seconds)}` : relative(seconds);
}

function urgency(seconds) {
  if (seconds < 0) return "late";
  return seconds <= 3 * MINUTE ? "soon" : "calm";
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function update() {
  const now = Date.now();
  const secondsTo = (element) => (Date.parse(element.dateTime) - now) / 1000;
  for (const element of document.querySelectorAll("time[data-relative]")) write(element, relative(secondsTo(element)));
  for (const element of document.querySelectorAll("time[data-elapsed]")) write(element, duration(secondsTo(element)));
  for (const clock of document.querySelectorAll("[data-clock]")) {
    const due = Date.parse(clock.dataset.due), began = Date.parse(clock.dataset.began);
    const left = (due - now) / 1000, state = urgency(left);
    const words = clock.querySelector("[data-countdown]"), bar = clock.querySelector("progress");
    write(words, countdown(left));
    words.className = `is-${state}`;
    clock.className = `clock clock-${state}`;
    if (bar) bar.value = Math.min(Math.max((now - began) / 1000, 0), bar.max);
  }
}

setInterval(update, 10_000);
