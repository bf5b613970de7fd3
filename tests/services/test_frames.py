"""Signed messages: nothing is taken from a stranger, nor twice."""

import pytest

from catalog.services.frames import ANSWER, QUESTION, BadFrame, Conversation, greeting


def conversation(first: bytes, key: bytes = b"key") -> Conversation:
    return Conversation(key, first, body_limit=1000)


def test_questions_and_answers_come_through_however_they_are_cut():
    first = greeting()
    asks, answers = conversation(first), conversation(first)
    sent = asks.write(QUESTION, b"one") + asks.write(QUESTION, b"")
    for byte in sent[:-1]:
        answers.take_in(bytes([byte]))
    assert answers.read(QUESTION) == b"one"
    assert answers.read(QUESTION) is None
    answers.take_in(sent[-1:])
    assert answers.read(QUESTION) == b""
    asks.take_in(answers.write(ANSWER, b"found"))
    assert asks.read(ANSWER) == b"found"


@pytest.mark.parametrize(
    "told",
    [
        lambda first: conversation(first, b"another key").write(QUESTION, b"x"),
        lambda first: conversation(greeting()).write(QUESTION, b"x"),
        lambda first: conversation(first).write(ANSWER, b"x"),
        lambda first: conversation(first).write(QUESTION, b"x")[:-1] + b"y",
        lambda first: conversation(first).write(QUESTION, b"x" * 1001),
        lambda first: b"GET / HTTP/1.1\r\n\r\n",
        lambda first: bytes(4),
    ],
    ids=["stranger", "another greeting", "own answer sent back", "changed", "too long", "http", "no signature"],
)
def test_nothing_else_is_taken(told):
    first = greeting()
    answers = conversation(first)
    answers.take_in(told(first))
    with pytest.raises(BadFrame):
        answers.read(QUESTION)


def test_a_recorded_question_is_not_taken_again():
    first = greeting()
    answers, recorded = conversation(first), conversation(first).write(QUESTION, b"x")
    answers.take_in(recorded * 2)
    assert answers.read(QUESTION) == b"x"
    with pytest.raises(BadFrame):
        answers.read(QUESTION)
