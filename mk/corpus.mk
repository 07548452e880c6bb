# Findings against the labelled corpus, which lies beside the root: precision and recall by rule and version of Go.
CORPUS ?= ../shared/corpus
SCORE ?= ../shared/tools/score.py
corpus: $(BIN) ## judge every recording of the labelled corpus, print precision and recall
	@CTXSCOPE=$(BIN) tests/findings/corpus.sh $(CORPUS) $(SCORE)
.PHONY: corpus
