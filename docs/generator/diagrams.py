"""The diagrams of the pages."""

from solutions.config import FreezeStrategy
from solutions.freezing import FROZEN_PARTS, PARTS

from .canvas import Canvas
from .drawing import Drawing, fragment

WIDTH = 560


def fragments() -> dict[str, str]:
    """Give each diagram, by its name."""
    drawings = (architecture, padding, projection, sharing, freezing, unfreezing, step, leak, caching, contrastive)
    return {draw.__name__: fragment(draw.__name__, draw()) for draw in drawings}


def architecture() -> Drawing:
    """Draw the whole model."""
    sheet = Canvas(WIDTH, 505)
    sheet.words(280, 22, "“Her laptop crashes hourly.”", "middle strong")
    rows = [
        ("transformer\na vector for each token", "frozen", "(batch, seq, hidden)"),
        ("mean pooling\none vector for the sentence", "", "(batch, hidden)"),
        ("projection\nto 512 numbers, whatever the transformer", "", "(batch, 512)"),
        ("LayerNorm, L2 norm\none scale, length 1", "", "(batch, 512)"),
    ]
    for number, (words, kind, _) in enumerate(rows):
        top = 52 + 82 * number
        sheet.arrow(280, top - 22, 280, top)
        sheet.box(120, top, 320, 56, words, kind)
        if number:
            sheet.words(290, top - 8, rows[number - 1][2], "small")
    sheet.words(290, 372, "the embedding", "small strong")
    sheet.line([(280, 354), (280, 382), (150, 382)])
    sheet.line([(280, 382), (410, 382)])
    for left, task, question in ((30, "A", "technology, entertainment?"), (290, "B", "negative, positive?")):
        sheet.arrow(left + 120, 382, left + 120, 410)
        sheet.box(left, 410, 240, 56, f"head {task}\n{question}", f"task{task}")
    sheet.words(150, 492, "logits of task A", "middle small")
    sheet.words(410, 492, "logits of task B", "middle small")
    return Drawing(
        sheet.svg(),
        "From top to bottom: a sentence goes through the transformer, mean pooling, the projection to 512 numbers, "
        "LayerNorm and L2 norm. The embedding that comes out goes to head A, which tells technology from "
        "entertainment, and to head B, which tells negative from positive.",
        "What you will build. Both heads read the same embedding.",
    )


def padding() -> Drawing:
    """Draw a batch of two sentences, the shorter one padded."""
    sheet = Canvas(WIDTH, 178)
    rows = ((["The", "cat", "sat", "on", "the", "mat", "."], 0), (["I", "love", "it", "."], 3))
    for number, (tokens, blanks) in enumerate(rows):
        top = 30 + 72 * number
        for position, token in enumerate([*tokens, *["pad"] * blanks]):
            kind = "frozen" if position >= len(tokens) else "plain"
            sheet.box(8 + 57 * position, top, 51, 34, token, kind)
            sheet.words(33 + 57 * position, top + 52, str(int(position < len(tokens))), "middle small")
        sheet.arrow(410, top + 17, 438, top + 17)
        sheet.box(442, top, 110, 34, f"sum ÷ {len(tokens)}")
    sheet.words(8, 18, "tokens, and below them the attention mask", "small")
    return Drawing(
        sheet.svg(),
        "A batch of two sentences. The first has seven tokens, all with mask 1; its mean is their sum divided by "
        "seven. The second has four tokens with mask 1 and three of padding with mask 0; its mean is the sum of the "
        "four, divided by four.",
        "A batch is a rectangle. What fills it up must not count, neither in the sum nor in the number. The two tokens "
        "that BERT puts around each sentence are left out here; they do count.",
    )


def projection() -> Drawing:
    """Draw what happens to a pooled vector."""
    sheet = Canvas(WIDTH, 120)
    steps = (("Linear\nhidden → 512", ""), ("LayerNorm\nmean 0, spread 1", ""), ("L2 norm\nlength 1", ""))
    sheet.words(4, 58, "pooled", "small")
    for number, (words, kind) in enumerate(steps):
        left = 72 + 148 * number
        sheet.arrow(left - 24, 54, left, 54)
        sheet.box(left, 26, 124, 56, words, kind)
    sheet.arrow(492, 54, 516, 54)
    sheet.words(519, 58, "unit", "small")
    return Drawing(
        sheet.svg(),
        "The pooled vector goes through a linear layer from hidden to 512 numbers, then LayerNorm, which gives the "
        "numbers mean 0 and spread 1, then the L2 norm, which gives the vector length 1.",
        "Three steps, in this order: LayerNorm after the L2 norm would undo it.",
    )


def sharing() -> Drawing:
    """Draw how gradients of both tasks meet in the encoder."""
    sheet = Canvas(WIDTH, 262)
    sheet.box(160, 12, 240, 52, "shared encoder\nruns once per batch")
    for left, task in ((30, "A"), (310, "B")):
        middle = left + 110
        sheet.line([(280, 64), (280, 84), (middle, 84)])
        sheet.arrow(middle, 84, middle, 112)
        sheet.box(left, 112, 220, 44, f"head {task}", f"task{task}")
        sheet.arrow(middle, 156, middle, 186)
        sheet.box(left, 186, 220, 44, f"loss {task}, times {'alpha' if task == 'A' else 'beta'}", "plain")
    for x, kind in ((16, "taskA"), (544, "taskB")):
        inner = 30 if x < 280 else 530
        sheet.line([(inner, 208), (x, 208), (x, 38)], f"{kind} dashed")
        sheet.arrow(x, 38, 156 if x < 280 else 404, 38, f"{kind} dashed")
    sheet.words(280, 252, "dashed: gradients flow back, and add up", "middle small")
    return Drawing(
        sheet.svg(),
        "The shared encoder runs once per batch and feeds head A and head B. Each has a loss, weighted by alpha and "
        "beta. From both losses gradients flow back to the shared encoder.",
        "One forward pass, two losses. In the encoder the gradients of both tasks add up.",
    )


def freezing() -> Drawing:
    """Draw which parts train under each strategy, as `freezing.py` has it."""
    sheet = Canvas(WIDTH, 268)
    names = ("trans-\nformer", "projec-\ntion", "Layer-\nNorm", "head\nA", "head\nB")
    for column, name in enumerate(names):
        for line, word in enumerate(name.split("\n")):
            sheet.words(172 + 86 * column, 16 + 18 * line, word, "middle small")
    for row, strategy in enumerate(FreezeStrategy):
        top = 46 + 44 * row
        sheet.words(4, top + 22, strategy.value, "strong")
        for column, part in enumerate(PARTS):
            trains = part not in FROZEN_PARTS[strategy]
            sheet.box(134 + 86 * column, top, 76, 34, "trains" if trains else "frozen", "" if trains else "frozen")
    frozen = "; ".join(
        f"{strategy.value}: {', '.join(FROZEN_PARTS[strategy]) if FROZEN_PARTS[strategy] else 'no part'}"
        for strategy in FreezeStrategy
    )
    return Drawing(
        sheet.svg(),
        f"A table of five strategies and the parts that they freeze. {frozen}.",
        "Five strategies, five parts. Each strategy is named after what it freezes.",
    )


def unfreezing() -> Drawing:
    """Draw a schedule: layers from top to bottom, epochs from left to right."""
    sheet = Canvas(WIDTH, 270)
    layers = [*(f"layer {number}" for number in range(6, 0, -1)), "embeddings"]
    trains = (0, 0, 2, 2, 4, 4)
    for epoch, count in enumerate(trains):
        left = 122 + 72 * epoch
        sheet.words(left + 33, 20, f"epoch {epoch + 1}", "middle small")
        for depth in range(len(layers)):
            sheet.box(
                left, 30 + 33 * depth, 66, 27, "trains" if depth < count else "", "" if depth < count else "frozen"
            )
    for depth, layer in enumerate(layers):
        sheet.words(4, 49 + 33 * depth, layer, "small")
    return Drawing(
        sheet.svg(),
        "Seven layer groups of the backbone over six epochs. In epochs 1 and 2 all are frozen. In epochs 3 and 4 the "
        "top two train, in epochs 5 and 6 the top four.",
        "Progressive unfreezing with the milestones 3:2 and 5:4. The heads train all the time.",
    )


def step() -> Drawing:
    """Draw the five steps of one training step."""
    sheet = Canvas(WIDTH, 138)
    steps = ("zero_grad\nforget", "model\npredict", "criterion\nhow wrong?", "backward\nwhich way?", "step\nmove")
    for number, words in enumerate(steps):
        left = 6 + 112 * number
        sheet.box(left, 16, 98, 56, words)
        if number:
            sheet.arrow(left - 14, 44, left, 44)
    sheet.line([(503, 72), (503, 104), (55, 104)])
    sheet.arrow(55, 104, 55, 74)
    sheet.words(280, 126, "the next batch", "middle small")
    return Drawing(
        sheet.svg(),
        "A cycle of five steps: zero_grad forgets the old gradients, the model predicts, the criterion says how wrong "
        "that is, backward finds the way, step moves the weights; then the next batch.",
        "One training step. Leave out zero_grad and it still runs, and trains badly.",
    )


def leak() -> Drawing:
    """Draw why generating first and splitting afterwards leaks."""
    sheet = Canvas(WIDTH, 300)
    for top, title, first, second, verdict in (
        (0, "Generate, then split", "sentences", "", "same templates on both sides"),
        (150, "Split, then generate", "templates", "sentences", "no template in common"),
    ):
        sheet.words(4, top + 20, title, "strong")
        sheet.box(4, top + 56, 110, 44, "templates" if not second else "all\ntemplates", "plain")
        for offset, side in ((0, "training"), (58, "test")):
            middle = top + 50 + offset
            if second:
                sheet.line([(114, top + 78), (134, top + 78), (134, middle)])
                sheet.arrow(134, middle, 156, middle)
                sheet.box(160, middle - 20, 140, 40, f"{side} {first}", "taskA" if offset == 0 else "taskB")
                sheet.arrow(300, middle, 326, middle)
            else:
                sheet.line([(300, top + 78), (306, top + 78), (306, middle)])
                sheet.arrow(306, middle, 326, middle)
            sheet.box(330, middle - 20, 150, 40, f"{side} sentences", "taskA" if offset == 0 else "taskB")
        if not second:
            sheet.arrow(114, top + 78, 156, top + 78)
            sheet.box(160, top + 56, 140, 44, first, "plain")
        sheet.words(330, top + 20, verdict, "small")
    return Drawing(
        sheet.svg(),
        "Above: from all templates come sentences, which are then split into training and test; both sides share "
        "their templates. Below: the templates are split first, and each side's sentences are made from its own; "
        "no template is shared.",
        "Divide what sentences are made of, not the sentences.",
    )


def caching() -> Drawing:
    """Draw that a frozen backbone runs once and the small layers in every epoch."""
    sheet = Canvas(WIDTH, 150)
    sheet.box(6, 42, 150, 60, "frozen transformer\nonce", "frozen")
    sheet.arrow(156, 72, 194, 72)
    sheet.box(198, 42, 120, 60, "features\n(800, 384)", "plain")
    sheet.arrow(318, 72, 356, 72)
    sheet.box(360, 42, 190, 60, "projection, heads\nin every epoch")
    sheet.line([(510, 42), (510, 18), (400, 18)])
    sheet.arrow(400, 18, 400, 42)
    return Drawing(
        sheet.svg(),
        "The frozen transformer runs once and gives features, 800 rows of 384 numbers. The projection and the heads "
        "read them in every epoch.",
        "What never changes need not be computed twice.",
    )


def contrastive() -> Drawing:
    """Draw what each anchor of a batch is compared with."""
    sheet = Canvas(WIDTH, 262)
    names = ("c1", "c2", "c3", "c4", "hard")
    for column, name in enumerate(names):
        sheet.words(176 + 78 * column, 24, name, "middle small strong")
    for row in range(4):
        top = 36 + 46 * row
        sheet.words(60, top + 25, f"anchor {row + 1}", "middle small strong")
        for column in range(len(names)):
            kind = "taskA" if row == column else "frozen" if {row, column} == {0, 2} else "plain"
            words = "partner" if row == column else "excluded" if kind == "frozen" else "negative"
            sheet.box(140 + 78 * column, top, 72, 38, "", kind)
            sheet.words(176 + 78 * column, top + 24, words, "middle small")
    sheet.words(140, 244, "Anchors 1 and 3 are of one kind: neither is the other's negative.", "small")
    return Drawing(
        sheet.svg(),
        "A table with four anchors as rows and five candidates as columns. On the diagonal stands each anchor's own "
        "partner. All others in a row are negatives, and so is the fifth candidate, a hard negative. Anchors one and "
        "three are of one kind, so each one's partner is excluded for the other.",
        "A row is one question: which of the candidates is my partner?",
    )
