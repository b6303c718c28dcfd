from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.pipeline import Pipeline


def baselines(train_sentences, train_labels, test_sentences):
    labels = list(train_labels)
    steps = [
        ("count", CountVectorizer(ngram_range=(1, 2))),
        ("weigh", TfidfTransformer()),
        ("fit", LogisticRegression()),
    ]
    model = Pipeline(steps).fit(list(train_sentences), labels)
    places = {int(label): place for place, label in enumerate(model["fit"].classes_)}
    rows = []
    for sentence in test_sentences:
        given = model.predict_proba([sentence])[0]
        rows.append([float(given[places[label]]) if label in places else 0.0 for label in range(max(labels) + 1)])
    probabilities = torch.tensor(rows, dtype=torch.float64).reshape(len(rows), max(labels) + 1)
    return Baselines(majority=max(range(max(labels) + 1), key=labels.count), bag_of_words=probabilities)
