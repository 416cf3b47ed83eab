// The inbox refreshes itself (htmx does the request and the merge). Here: when not to, and what to say when it fails.
const box = () => document.querySelector("[data-inbox]");

document.addEventListener("htmx:config:request", (event) => {
  event.detail.ctx.request.headers["X-Sentra-Background"] = "1";
});

document.addEventListener("htmx:before:request", (event) => {
  if (document.hidden || document.querySelector("dialog[open], details[data-menu][open]")) event.preventDefault();
});

function showStale(isStale) {
  const words = box()?.querySelector("[data-stale]");
  if (words) words.hidden = !isStale;
}

document.addEventListener("htmx:error", () => showStale(true));
document.addEventListener("htmx:response:error", () => showStale(true));

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) box()?.dispatchEvent(new CustomEvent("sentra:refresh"));
});
