// Shows and hides questions by the answers to others. The server judges the same conditions again.
function given(form, name) {
  const texts = new FormData(form).getAll(name).map(String);
  const box = form.querySelector(`input[type="checkbox"][name="${CSS.escape(name)}"][value="ya"]`);
  if (box && form.querySelectorAll(`[name="${CSS.escape(name)}"]`).length === 1) return [box.checked ? "ya" : "tidak"];
  return texts;
}

export function applyConditions(form) {
  const questions = [...form.querySelectorAll("[data-shown-by]")];
  const byName = new Map(questions.map((question) => [question.dataset.question, question]));
  const isShown = (question) => {
    const parent = byName.get(question.dataset.shownBy);
    if (parent && !isShown(parent)) return false;
    const wanted = JSON.parse(question.dataset.shownValues);
    return given(form, question.dataset.shownBy).some((text) => wanted.includes(text));
  };
  for (const question of questions) question.hidden = !isShown(question);
  for (const section of form.querySelectorAll(".answer-section")) {
    const inside = [...section.querySelectorAll("[data-question]")];
    section.hidden = inside.length > 0 && inside.every((question) => question.hidden);
  }
}
