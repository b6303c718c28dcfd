import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solutions.app.csv_files import read_csv, write_csv
from solutions.app.labels import similar_labels
from solutions.dataset import MultiTaskDataset, Sample
from solutions.tasks import UNLABELLED, Pair

HEADER = "sentence,taskA,taskB\n"
ROWS = "Yes.,a,x\nNo.,b,y\n"
READ = [Sample("Yes.", 0, 0), Sample("No.", 1, 1)]
CLASSES = Pair(("a", "b"), ("x", "y"))


def write(tmp_path, content, encoding="utf-8"):
    path = tmp_path / "data.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def fault(tmp_path, content):
    """Give the message with which a file is refused, without its path."""
    path = write(tmp_path, content)
    with pytest.raises(ValueError, match=re.escape(str(path))) as caught:
        read_csv(path)
    return str(caught.value).removeprefix(str(path))


def labelled(*labels):
    """Make a dataset whose samples have these labels of task A."""
    classes = tuple(dict.fromkeys(labels))
    samples = [Sample("Yes.", classes.index(label), UNLABELLED) for label in labels]
    return MultiTaskDataset(samples, classes, ("x", "y"))


def test_read_csv_takes_any_labels(tmp_path):
    path = write(
        tmp_path, 'sentence,taskB,taskA\n"Yes, it works.",neutral,10\nNo.,bad,9,\n \nWell.,good,10\n', "utf-8-sig"
    )
    dataset = read_csv(path)
    assert dataset.taskA_classes == ("9", "10")  # numbers in numeric order
    assert dataset.taskB_classes == ("bad", "good", "neutral")
    assert dataset.samples == [Sample("Yes, it works.", 1, 2), Sample("No.", 0, 0), Sample("Well.", 1, 1)]


def test_read_csv_uses_the_classes_of_a_trained_model(tmp_path):
    dataset = read_csv(write(tmp_path, HEADER + "Yes.,b,y\n"), CLASSES)
    assert dataset.samples == [Sample("Yes.", 1, 1)]
    assert (dataset.taskA_classes, dataset.taskB_classes) == CLASSES


def test_read_csv_reads_an_empty_label_as_unlabelled(tmp_path):
    dataset = read_csv(write(tmp_path, HEADER + "Yes.,a,\nNo., ,x\nWell.,b,y\n"))
    assert dataset.samples == [Sample("Yes.", 0, UNLABELLED), Sample("No.", UNLABELLED, 0), Sample("Well.", 1, 1)]
    assert (dataset.taskA_classes, dataset.taskB_classes) == CLASSES


def test_read_csv_needs_labels_only_to_find_the_classes(tmp_path):
    path = write(tmp_path, HEADER + "Yes.,a,\nNo.,b,\n")
    with pytest.raises(ValueError, match="taskB has no label in any row; a classifier needs at least two classes"):
        read_csv(path)
    assert read_csv(path, CLASSES).samples == [Sample("Yes.", 0, UNLABELLED), Sample("No.", 1, UNLABELLED)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("above", ["", "sep=;\r\n", '"sep=\t"\n', "SEP=,\r", "\n \n"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_read_csv_takes_the_delimiter_of_the_header(tmp_path, delimiter, above, end):
    text = above + (HEADER + ROWS).replace(",", delimiter).replace("\n", end)
    assert read_csv(write(tmp_path, text, "utf-8-sig")).samples == READ


@pytest.mark.parametrize(
    "text",
    [
        "id,sentence,taskA,note,taskB\n1,Yes.,a,,x\n2,No.,b,hm,y\n",
        'sentence,taskA,taskB,"a;b;c;d;e"\nYes.,a,x,\nNo.,b,y\n',
        " sentence , taskA,taskB \nYes. , a,x\nNo.,b , y\n",
        "sentence,taskA,taskB\nYes.,a,x,,\n,,\nNo.,b,y\n",
        '"sentence",taskA,taskB\n"Yes.", "a", x\nNo.,b,y\n',
    ],
)
def test_read_csv_passes_over_further_columns_and_blanks(tmp_path, text):
    assert read_csv(write(tmp_path, text)).samples == READ


def test_read_csv_takes_a_quote_behind_a_blank(tmp_path):
    path = write(tmp_path, 'sentence, taskA, taskB\n "Yes, ""it"" is.", a, "x"\nNo 6" pipe.,b,y\n')
    assert [sample.sentence for sample in read_csv(path)] == ['Yes, "it" is.', 'No 6" pipe.']


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("", "the file is empty; its first line must be sentence,taskA,taskB"),
        ("\n \n", "the file is empty; its first line must be sentence,taskA,taskB"),
        ("sentence,taskA\n", "taskB must stand once in the header, which is 'sentence,taskA'; write sentence,taskA,"),
        ("sentence,taskA,taskB,taskB\n", "taskB must stand once in the header, which is 'sentence,taskA,taskB,taskB'"),
        ("Sentence,taskA,taskB\n", "which is 'Sentence,taskA,taskB'; did you mean that 'Sentence' should be sentence?"),
        ("sentence;taska;taskB\n", "which is 'sentence;taska;taskB'; did you mean that 'taska' should be taskA?"),
        ("Sentences,Task A,taskB\n", "that 'Sentences' should be sentence and 'Task A' should be taskA?"),
        ("\ufeff\ufeffsentence,taskA,taskB\n", r"did you mean that '\ufeffsentence' should be sentence?"),
        ("sentence;taskA,taskB\n", "sentence, taskA must stand once in the header, which is 'sentence;taskA,taskB'"),
        (
            '"sentence,taskA,taskB"\n',
            """the header '"sentence,taskA,taskB"' is one field; write sentence,taskA,taskB""",
        ),
        ("sentence taskA taskB\n", "the header 'sentence taskA taskB' is one field; write sentence,taskA,taskB"),
        ("", "'Yes.,a,x' names no column and looks like a row; put the header sentence,taskA,taskB above it"),
        ("x" * 1000 + ",taskA,taskB\n", f"which is '{'x' * 60}…'"),
    ],
)
def test_read_csv_quotes_an_unusable_header_and_names_the_cure(tmp_path, header, message):
    rows = ROWS if "looks like a row" in message or header.strip() else ""
    found = fault(tmp_path, header + rows)
    assert message in found
    assert found.startswith(", line 1: ")


def test_read_csv_counts_what_stands_above_the_header_as_lines(tmp_path):
    assert fault(tmp_path, "sep=;\n\nsentence;taskA\n").startswith(", line 3: taskB must stand once")
    assert fault(tmp_path, "sep=;\n\nsentence;taskA;taskB\na;;\n").startswith(", row on line 4: ")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("", ": no rows below the header"),
        (",,\n \n", ": no rows below the header"),
        ("Yes.,a,x\nNo.,a,y\n", ": taskA has only the class 'a'; a classifier needs at least two classes"),
        ("Yes.,a,x\nNo., ,\n", "3: taskA and taskB are empty; a sentence needs a label of at least one task: 'No., ,'"),
        ("Yes.,a,x\n ,b,y\n", "3: sentence is empty: ' ,b,y'"),
        ("Yes.,a\n", "2: too few fields: 2, where the header has 3 and commas between them; leave the field of a"),
        ("Yes.;a;x\n", "2: too few fields: 1, where the header has 3 and commas between them"),
        ('"Yes.,a,x"\n', """leave the field of a missing label empty: '"Yes.,a,x"'"""),
        ("Yes, it is.,a,x\n", "2: too many fields; quote a sentence that has commas: 'Yes, it is.,a,x'"),
        ('Yes.,a,x\n"No.,b,y\nYes.,a,x\n', "3: unexpected end of data; a quote is missing"),
        (
            'Yes.,a,x\n"No.,b,y\n' + "Yes.,a,x\n" * 20_000,
            "3: field larger than field limit (131072); a quote is missing",
        ),
        ('"Yes" he said.,a,x\n', """or a blank behind the closing one: '"Yes" he said.,a,x'"""),
        ('"Yes\nno.",a,x\n"No\nyes.",,\n', """4: taskA and taskB are empty"""),
        (ROWS + HEADER + ROWS, "4: the header stands here again; remove it: 'sentence,taskA,taskB'"),
        ("Yes.,a,x\nN\0o.,b,y\n", ", line 3: a NUL character, which no text has"),
        ("x" * 1_000_000, ": 'xxx"),
    ],
)
def test_read_csv_quotes_an_unusable_row_and_names_the_cure(tmp_path, rows, message):
    found = fault(tmp_path, HEADER + rows)
    assert message in found
    assert len(found) < 300


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_read_csv_names_the_delimiter_that_a_sentence_has(tmp_path, delimiter):
    name = {";": "semicolons", "\t": "tabs", "|": "bars"}[delimiter]
    text = (HEADER + "Yes,no,a,x\n").replace(",", delimiter)
    assert f"row on line 2: too many fields; quote a sentence that has {name}" in fault(tmp_path, text)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ((HEADER + ROWS).encode("utf-16"), " is UTF-16 text; save it as CSV in UTF-8"),
        (b"\xfe\xff" + (HEADER + ROWS).encode("utf-16-be"), " is UTF-16 text; save it as CSV in UTF-8"),
        ((HEADER + ROWS).encode("utf-16-le"), " is UTF-16 text; save it as CSV in UTF-8"),
        ((HEADER + ROWS).encode("utf-16-be"), " is UTF-16 text; save it as CSV in UTF-8"),
        (b"PK\x03\x04\x14\0\xff", " is an Excel workbook or another ZIP file; save it as CSV in UTF-8"),
        (HEADER.encode() + b"\xed\xa0\x80,a,x\n", ", line 2: not UTF-8 text"),
        (HEADER.encode() + "Café.,0,0\n".encode("latin-1"), ", line 2: not UTF-8 text"),
    ],
)
def test_read_csv_names_what_is_no_utf8_text(tmp_path, content, message):
    assert message in fault(tmp_path, content)


def test_read_csv_refuses_a_folder(tmp_path):
    with pytest.raises(IsADirectoryError, match="is a folder, but must be a CSV file"):
        read_csv(tmp_path)


@pytest.mark.parametrize(
    ("label", "message"),
    [
        ("c", "taskA is 'c', but must be one of Good, 1, café"),
        ("good", "taskA is 'good', but must be one of Good, 1, café; did you mean 'Good'?"),
        ("1.0", "taskA is '1.0', but must be one of Good, 1, café; did you mean '1'?"),
        ("cafe\u0301", r"taskA is 'cafe\u0301', but must be one of Good, 1, café; did you mean 'caf\xe9'?"),
    ],
)
def test_read_csv_names_an_unknown_label_and_the_known_ones(tmp_path, label, message):
    path = write(tmp_path, f"{HEADER}Yes.,Good,x\nNo.,{label},y\n")
    with pytest.raises(ValueError, match=re.escape(f"row on line 3: {message}") + "$"):
        read_csv(path, Pair(("Good", "1", "café"), ("x", "y")))


def test_read_csv_names_only_some_of_many_known_labels(tmp_path):
    with pytest.raises(ValueError, match=r"one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 1,990 more$"):
        read_csv(write(tmp_path, HEADER + "Yes.,c,x\n"), Pair([str(number) for number in range(2000)], ("x", "y")))


def test_read_csv_sorts_what_only_looks_like_numbers_as_text(tmp_path):
    assert read_csv(write(tmp_path, HEADER + "Yes.,--1,1\nNo.,-2,0\n")).taskA_classes == ("--1", "-2")


def test_read_csv_orders_equal_numbers_the_same_every_time(tmp_path):
    assert read_csv(write(tmp_path, HEADER + "a,1,1\nb,01,0\nc,001,1\n")).taskA_classes == ("001", "01", "1")


def test_read_csv_takes_no_longer_per_row_with_many_classes(tmp_path):
    def seconds(classes):
        path = write(tmp_path, HEADER + "".join(f"Yes {i}.,{i % classes},{i % 11}\n" for i in range(20_000)))
        start = time.process_time()
        assert len(read_csv(path).taskA_classes) == classes
        return time.process_time() - start

    seconds(2)
    assert seconds(20_000) < 8 * seconds(2)  # by a search of all classes for each row it is more than a hundredfold


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
CELLS = st.one_of(TEXT, st.text('"=,;\n\r\t |a\ufeff\u200b', min_size=1)).map(str.strip).filter(bool)


@given(
    classes=st.tuples(*[st.lists(CELLS, min_size=2, unique=True)] * 2),
    draws=st.lists(st.tuples(CELLS, st.integers(-1, 99), st.integers(-1, 99)), min_size=1),
)
def test_write_csv_is_what_read_csv_reads(tmp_path_factory, classes, draws):
    def label(draw, names):
        return UNLABELLED if draw < 0 else draw % len(names)

    samples = [Sample(text, label(a, classes[0]), label(b, classes[1])) for text, a, b in draws if max(a, b) >= 0]
    if not samples:
        return
    path = tmp_path_factory.getbasetemp() / "written.csv"
    write_csv(path, MultiTaskDataset(samples, *classes))
    again = read_csv(path, Pair(*classes))
    assert again.samples == samples
    assert (again.taskA_classes, again.taskB_classes) == tuple(map(tuple, classes))


def test_write_csv_leaves_the_cell_of_a_missing_label_empty(tmp_path):
    samples = [Sample('=SUM("a")=', 0, UNLABELLED), Sample("Two\nlines, é.", UNLABELLED, 1), Sample("No.", 1, 0)]
    write_csv(tmp_path / "data.csv", MultiTaskDataset(samples, ("a,b", "c"), ("0", "1")))
    text = (tmp_path / "data.csv").read_bytes().decode()
    assert text.split("\r\n")[:2] == ["sentence,taskA,taskB", '"=SUM(""a"")=","a,b",']
    again = read_csv(tmp_path / "data.csv")
    assert (again.samples, again.taskA_classes, again.taskB_classes) == (samples, ("a,b", "c"), ("0", "1"))


@pytest.mark.parametrize(
    ("one", "other", "shown"),
    [
        ("good", "Good", "'good' (2×), 'Good' (1×): if they are one class, write 'good' in every row"),
        ("1.0", "1", "'1.0' (2×), '1' (1×)"),
        ("1", "01", "'1' (2×), '01' (1×)"),
        ("-1,50", "-1.5", "'-1,50' (2×), '-1.5' (1×)"),
        ("0", "0.0", "'0' (2×), '0.0' (1×)"),
        ("cafe\u0301", "café", r"'cafe\u0301' (2×), 'caf\xe9' (1×): if they are one class, write 'café' in every row"),
        ("Ａ", "A", r"'\uff21' (2×), 'A' (1×): if they are one class, write 'A' in every row"),
        ("straße", "STRASSE", "'straße' (2×), 'STRASSE' (1×)"),
        ("a\u200bb", "ab", r"'a\u200bb' (2×), 'ab' (1×): if they are one class, write 'ab' in every row"),
        ("a\ufeffb", "ab", r"'a\ufeffb' (2×), 'ab' (1×)"),
        ("a\xadb", "ab", r"'a\xadb' (2×), 'ab' (1×)"),
        ("a\xa0b", "a b", r"'a\xa0b' (2×), 'a b' (1×)"),
        ("a  b", "a b", r"'a \x20b' (2×), 'a b' (1×)"),
        ("❤️", "❤", r"'\u2764\ufe0f' (2×), '\u2764' (1×)"),
    ],
)
def test_similar_labels_names_both_and_how_often_they_occur(one, other, shown):
    (line,) = similar_labels(labelled(other, one, "neutral", one))
    assert line.startswith(f"taskA has the labels {shown}")


def test_similar_labels_is_silent_on_labels_that_differ():
    numbers = ["1", "10", "100", "1,000", "-1", "0", ".", ".5", "1e5", "1a", "01a"]
    labels = [*numbers, "good", "bad", "a", "b", "ab", "a b", "a-b", "a_b", "é", "e", "C", "C++", "C#"]
    assert similar_labels(labelled(*labels)) == []
    assert similar_labels(MultiTaskDataset([], ("a", "b"), ("A", "B"))) == []  # tasks are apart


def test_similar_labels_warns_of_both_tasks_and_summarizes_many():
    names = tuple(f"{letter}{number}" for number in range(1, 1001) for letter in "aA")
    lines = similar_labels(MultiTaskDataset([Sample("Yes.", 0, 1)], names, ("x", "X")))
    assert len(lines) == 10 + 1 + 1
    assert lines[10] == "taskA has 990 more classes that are written in several ways"
    assert lines[11] == "taskB has the labels 'X' (1×), 'x' (0×): if they are one class, write 'X' in every row"
