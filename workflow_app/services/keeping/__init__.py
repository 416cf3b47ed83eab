"""Papers are kept, held, handed on as bags and, when their term is over, disposed of."""
