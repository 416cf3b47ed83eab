"""Own requirements, validation and initial values of forms.

Called by documents, workflow.
"""
