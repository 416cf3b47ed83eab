"""The SOP as it is deployed: processes and their versions, and its clauses with what carries and proves them."""
