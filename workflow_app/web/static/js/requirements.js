// Shows one kind at a time; the address names it. Without this script the page shows all.
const sections = [...document.querySelectorAll("[data-kind]")];
const links = [...document.querySelectorAll(".kinds a")];

function show() {
  const wanted = decodeURIComponent(location.hash.slice(1));
  const known = sections.some((section) => section.id === wanted);
  for (const section of sections) section.hidden = known && section.id !== wanted;
  for (const link of links) {
    const isHere = known ? link.hash === `#${wanted}` : link.hash === "#semua";
    if (isHere) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

for (const link of document.querySelectorAll("[data-all]")) link.hidden = false;
function showAndStay() {
  show();
  document.querySelector(".kinds").scrollIntoView();
}

window.addEventListener("hashchange", showAndStay);
if (location.hash) showAndStay();
else show();
