from itertools import product

from torch.utils.data import Dataset

from .templates import TASK_A_CLASSES, TASK_B_CLASSES


class MultiTaskDataset(Dataset):
    def __init__(self, samples, taskA_classes=TASK_A_CLASSES, taskB_classes=TASK_B_CLASSES):
        self.samples = tuple(samples)
        self.taskA_classes, self.taskB_classes = list(taskA_classes), list(taskB_classes)
        allowed = set(product(range(len(self.taskA_classes)), range(len(self.taskB_classes))))
        if any((sample.taskA, sample.taskB) not in allowed for sample in self.samples):
            raise ValueError("a label has no class")

    def __len__(self):
        return len(self.samples)

    def __getitem__(self, index):
        return self.samples[index]

    @property
    def sentences(self):
        return [sentence for sentence, *_ in self.samples]

    def subset(self, indices):
        return type(self)(map(self.samples.__getitem__, indices), self.taskA_classes, self.taskB_classes)

    def distribution(self):
        found = {}
        for a, nameA in enumerate(self.taskA_classes):
            for b, nameB in enumerate(self.taskB_classes):
                count = sum(sample.taskA == a and sample.taskB == b for sample in self.samples)
                if count:
                    found[nameA, nameB] = count
        return found
