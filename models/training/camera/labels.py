"""labels.csv of a folder of cases: a line a file that is whole, so that a run goes on where an earlier one stopped."""
import csv
from pathlib import Path


class Labels:
    """`done`: names of the files that an earlier run made."""

    def __init__(self, folder: Path, columns: tuple[str, ...]):
        folder.mkdir(parents=True, exist_ok=True)
        self.path, self.columns = folder / 'labels.csv', columns
        if not self.path.exists():
            self.add(*columns)
        with open(self.path) as file:
            self.done = {row['file'] for row in csv.DictReader(file)}

    def add(self, *values) -> None:
        """A line; values in the order of the columns."""
        with open(self.path, 'a') as file:
            csv.writer(file).writerow(values)
