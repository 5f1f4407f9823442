"""The peers of bench_themes.py, in a venv of their own: k-means on MiniLM, and BERTopic if it is there.

Reads {"texts","counts","mini"} on stdin (`counts`: numbers of clusters; `mini`: a folder with MiniLM), writes
{"name": {"labels": […], "seconds": …}} on stdout. The embedding's seconds are part of each peer's.
"""

import json
import sys
import time
from typing import Any


def main() -> None:
    """Answer one question."""
    asked = json.load(sys.stdin)
    texts = asked["texts"]
    began = time.process_time()
    rows = embed(texts, asked["mini"])
    embedding = time.process_time() - began
    answer: dict[str, Any] = {}
    from sklearn.cluster import KMeans

    for count in asked["counts"]:
        began = time.process_time()
        labels = KMeans(count, n_init=1, random_state=0).fit_predict(rows).tolist()
        spent = embedding + time.process_time() - began
        answer[f"k-means of {count} on MiniLM"] = {"labels": labels, "seconds": spent}
    try:
        from bertopic import BERTopic
    except ImportError as error:
        print(f"BERTopic is not installed ({error})", file=sys.stderr)
    else:
        began = time.process_time()
        labels, _ = BERTopic(embedding_model=None).fit_transform(texts, embeddings=rows)
        spent = embedding + time.process_time() - began
        answer["BERTopic"] = {"labels": [int(one) for one in labels], "seconds": spent}
    json.dump(answer, sys.stdout)


def embed(texts: list[str], folder: str) -> Any:
    """MiniLM's vectors, mean of tokens, length 1."""
    import numpy as np
    import torch
    from transformers import AutoModel, AutoTokenizer

    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()
    order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
    out = np.zeros((len(texts), model.config.hidden_size), np.float32)
    with torch.no_grad():
        for at in range(0, len(order), 64):
            some = order[at : at + 64]
            read = tokenizer([texts[i] for i in some], padding=True, truncation=True, return_tensors="pt")
            mask = read["attention_mask"].unsqueeze(-1)
            mean = (model(**read).last_hidden_state * mask).sum(1) / mask.sum(1)
            out[some] = torch.nn.functional.normalize(mean, dim=1).numpy()
    return out


if __name__ == "__main__":
    main()
