# The libraries' way.
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import LabelEncoder
from torch.utils.data import DataLoader, TensorDataset


def prepare(texts, labels, test_share=0.25, batch_size=8, seed=0):
    first = {}
    for text, label in zip(texts, labels, strict=True):
        if text not in first:
            first[text] = label
    texts, labels = list(first), list(first.values())
    train, test = train_test_split(range(len(texts)), test_size=round(test_share * len(texts)), random_state=seed)
    counter = CountVectorizer(token_pattern=r"\S+", lowercase=False).fit([texts[i] for i in train])
    encoder = LabelEncoder().fit(labels)

    def loader(rows, shuffle):
        counts = counter.transform([texts[i] for i in rows]).toarray()
        numbers = encoder.transform([labels[i] for i in rows])
        data = TensorDataset(torch.tensor(counts, dtype=torch.float32), torch.tensor(numbers))
        generator = torch.Generator().manual_seed(seed)
        return [tuple(batch) for batch in DataLoader(data, batch_size, shuffle, generator=generator)]

    names = tuple(str(name) for name in counter.get_feature_names_out())
    return Prepared(names, tuple(map(str, encoder.classes_)), loader(train, True), loader(sorted(test), False))
