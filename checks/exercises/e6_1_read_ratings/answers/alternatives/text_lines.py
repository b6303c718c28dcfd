import math


def read_ratings(path):
    sentences = []
    number = 0
    with open(path, "rb") as file:
        for raw in file:
            number += 1
            try:
                text = raw.decode("utf8").lstrip("\ufeff").strip("\r\n")
            except UnicodeDecodeError:
                raise ValueError(f"line {number} of {path} is not UTF-8") from None
            if text.isspace() or text == "":
                continue
            parts = text.split("\t")
            if len(parts) != 3:
                raise ValueError(f"line {number}: 3 fields wanted, got {len(parts)}")
            name, value, sentence = parts
            try:
                rating = float(value)
            except ValueError:
                raise ValueError(f"line {number}: {value!r} is no number") from None
            if math.isnan(rating) or abs(rating) > 4:
                raise ValueError(f"line {number}: rating {value} is not between -4 and 4")
            if sentence.strip() == "":
                raise ValueError(f"line {number}: sentence missing")
            sentences.append(RatedSentence(sentence.strip(), rating, name.split("_")[0]))
    return sentences
