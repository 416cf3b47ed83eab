// While the system works on a case, asks every two seconds whether it is done, then goes on to the next step; not under the hands of somebody who types.
import { isInUse } from "./in_use.js";

const EVERY = 2000, PATIENCE = 90;

async function ask(notice, left) {
  const answer = await fetch(notice.dataset.wait, { headers: { Accept: "application/json", "X-Sentra-Background": "1" } });
  if (answer.status === 404) {
    say(notice, "Berkas ini sekarang hanya dapat dilihat oleh yang menanganinya, jadi tidak tampil lagi di daftar Anda.");
    return;
  }
  if (!answer.ok) throw new Error(String(answer.status));
  const state = await answer.json();
  if (!state.is_waiting) goOn(notice, state.following);
  else if (left > 0) setTimeout(() => run(notice, left - 1), EVERY);
  else say(notice, "Ini lebih lama daripada biasanya. Berkas aman; muat ulang halaman nanti, atau beri tahu Ka SPKT.");
}

function goOn(notice, following) {
  if (!isInUse()) {
    if (following) location.assign(following);
    else location.reload();
    return;
  }
  const link = notice.querySelector("[data-wait-next]");
  if (link.hidden) say(notice, "Langkah berikutnya sudah siap.");
  if (following) link.href = following;
  link.hidden = false;
  setTimeout(() => goOn(notice, following), EVERY);
}

function say(notice, text) {
  notice.querySelector("[data-wait-words]").textContent = text;
}

function run(notice, left) {
  ask(notice, left).catch(() => say(notice, "Sambungan terputus. Muat ulang halaman untuk melihat keadaan terbaru."));
}

for (const notice of document.querySelectorAll("[data-wait]")) {
  say(notice, "Sistem sedang mengerjakan langkah berikutnya. Halaman ini melanjutkan sendiri.");
  setTimeout(() => run(notice, PATIENCE), EVERY);
}
