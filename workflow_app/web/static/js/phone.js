// The phone: a photo is sent as soon as it is taken, with progress; what did not get through is offered again, never lost unsaid.
const page = document.querySelector("[data-phone-page]");
const list = page.querySelector("[data-phone-list]"), broken = page.querySelector("[data-broken]");
const sending = page.querySelector("[data-sending]"), bar = sending.querySelector("progress"), words = sending.querySelector("span");
const AWAY = "Sambungan terputus, jadi ini belum terkirim. Dekatkan ponsel ke jaringan kantor, lalu tekan Coba lagi.";
let isBusy = false, again = null;

function post(form, data) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = event.loaded / event.total * 100;
    });
    request.addEventListener("load", () => {
      if (request.status === 200 && request.response) resolve(request.response.html);
      else reject(Object.assign(new Error(request.response?.sentence ?? AWAY), { isFinal: request.status < 500 }));
    });
    request.addEventListener("error", () => reject(new Error(AWAY)));
    request.send(data);
  });
}

async function send(form, data, said) {
  if (isBusy) return;
  isBusy = true;
  again = null;
  broken.hidden = true;
  bar.value = 0;
  words.textContent = said;
  sending.hidden = false;
  try {
    list.innerHTML = await post(form, data);
  } catch (fault) {
    if (!fault.isFinal) again = () => send(form, data, said);
    broken.querySelector("p").textContent = fault.message;
    broken.querySelector("button").hidden = !again;
    broken.hidden = false;
    broken.scrollIntoView({ block: "center" });
  } finally {
    sending.hidden = true;
    isBusy = false;
  }
}

page.classList.add("scripted");
broken.querySelector("button").addEventListener("click", () => again?.());
list.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-photo]");
  if (!form || !event.target.files?.length) return;
  const data = new FormData(form);
  event.target.value = "";
  send(form, data, "Menyimpan foto");
});
list.addEventListener("submit", (event) => {
  event.preventDefault();
  const button = event.submitter;
  const data = new FormData(event.target);
  if (button?.name) data.append(button.name, button.value);
  send(event.target, data, "Mengirim");
});
