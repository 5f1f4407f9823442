"""How the word vectors of `terms.lexicon` were made. Needed again only when the words change."""
