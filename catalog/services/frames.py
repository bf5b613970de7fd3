"""Signed messages between our own processes, one question and one answer at a time.

A frame is its length (4 bytes, big-endian), a signature (32 bytes) and a body. The side that answers greets with
random bytes; a signature is HMAC-SHA256 over the greeting, the direction, the number of the exchange and the body.
So neither side takes anything from somebody without the key, nor anything recorded earlier. Nothing is encrypted.
"""

import hmac
import secrets

GREETING_BYTES = 16
SIGNATURE_BYTES = 32
LENGTH_BYTES = 4
QUESTION, ANSWER = b"question", b"answer"


class BadFrame(Exception):
    """Too long, or not signed by somebody with the key: nothing more is to be taken from this side."""


def greeting() -> bytes:
    return secrets.token_bytes(GREETING_BYTES)


class Conversation:
    """Writes and reads the frames of one connection; `body_limit` is the most bytes taken in one body."""

    def __init__(self, key: bytes, greeting: bytes, *, body_limit: int) -> None:
        self.key = key
        self.greeting = greeting
        self.body_limit = body_limit
        self.incoming = bytearray()
        self.numbers = {QUESTION: 0, ANSWER: 0}

    def write(self, direction: bytes, body: bytes) -> bytes:
        """Return the frame that carries the body as the next question or answer."""
        return (SIGNATURE_BYTES + len(body)).to_bytes(LENGTH_BYTES, "big") + self._sign(direction, body) + body

    def take_in(self, received: bytes) -> None:
        self.incoming += received

    def read(self, direction: bytes) -> bytes | None:
        """Return the next body that was taken in whole, None where it is not whole yet. Raises BadFrame."""
        if len(self.incoming) < LENGTH_BYTES:
            return None
        length = int.from_bytes(self.incoming[:LENGTH_BYTES], "big")
        if not SIGNATURE_BYTES <= length <= SIGNATURE_BYTES + self.body_limit:
            raise BadFrame(f"a frame of {length} bytes")
        if len(self.incoming) < LENGTH_BYTES + length:
            return None
        frame = bytes(self.incoming[LENGTH_BYTES : LENGTH_BYTES + length])
        del self.incoming[: LENGTH_BYTES + length]
        signature, body = frame[:SIGNATURE_BYTES], frame[SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self._sign(direction, body)):
            raise BadFrame("a signature that is not ours")
        return body

    def _sign(self, direction: bytes, body: bytes) -> bytes:
        number = self.numbers[direction].to_bytes(8, "big")
        self.numbers[direction] += 1
        return hmac.digest(self.key, self.greeting + number + direction + b"\0" + body, "sha256")
