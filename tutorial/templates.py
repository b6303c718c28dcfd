"""What the course's sentences are made of: templates and the word banks that fill them.

A template has function words and slots only; every content word comes from a bank, and no content word stands in
two of them. So a split that keeps templates and banks apart keeps everything apart. All four class combinations
share the templates: how a sentence is built says nothing about its labels.
"""

from dataclasses import dataclass

TASK_A_CLASSES = ("Technology", "Entertainment")
TASK_B_CLASSES = ("Negative", "Positive")

TEMPLATES = (
    "The {noun} is {adverb} {adjective}.",
    "This {noun} is {adjective}, and it {does}.",
    "My {person} {did} the {noun}.",
    "I {did} this {noun} because it {does}.",
    "Since {month}, the {noun} has been {adverb} {adjective}.",
    "We {did} this {adjective} {noun}.",
    "That {noun} {does}.",
    "In {month}, my {person} {did} that {adjective} {noun}.",
    "The {noun} {does}, and my {person} {did} it.",
    "As for the {noun}, it is {adverb} {adjective}.",
    "Both of us {did} the {noun}.",
    "How {adjective} this {noun} is!",
    "For my {person}, the {noun} was {adjective} from {month} on.",
    "Everyone {did} the {noun} in {month}.",
    "There is no {noun} as {adjective} as this one.",
    "Her {noun} {does}, which is {adverb} {adjective}.",
    "My {person} {did} that {noun}, and so did I.",
    "To my {person}, this {noun} is {adverb} {adjective}.",
    "I {did} it: the {noun} is {adjective}.",
    "Our {noun} {does}, and that is {adjective}.",
    "The {adjective} {noun} {does}.",
    "My {person} and I {did} that {noun}.",
    "Is it just me, or is this {noun} {adverb} {adjective}?",
    "Yes, the {noun} {does}.",
)


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _phrases(text: str) -> tuple[str, ...]:
    return tuple(phrase.strip() for phrase in text.split(","))


# (slot, label of task A, label of task B): None where the words suit every label of that task.
WORD_BANKS: dict[tuple[str, int | None, int | None], tuple[str, ...]] = {
    ("noun", 0, None): _words(
        "router laptop printer smartphone tablet keyboard webcam headset smartwatch drone scanner thermostat "
        "charger monitor processor modem touchscreen app browser chatbot firewall database server microphone"
    ),
    ("noun", 1, None): _words(
        "film concert novel musical comedy documentary sitcom album podcast play festival opera ballet cartoon "
        "thriller drama sequel soundtrack miniseries circus recital screenplay pantomime premiere"
    ),
    ("adjective", None, 0): _words(
        "disappointing dreadful mediocre frustrating tedious unbearable forgettable shoddy awful lousy unpleasant "
        "atrocious pathetic overpriced clumsy annoying sloppy miserable terrible useless horrendous abysmal "
        "irritating appalling"
    ),
    ("adjective", None, 1): _words(
        "brilliant superb delightful outstanding excellent wonderful fantastic impressive remarkable splendid "
        "terrific flawless charming refreshing magnificent marvelous exceptional phenomenal gorgeous satisfying "
        "amazing stunning fabulous glorious"
    ),
    ("did", None, 0): _words(
        "hated disliked regretted despised detested loathed resented criticized mocked denounced condemned ridiculed"
    ),
    ("did", None, 1): _words(
        "loved adored enjoyed praised admired treasured cherished applauded appreciated recommended liked welcomed"
    ),
    ("does", 0, 0): _phrases(
        "malfunctions constantly, breaks easily, fails without warning, stalls repeatedly, crashes hourly, "
        "lags horribly, wastes energy, demands endless repairs, ignores valid commands, confuses beginners, "
        "corrupts data, disconnects randomly"
    ),
    ("does", 0, 1): _phrases(
        "responds instantly, works smoothly, runs silently, starts immediately, installs effortlessly, "
        "performs reliably, handles heavy workloads, protects privacy, simplifies setup, integrates seamlessly, "
        "scales beautifully, boosts productivity"
    ),
    ("does", 1, 0): _phrases(
        "bores spectators, drags endlessly, insults intelligence, lacks originality, recycles clichés, "
        "puts listeners to sleep, falls flat, squanders talent, rambles aimlessly, offends purists, "
        "collapses midway, forgets logic"
    ),
    ("does", 1, 1): _phrases(
        "delights audiences, entertains families, sparkles throughout, captivates viewers, inspires imagination, "
        "enchants children, builds gripping suspense, tells moving stories, honors friendship, deserves awards, "
        "rewards patience, lifts spirits"
    ),
    ("adverb", None, None): _words(
        "truly really thoroughly absolutely utterly genuinely consistently surprisingly undeniably unquestionably "
        "simply plainly"
    ),
    ("person", None, None): _words(
        "sister brother neighbor colleague cousin roommate uncle aunt father mother teacher boss"
    ),
    ("month", None, None): _words(
        "January February March April May June July August September October November December"
    ),
}


@dataclass(frozen=True)
class SentenceSource:
    """Templates and word banks to draw sentences from."""

    templates: tuple[str, ...]
    word_banks: dict[tuple[str, int | None, int | None], tuple[str, ...]]

    def words_for(self, taskA: int, taskB: int) -> dict[str, tuple[str, ...]]:
        """Give the words that each slot may take in a sentence with these two labels."""
        return {
            slot: words
            for (slot, label_a, label_b), words in self.word_banks.items()
            if label_a in (None, taskA) and label_b in (None, taskB)
        }


FULL_SOURCE = SentenceSource(TEMPLATES, WORD_BANKS)
