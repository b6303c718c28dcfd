from collections import defaultdict

from torch.utils.data import Dataset

from .templates import TASK_A_CLASSES, TASK_B_CLASSES


class MultiTaskDataset(Dataset):
    def __init__(self, samples, taskA_classes=None, taskB_classes=None):
        self.taskA_classes = TASK_A_CLASSES if taskA_classes is None else tuple(taskA_classes)
        self.taskB_classes = TASK_B_CLASSES if taskB_classes is None else tuple(taskB_classes)
        self.samples = []
        for sample in samples:
            self._check(sample)
            self.samples.append(sample)
        self.sentences = [sample.sentence for sample in self.samples]

    def _check(self, sample):
        if sample.taskA not in range(len(self.taskA_classes)) or sample.taskB not in range(len(self.taskB_classes)):
            raise ValueError(f"{sample.sentence!r} has a label without a class")

    def __len__(self):
        return len(self.samples)

    def __getitem__(self, index):
        return self.samples[int(index)]

    def subset(self, indices):
        kept = [self[index] for index in indices]
        return MultiTaskDataset(kept, taskB_classes=self.taskB_classes, taskA_classes=self.taskA_classes)

    def distribution(self):
        counts = defaultdict(int)
        for sample in sorted(self.samples, key=lambda sample: (sample.taskA, sample.taskB)):
            counts[self.taskA_classes[sample.taskA], self.taskB_classes[sample.taskB]] += 1
        return counts
