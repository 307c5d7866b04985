"""Near-duplicates by a Python library: 128 permutations, word 3-shingles, 16 bands of 8; every candidate counts as found.

usage: near_duplicates.py LIBRARY < {"texts": [...], "pairs": [[copy, original], ...]}
prints {"version", "sketchesPerSecond", "documentsPerSecond", "recall"}; seconds are those of the processor
"""

import json
import re
import sys
import time
from importlib.metadata import version

WORD = re.compile(r"\w+")


def shingles(text):
    words = WORD.findall(text.lower())
    return [" ".join(words[at : at + 3]) for at in range(max(1, len(words) - 2))]


def rensa_index():
    from rensa import RMinHash, RMinHashLSH

    index = RMinHashLSH(threshold=0.8, num_perm=128, num_bands=16)

    def sketch(text):
        minhash = RMinHash(num_perm=128, seed=42)
        minhash.update(shingles(text))
        return minhash

    return sketch, index.query, index.insert


def datasketch_index():
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(num_perm=128, params=(16, 8))

    def sketch(text):
        minhash = MinHash(num_perm=128)
        minhash.update_batch([shingle.encode() for shingle in shingles(text)])
        return minhash

    return sketch, index.query, index.insert


def main():
    library = sys.argv[1]
    asked = json.load(sys.stdin)
    sketch, query, insert = {"rensa": rensa_index, "datasketch": datasketch_index}[library]()
    begun = time.process_time()
    sketches = [sketch(text) for text in asked["texts"]]
    sketched = time.process_time()
    candidates = []
    for at, each in enumerate(sketches):
        candidates.append(set(query(each)))
        insert(at, each)
    ended = time.process_time()
    found = sum(1 for copy, original in asked["pairs"] if original in candidates[copy])
    count = len(asked["texts"])
    json.dump(
        {
            "version": version(library),
            "sketchesPerSecond": count / (sketched - begun),
            "documentsPerSecond": count / (ended - begun),
            "recall": found / len(asked["pairs"]),
        },
        sys.stdout,
    )


main()
