"""Who a row is: 63-bit keys that do not depend on the order of the rows, and repeats of a reference."""

from hashlib import blake2b
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

_SEPARATOR = "\x1f"
_AT_ONCE = 50_000


class Repeats(NamedTuple):
    """duplicate: an exact repeat of an earlier row's reference. conflict: one reference, different contents."""

    duplicate: np.ndarray
    conflict: np.ndarray


def contents(parts: list[pd.Series]) -> pd.Series:
    """One text a row that holds all the parts; missing values count as blank."""
    arrays = [pa.chunked_array(pa.array(part.fillna(""), type=pa.large_string())) for part in parts]
    joined = pc.binary_join_element_wise(*arrays, pa.scalar(_SEPARATOR, pa.large_string()))
    return joined.to_pandas()


def find_repeats(reference: pd.Series, content: pd.Series) -> Repeats:
    """Rows that repeat a reference, parted into exact repeats and contradictions.

    reference: missing where the partner gives none; such rows are never repeats. Of exact repeats the first
    is kept; of a contradiction none is, since nothing says which is right.
    """
    again = (reference.duplicated(keep=False) & reference.notna()).to_numpy()
    frame = pd.DataFrame({"reference": reference[again], "content": content[again]})
    differ = frame.groupby("reference")["content"].transform("nunique") > 1
    duplicate, conflict = np.zeros(len(reference), dtype=bool), np.zeros(len(reference), dtype=bool)
    conflict[frame.index[differ]] = True
    duplicate[frame.index[frame["reference"].duplicated() & ~differ]] = True
    return Repeats(duplicate, conflict)


def incident_ids(source: str, snapshot: pd.Series, reference: pd.Series, content: pd.Series) -> pd.Index:
    """Keys of a file's accepted rows: the first 63 bits of BLAKE2b.

    Over (source, reference) where there is a reference; else over (source, snapshot, contents, ordinal among
    identical rows of the file), so that shuffled rows give the same set and the same file the same keys.
    """
    prefix = blake2b(source.encode() + b"\x1e", digest_size=8)
    first = np.zeros(len(reference), dtype="int64")
    for start in range(0, len(reference), _AT_ONCE):  # a million keys at once would take as much memory as the file
        part = slice(start, start + _AT_ONCE)
        names = reference.iloc[part].reset_index(drop=True)
        keys = ("r" + names).where(names.notna(), "c" + contents([snapshot.iloc[part], content.iloc[part]]))
        first[part] = _hashed(prefix, keys)
    ordinal = pd.Series(first).groupby(first).cumcount().to_numpy()
    again = np.flatnonzero(ordinal)
    first[again] = _hashed(prefix, pd.Series([f"{first[i]} {ordinal[i]}" for i in again], dtype="str"))
    return pd.Index(first, dtype="int64", name="incident_id")


def _hashed(prefix: blake2b, keys: pd.Series) -> np.ndarray:
    digests = bytearray()
    for key in pa.array(keys, type=pa.large_binary()).to_pylist():
        digest = prefix.copy()
        digest.update(key)
        digests += digest.digest()
    return (np.frombuffer(bytes(digests), dtype=">u8") >> np.uint64(1)).astype("int64")
