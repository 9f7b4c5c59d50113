"""What the server says: a prompt tells it how to answer.

A GET lists one model.  fine: `fine`.  hold: `begun`, and nothing more.  gate: `begun`, and the
rest when a request says `open`.  flood: text until the client goes.  reset: RST instead of an
answer.
"""

import asyncio

from chaosd import LAST, chunk, head
from wire import DONE, said, stop, whole, whole_response

FLOOD_PAUSE_S = 0.001
SEEN_MAX = 10
MODELS = b'{"object":"list","data":[{"id":"grok-4.3"}]}'


class Speaker:
    def __init__(self):
        self.opened = False
        self.seen = []  # the bodies of the last requests

    async def __call__(self, connection):
        while True:
            request = await connection.request()
            if request.method == "GET":
                await connection.send(head(content_type="application/json") + chunk(MODELS) + LAST)
                continue
            self.seen = [*self.seen[-SEEN_MAX:], request.body]
            prompt = request.prompt.split(" ")[0]
            if prompt == "reset":
                connection.reset()
                return
            if prompt in ("hold", "gate", "flood"):
                await connection.send(head() + chunk(said("begun")))
            if prompt == "hold":
                await connection.hold()
            while prompt == "flood":
                await connection.send(chunk(said("more and more of it ")))
                await asyncio.sleep(FLOOD_PAUSE_S)
            if prompt == "gate":
                await connection.until(lambda: self.opened)
                await connection.send(chunk(said(", ended") + stop() + DONE) + LAST)
                continue
            if prompt == "open":
                self.opened = True
            answer = whole_response if request.path.endswith("/responses") else whole
            await connection.send(head() + chunk(answer("fine")) + LAST)
