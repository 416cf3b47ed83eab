// The inbox and the boards refresh themselves (htmx does the request and the merge). Here: when not to, what to say when it fails,
// and what the page shows already, so that the server may answer that nothing is new.
const box = () => document.querySelector("[data-inbox]");

document.addEventListener("htmx:config:request", (event) => {
  const headers = event.detail.ctx.request.headers, known = box()?.dataset.known;
  headers["X-Sentra-Background"] = "1";
  if (known) headers["X-Sentra-Known"] = known;
});

document.addEventListener("htmx:before:request", (event) => {
  if (document.hidden || document.querySelector("dialog[open], details[data-menu][open]")) event.preventDefault();
});

function showStale(isStale) {
  const words = box()?.querySelector("[data-stale]");
  if (words) words.hidden = !isStale;
}

// Nothing is new: the page stays as it is, and says when it was looked at last.
document.addEventListener("htmx:after:request", (event) => {
  if (event.detail.ctx.response?.status !== 204) return;
  showStale(false);
  const words = box()?.querySelector("[data-checked]");
  const now = new Intl.DateTimeFormat("id-ID", { timeZone: "Asia/Makassar", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  if (words) words.textContent = `${now.format(new Date()).replace(":", ".")} WITA`;
});

document.addEventListener("htmx:error", () => showStale(true));
document.addEventListener("htmx:response:error", () => showStale(true));

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) box()?.dispatchEvent(new CustomEvent("sentra:refresh"));
});
