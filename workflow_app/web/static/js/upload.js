// Sends papers that were chosen or dragged here at once, one after another, with progress; the form keeps only their ids.
import { receiveFiles } from "./drop.js";

function send(form, name, file, onProgress) {
  return new Promise((resolve, reject) => {
    const data = new FormData();
    data.append("csrf_token", form.elements.csrf_token.value);
    data.append("bidang", name);
    data.append("berkas", file);
    const request = new XMLHttpRequest();
    request.open("POST", form.dataset.upload);
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    });
    request.addEventListener("load", () => {
      if (request.status === 200) resolve(request.response);
      else reject(new Error(request.response?.sentence ?? "File tidak dapat diterima. Coba lagi."));
    });
    request.addEventListener("error", () => reject(new Error("Sambungan terputus. Pilih file itu lagi.")));
    request.send(data);
  });
}

function setUp(form, papers, changed) {
  const name = papers.dataset.papers, list = papers.querySelector("[data-paper-list]");
  const progress = papers.querySelector("[data-paper-progress]"), error = papers.querySelector("[data-paper-error]");
  const limit = Number(papers.dataset.megabytes);
  const bar = progress.querySelector("progress"), words = progress.querySelector("span");

  async function take(files) {
    const faults = [];
    progress.hidden = false;
    error.hidden = true;
    for (const [no, file] of files.entries()) {
      words.textContent = `Mengirim ${no + 1} dari ${files.length}`;
      bar.value = 0;
      try {
        if (file.size > limit * 1024 * 1024) throw new Error(`File lebih dari ${limit} MB. Pindai dengan resolusi lebih rendah.`);
        const added = await send(form, name, file, (part) => { bar.value = part * 100; });
        if (!list.querySelector(`[data-paper="${CSS.escape(added.id)}"]`)) list.insertAdjacentHTML("beforeend", added.html);
      } catch (fault) {
        faults.push(files.length > 1 ? `File ke-${no + 1}: ${fault.message}` : fault.message);
      }
    }
    progress.hidden = true;
    error.textContent = faults.join(" ");
    error.hidden = faults.length === 0;
    changed();
  }

  for (const input of papers.querySelectorAll("[data-paper-input]")) {
    input.addEventListener("change", () => {
      const files = [...input.files];
      input.value = "";
      if (files.length) take(files);
    });
  }
  receiveFiles(papers, (files) => take([...files]));
  list.addEventListener("change", (event) => {
    if (event.target.name?.startsWith("lepas.") && event.target.checked) {
      event.target.closest("[data-paper]").remove();
      changed();
    }
  });
}

export function uploads(form, changed) {
  for (const papers of form.querySelectorAll("[data-papers]")) setUp(form, papers, changed);
}
