"""What `tag` shows: a tagger that is trained on the spot, and sentences with their words coloured by tag."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from ..dataset import generate_dataset
from ..progress import busy
from ..tagging import TaggedSentence, build_tagger, tag_sentences, tagged_batch, train_tagger
from ..tags import SLOTS
from ..templates import TASK_B_CLASSES

SENTENCES, EPOCHS, LEARNING_RATE = 400, 12, 2e-3  # enough to show something, in a few seconds
COLOURS = dict(zip(SLOTS, ("cyan", "magenta", "green", "yellow", "blue", "red", "bright_cyan"), strict=True))


def tag(sentences: Sequence[str], console: Console) -> None:
    """Train a tagger on generated sentences, and print sentences with their tags and their class."""
    with busy("Training on generated sentences"):
        model = build_tagger()
        batch = tagged_batch(model, generate_dataset(SENTENCES).samples)
        train_tagger(model, batch, EPOCHS, learning_rate=LEARNING_RATE)
        tagged = tag_sentences(model, sentences)
    for each in tagged:
        console.print(describe(each), soft_wrap=True)


def describe(tagged: TaggedSentence) -> Text:
    """Write a sentence with its words coloured by slot; below it each entity with its slot, and the class."""
    sentence = Text(tagged.sentence)
    lines: list[Text] = []
    before = ""
    for (start, end), name in zip(tagged.spans, tagged.tags, strict=True):
        prefix, _, slot = name.partition("-")
        if slot:
            style = f"bold {COLOURS[slot]}"
            sentence.stylize(style, start, end)
            if prefix == "I" and slot == before:
                lines[-1].append(f" {tagged.sentence[start:end]}", style)
            else:
                lines.append(Text(f"  {slot:<9}  ").append(tagged.sentence[start:end], style))
        before = slot
    probability, label = tagged.probabilities.max(dim=-1)
    lines.append(Text(f"  {'class':<9}  {TASK_B_CLASSES[int(label)]} ({probability:.0%})"))
    return Text("\n").join([sentence, *lines])
