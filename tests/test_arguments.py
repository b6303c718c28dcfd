import pytest
import torch

from solutions.app.arguments import choose_device, read_sentences


@pytest.mark.parametrize(
    ("cuda", "mps", "expected"), [(2, True, "cuda"), (0, True, "mps"), (0, False, "cpu")], ids=["cuda", "mps", "cpu"]
)
def test_choose_device_takes_the_first_of_cuda_mps_and_cpu(monkeypatch, cuda, mps, expected):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    assert choose_device(None) == torch.device(expected)
    assert choose_device("cpu") == torch.device("cpu")
    with pytest.raises(ValueError, match=f"--device is 'cuda:9', but this machine has {expected}"):
        choose_device("cuda:9")


def test_read_sentences_takes_arguments_or_the_lines_of_a_file(tmp_path):
    path = tmp_path / "sentences.txt"
    path.write_bytes("\ufeff  One.\r\n\r\n\u2028Two\u2028three.\n".encode())
    assert read_sentences(["A.", "B."], None) == ["A.", "B."]
    assert read_sentences(None, path) == ["One.", "Two\u2028three."]


def test_read_sentences_refuses_none_both_and_what_is_not_text(tmp_path):
    (tmp_path / "empty").touch()
    with pytest.raises(ValueError, match="give sentences, each in quotes, or a --file"):
        read_sentences(None, None)
    with pytest.raises(ValueError, match="not both"):
        read_sentences(["A."], tmp_path / "empty")
    with pytest.raises(ValueError, match="empty: no sentence in it"):
        read_sentences(None, tmp_path / "empty")
    with pytest.raises(ValueError, match="is not UTF-8 text"):
        read_sentences(["caf\udce9"], None)
