"""The floors that intake is measured against: this disk's fdatasync, and SQLite alone with the same durability."""
import os
import sqlite3
import time


def fdatasync_rate(folder, seconds):
    """Appends of 4 KiB, each synced, a second."""
    path = folder / "fdatasync"
    file = os.open(path, os.O_CREAT | os.O_WRONLY, 0o600)
    block, count, end = b"x" * 4096, 0, time.monotonic() + seconds
    while time.monotonic() < end:
        os.write(file, block)
        os.fdatasync(file)
        count += 1
    os.close(file)
    path.unlink()
    return count / seconds


def sqlite_rate(folder, seconds, batch):
    """Rows of 200 bytes a second, `batch` of them a transaction: WAL, synchronous=FULL, as the store."""
    path = folder / "floor.db"
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE event(place INTEGER PRIMARY KEY, event_id TEXT UNIQUE, data BLOB)")
    data, count, end = b"x" * 200, 0, time.monotonic() + seconds
    while time.monotonic() < end:
        database.execute("BEGIN IMMEDIATE")
        for _ in range(batch):
            count += 1
            database.execute("INSERT INTO event VALUES (?, ?, ?)", (count, f"e{count}", data))
        database.execute("COMMIT")
    database.close()
    for suffix in ("", "-wal", "-shm"):
        (folder / f"floor.db{suffix}").unlink(missing_ok=True)
    return count / seconds
