import pytest

from solutions.app.csv_files import read_csv, write_csv
from solutions.dataset import MultiTaskDataset, Sample


def write(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "data.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_read_csv_takes_any_labels(tmp_path):
    path = write(
        tmp_path, 'sentence,taskB,taskA\n"Yes, it works.",neutral,10\nNo.,bad,9,\n \nWell.,good,10\n', "utf-8-sig"
    )
    dataset = read_csv(path)
    assert dataset.taskA_classes == ("9", "10")  # numbers in numeric order
    assert dataset.taskB_classes == ("bad", "good", "neutral")
    assert dataset.samples == [Sample("Yes, it works.", 1, 2), Sample("No.", 0, 0), Sample("Well.", 1, 1)]


def test_read_csv_uses_the_classes_of_a_trained_model(tmp_path):
    dataset = read_csv(write(tmp_path, "sentence,taskA,taskB\nYes.,b,y\n"), ("a", "b"), ("x", "y"))
    assert dataset.samples == [Sample("Yes.", 1, 1)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "sentence, taskA, taskB must stand once in the first line"),
        ("sentence,taskA\nYes.,1\n", "taskB must stand once in the first line, which names sentence,taskA,taskB"),
        ("sentence,taskA,taskB,taskB\nYes.,1,1,1\n", "taskB must stand once"),
        ("sentence,taskA,taskB\nYes.,--1,0\nNo.,,0\n", "row on line 3: taskA is empty"),
        ("sentence,taskA,taskB\n", "no rows below the header"),
        ("sentence,taskA,taskB\nYes.,0,0\n,1,1\n", "row on line 3: sentence is empty"),
        ("sentence,taskA,taskB\nYes.,0\n", "row on line 2: taskB is empty"),
        ("sentence,taskA,taskB\nYes, it is.,0,1\n", "row on line 2: too many fields"),
        ("sentence,taskA,taskB\nYes.,0,0\nNo.,0,1\n", "taskA has only the class '0'"),
        ('sentence,taskA,taskB\nYes.,0,0\n"No.,1,1\n', "row on line 3: unexpected end of data"),
    ],
)
def test_read_csv_names_the_row_and_the_fault(tmp_path, text, message):
    with pytest.raises(ValueError, match=message):
        read_csv(write(tmp_path, text))


def test_read_csv_names_an_unknown_label_and_the_known_ones(tmp_path):
    path = write(tmp_path, "sentence,taskA,taskB\nYes.,a,x\nNo.,c,y\n")
    with pytest.raises(ValueError, match="row on line 3: taskA is 'c', but must be one of a, b"):
        read_csv(path, ("a", "b"), ("x", "y"))


def test_read_csv_refuses_text_that_is_not_utf8(tmp_path):
    path = write(tmp_path, "sentence,taskA,taskB\nCafé.,0,0\nNo.,1,1\n", "latin-1")
    with pytest.raises(ValueError, match="line 2: not UTF-8 text"):
        read_csv(path)


def test_read_csv_sorts_what_only_looks_like_numbers_as_text(tmp_path):
    assert read_csv(write(tmp_path, "sentence,taskA,taskB\nYes.,--1,1\nNo.,-2,0\n")).taskA_classes == ("--1", "-2")


def test_read_csv_orders_equal_numbers_the_same_every_time(tmp_path):
    path = write(tmp_path, "sentence,taskA,taskB\na,1,1\nb,01,0\nc,001,1\n")
    assert read_csv(path).taskA_classes == ("001", "01", "1")


def test_write_csv_is_what_read_csv_reads(tmp_path):
    samples = [Sample('He said "yes, no".', 0, 1), Sample("Two\nlines, é.", 1, 0)]
    dataset = MultiTaskDataset(samples, ("a,b", "c"), ("0", "1"))
    write_csv(tmp_path / "data.csv", dataset)
    again = read_csv(tmp_path / "data.csv")
    assert again.samples == samples
    assert (again.taskA_classes, again.taskB_classes) == (dataset.taskA_classes, dataset.taskB_classes)
