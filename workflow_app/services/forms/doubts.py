"""What stands in a form and is probably a slip of the pen. It is said beside the field and never stops anybody."""

from workflow_app.engine import coordinates, forms
from workflow_app.engine.forms import Form
from workflow_app.services.office import niks, phones
from workflow_app.types import Answers

NO_POINT = (
    "Titik ini tidak terbaca. Tulis lintang lalu bujur, misalnya -2.7845, 115.2712, atau tempelkan tautan peta; bila tidak, tetap "
    "dapat disimpan."
)


def of_answers(form: Form, answers: Answers) -> dict[str, str]:
    """A sentence for each visible field whose answer is doubtful."""
    found = {}
    for name, answer in forms.visible(form, answers).items():
        field = form.fields[name]
        if field.widget == "tel":
            found[name] = phones.doubt(str(answer))
        elif field.widget == "coordinates":
            found[name] = "" if coordinates.read(str(answer)) else NO_POINT
        elif field.widget == "nik":
            born, sex = (str(answers.get(field.parameters.get(part, ""), "")) for part in ("born", "sex"))
            found[name] = niks.doubt(str(answer), born, sex)
    return {name: sentence for name, sentence in found.items() if sentence}
