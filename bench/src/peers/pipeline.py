"""The steps of the dataset pipeline as one would write them in Python: json, Presidio's pattern recognisers, hashlib, rensa, tiktoken.

usage: pipeline.py ROWS.jsonl RANKS OUT; RANKS has a token of o200k_base in base64 and its rank on each line
prints {"versions": {library: version}, "seconds": {step: processor seconds}, "kept": rows, "tokens": of those}
"""

import base64
import hashlib
import json
import re
import sys
import time
import unicodedata
from importlib.metadata import version

import tiktoken
from presidio_analyzer.predefined_recognizers import (
    CreditCardRecognizer,
    EmailRecognizer,
    IbanRecognizer,
    IpRecognizer,
    PhoneRecognizer,
    UrlRecognizer,
    UsSsnRecognizer,
)
from rensa import RMinHash, RMinHashLSH

ROLES = {"system", "developer", "user", "assistant", "tool"}
RECOGNIZERS = [
    recognizer()
    for recognizer in (
        CreditCardRecognizer,
        EmailRecognizer,
        IbanRecognizer,
        IpRecognizer,
        PhoneRecognizer,
        UrlRecognizer,
        UsSsnRecognizer,
    )
]
O200K = "|".join(
    [
        r"""[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?""",
        r"""[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?""",
        r"""\p{N}{1,3}""",
        r""" ?[^\s\p{L}\p{N}]+[\r\n/]*""",
        r"""\s*[\r\n]+""",
        r"""\s+(?!\S)""",
        r"""\s+""",
    ]
)
WORD = re.compile(r"\w+")
SPACE = re.compile(r"\s+")


def checked(line):
    row = json.loads(line)
    messages = row["messages"]
    if not messages or messages[-1]["role"] != "assistant":
        raise ValueError("no answer")
    for message in messages:
        if message["role"] not in ROLES or not isinstance(message["content"], str):
            raise ValueError("no message")
        if set(message) - {"role", "content", "name", "weight", "tool_calls", "tool_call_id"}:
            raise ValueError("unknown key")
    return row


def personal(row):
    text = json.dumps(row, ensure_ascii=False)
    return any(recognizer.analyze(text, recognizer.supported_entities, None) for recognizer in RECOGNIZERS)


def canonical(row):
    said = [
        [message["role"], SPACE.sub(" ", unicodedata.normalize("NFKC", message["content"])).strip().lower()]
        for message in row["messages"]
    ]
    return hashlib.sha256(json.dumps(said).encode()).digest()


def minhash(row):
    words = WORD.findall(" ".join(m["content"] for m in row["messages"][:-1] if m["role"] != "system").lower())
    sketch = RMinHash(num_perm=128, seed=42)
    sketch.update([" ".join(words[at : at + 3]) for at in range(max(1, len(words) - 2))])
    return sketch


def main():
    rows_file, ranks_file, out_file = sys.argv[1:]
    with open(ranks_file, "rb") as ranks:
        mergeable = {base64.b64decode(token): int(rank) for token, rank in map(bytes.split, ranks)}
    encoding = tiktoken.Encoding("o200k", pat_str=O200K, mergeable_ranks=mergeable, special_tokens={})
    seconds = {}

    def step(name, work):
        begun = time.process_time()
        result = work()
        seconds[name] = time.process_time() - begun
        return result

    def read():
        with open(rows_file, "rb") as lines:
            return [checked(line) for line in lines]

    rows = step("read and check", read)
    step("personal data", lambda: sum(map(personal, rows)))

    def exact():
        seen, kept = set(), []
        for row in rows:
            key = canonical(row)
            if key not in seen:
                seen.add(key)
                kept.append(row)
        return kept

    rows = step("exact duplicates", exact)

    def near():
        index, kept = RMinHashLSH(threshold=0.8, num_perm=128, num_bands=16), []
        for at, row in enumerate(rows):
            sketch = minhash(row)
            if not index.query(sketch):
                kept.append(row)
                index.insert(at, sketch)
        return kept

    rows = step("near-duplicates", near)
    tokens = step(
        "tokens",
        lambda: sum(3 + sum(4 + len(encoding.encode_ordinary(m["content"])) for m in row["messages"]) for row in rows),
    )

    def write():
        with open(out_file, "w", encoding="utf-8") as out:
            for row in rows:
                line = json.dumps(row, ensure_ascii=False)
                side = int.from_bytes(hashlib.sha256(line.encode()).digest()[:6], "big") / 2**48 < 0.1
                out.write(f"{line}\n" if not side else "")

    step("split and write", write)
    versions = {name: version(name) for name in ("presidio-analyzer", "rensa", "tiktoken")}
    json.dump({"versions": versions, "seconds": seconds, "kept": len(rows), "tokens": tokens}, sys.stdout)


main()
