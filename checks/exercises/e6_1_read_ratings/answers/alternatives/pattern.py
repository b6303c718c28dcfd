import re

LINE = re.compile(r"([^\t_]*)(?:_[^\t]*)?\t([^\t]*)\t([^\t]*)", re.DOTALL)


class BadLine(ValueError):
    pass


def _parse(content, at):
    try:
        line = content.decode("utf-8")
    except ValueError as problem:
        raise BadLine(f"L{at}: {problem.reason}") from problem
    found = LINE.fullmatch(line)
    if found is None:
        raise BadLine(f"L{at}: not of the form id, rating, sentence: {line}")
    review, rating, sentence = found.groups()
    try:
        inside = -4 <= float(rating) <= 4
    except ValueError:
        inside = False
    if not inside or not sentence.strip():
        raise BadLine(f"L{at}: rating {rating}, sentence {sentence!r}")
    return RatedSentence(sentence=sentence.strip(), rating=float(rating), review=review)


def read_ratings(path):
    content = Path(path).read_bytes().removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
    return [_parse(line, at) for at, line in enumerate(content.split(b"\n"), 1) if line.split()]
