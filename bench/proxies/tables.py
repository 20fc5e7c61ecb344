"""Raw rows as a file of tab-separated values, and the Markdown tables that are made of it."""
import collections
import dataclasses
import statistics

from .contenders import ALL
from .measuring import Sample

# What is compared with whom, and the ratio that is aimed at.
PAIRS = (("causeway-bare", "nginx", "≤ 1"), ("causeway-envelope", "nginx-lua", "≤ 1"), ("causeway-signed", "nginx-lua-transform", "≤ 1"),
         ("causeway-signed", "nginx-lua", ""), ("causeway-envelope", "envoy-key", "≤ 0.33"), ("causeway-signed", "envoy-key", "≤ 0.33"),
         ("causeway-envelope", "relay", ""), ("causeway-signed", "relay", "≤ 1.25"),
         ("causeway-jwt", "causeway-signed", ""), ("causeway-publish", "causeway-signed", ""))
TITLES = {"post": "POST of 206 bytes", "get64k": "GET of 64 KB"}


class RawFile:
    """Lines with `#` say how it came about."""

    def __init__(self, path, notes):
        self.file = path.open("w")
        for note in notes:
            self.file.write(f"# {note}\n")
        self.file.write("\t".join(field.name for field in dataclasses.fields(Sample)) + "\n")
        self.file.flush()

    def add(self, sample):
        values = dataclasses.asdict(sample).values()
        self.file.write("\t".join(f"{value:.2f}" if isinstance(value, float) else str(value) for value in values) + "\n")
        self.file.flush()


def read(path):
    """(notes, samples)."""
    lines = path.read_text().splitlines()
    notes = [line[2:] for line in lines if line.startswith("#")]
    kinds = [field.type for field in dataclasses.fields(Sample)]
    rows = [line.split("\t") for line in lines if not line.startswith("#")][1:]
    return notes, [Sample(*(kind(text) for kind, text in zip(kinds, row))) for row in rows]


def _spread(values, form="{:.0f}"):
    return f"{form.format(statistics.median(values))} ({form.format(min(values))}–{form.format(max(values))})"


def _ratio(cells, name, base):
    """Median and range of the ratios of each round, or nothing."""
    bases = {sample.round: sample.cpu_us for sample in cells.get(base, [])}
    ratios = [sample.cpu_us / bases[sample.round] for sample in cells[name] if bases.get(sample.round)]
    return _spread(ratios, "{:.2f}") if ratios and name != "direct" else ""


def _print_pairs(groups):
    """Medians and ranges of each round's ratio, the loads side by side."""
    print("\n| CPU a request of | over that of | aim | " + " | ".join(f"{TITLES[load]}, {connections}" for load, connections in groups) + " |")
    print("|---" * (3 + len(groups)) + "|")
    for name, base, aim in PAIRS:
        found = [_ratio(cells, name, base) if name in cells and base in cells else "" for cells in groups.values()]
        if any(found):
            print(f"| {name} | {base} | {aim} | " + " | ".join(found) + " |")


def print_tables(path):
    notes, samples = read(path)
    groups = collections.defaultdict(lambda: collections.defaultdict(list))
    for sample in samples:
        groups[sample.load, sample.connections][sample.contender].append(sample)
    for note in notes:
        print(note)
    print("\n| contender | does |\n|---|---|")
    present = {sample.contender for sample in samples}
    for contender in ALL:
        if contender.name in present:
            print(f"| {contender.name} | {contender.does} |")
    for (load, connections), cells in groups.items():
        rounds = len({sample.round for cell in cells.values() for sample in cell})
        print(f"\n**{TITLES[load]}, {connections} connections**, {rounds} rounds\n")
        print("| contender | CPU µs a request | × relay | × nginx | requests/s | p50 µs | p99 µs | resident MiB | others %, worst | errors |")
        print("|---|---|---|---|---|---|---|---|---|---|")
        for name in [contender.name for contender in ALL if contender.name in cells]:
            cell = cells[name]
            wrong = sum(sample.errors + sample.refused for sample in cell)
            print(f"| {name} | {_spread([sample.cpu_us for sample in cell], '{:.1f}')} | {_ratio(cells, name, 'relay')} | "
                  f"{_ratio(cells, name, 'nginx')} | {_spread([sample.per_second for sample in cell])} | {_spread([sample.p50_us for sample in cell])} | "
                  f"{_spread([sample.p99_us for sample in cell])} | {max(sample.resident_mib for sample in cell):.0f} | "
                  f"{max(sample.other_percent for sample in cell):.0f} | {wrong or ''} |")
    _print_pairs(groups)
    wrong = [sample for sample in samples if sample.errors or sample.refused]
    if wrong:
        print(f"\n**INVALID**: {len(wrong)} measurements had errors: " +
              "; ".join(f"{sample.contender} at {sample.connections}: {sample.errors} of sockets, {sample.refused} refused" for sample in wrong))
    return not wrong
