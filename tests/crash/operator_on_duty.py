"""An operator who replays every dead letter and resumes what was paused, over the admin API, whatever happens to it."""
import http.client
import json
import threading
import time

from gateway import SUBSCRIPTION


class Operator:
    """`replayed` counts what the gateway has confirmed; what it did without an answer is not in it."""

    def __init__(self, gateway, path):
        self.gateway, self.file = gateway, open(path, "w", buffering=1 << 16)
        self.replayed, self.resumed, self.stopping = 0, 0, threading.Event()
        self.thread = threading.Thread(target=self._work, daemon=True)

    def start(self):
        self.thread.start()

    def stop(self):
        self.stopping.set()
        self.thread.join(60)
        assert not self.thread.is_alive()
        self.file.close()

    def _work(self):
        while not self.stopping.wait(0.05):
            try:
                self._look()
            except (OSError, http.client.HTTPException, ValueError):
                continue  # the gateway is away, or has decided meanwhile

    def _look(self):
        subscription = self.gateway.subscription()
        if subscription["pausedBy"] == "dead_letters":
            self.gateway.operate(f"/subscriptions/{SUBSCRIPTION}/resume", {"reason": "drill"})
            self.resumed += 1
            self._note("resume", SUBSCRIPTION)
        if not subscription["deadLetters"]:
            return
        letters = self.gateway.operate(f"/dead-letters?subscription={SUBSCRIPTION}&limit=100")["items"]
        for letter in letters[:3]:
            self.gateway.operate(f"/dead-letters/{letter['id']}/replay", {"reason": "drill"})
            self.replayed += 1
            self._note("replay", letter["id"])
        if len(letters) > 3:
            count = self.gateway.operate("/dead-letters/replay", {"subscription": SUBSCRIPTION, "reason": "drill"})["count"]
            self.replayed += count
            self._note("replay all", count)

    def _note(self, what, on):
        self.file.write(json.dumps({"at": time.time(), "action": what, "on": on}) + "\n")
