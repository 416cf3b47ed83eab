"""`python -m workflow_app`: the commands behind ./spkt."""

from workflow_app.cli import main

if __name__ == "__main__":
    main(prog_name="./spkt")
