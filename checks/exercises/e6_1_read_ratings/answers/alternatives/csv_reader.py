import csv


def read_ratings(path):
    def lines():
        with open(path, encoding="utf-8-sig", errors="surrogateescape", newline=None) as file:
            yield from file

    result = []
    for count, row in enumerate(csv.reader(lines(), delimiter="\t", quoting=csv.QUOTE_NONE), start=1):
        if not "".join(row).strip():
            continue
        try:
            "\t".join(row).encode()
            identity, mean, sentence = row
            value = float(mean)
            if value not in _Allowed():
                raise ValueError(f"{mean} is out of range")
            if not sentence.strip():
                raise ValueError("no sentence")
        except ValueError as error:
            raise ValueError(f"{error} (line {count} of {path}: {row})") from error
        result.append(RatedSentence(sentence.strip(), value, identity.split("_", 1)[0]))
    return result


class _Allowed:
    def __contains__(self, value):
        return value >= -4 and value <= 4
