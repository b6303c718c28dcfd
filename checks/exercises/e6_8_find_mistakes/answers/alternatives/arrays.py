import numpy as np
import torch


def find_mistakes(sentences, reviews, labels, logits, count=5):
    true = labels.numpy()
    losses = -torch.log_softmax(logits.double(), dim=1).numpy()[np.arange(len(true)), true]
    guessed = logits.numpy().argmax(axis=1)
    wrong = np.flatnonzero(guessed != true)
    order = wrong[np.argsort(-losses[wrong], kind="stable")]
    worst = [Mistake(sentences[i], int(true[i]), int(guessed[i]), float(losses[i])) for i in order[:count]]
    lengths = np.array([len(sentence.split()) for sentence in sentences], dtype=int)
    negated = np.array([bool(NEGATION.search(sentence)) for sentence in sentences], dtype=bool)
    names = np.array(list(reviews), dtype=object)

    def measure(masks):
        return {
            name: Slice(int(mask.sum()), float((guessed == true)[mask].mean()))
            for name, mask in masks.items()
            if mask.any()
        }

    return Mistakes(
        worst,
        {
            "length": measure(
                {
                    "1-10 words": lengths <= 10,
                    "11-20 words": (lengths > 10) & (lengths <= 20),
                    "more than 20 words": lengths > 20,
                }
            ),
            "negation": measure({"with": negated, "without": ~negated}),
            "review": measure({name: names == name for name in dict.fromkeys(reviews)}),
        },
    )
