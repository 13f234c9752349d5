"""Histories of one seat's ratchet: what each session presents, and the verdict."""
from .byte_strings import constant

NONE, FOREIGN = "", constant("ratchet of another seat").hex()


def value(number):
    return constant(f"ratchet {number}").hex()


def session(presented, verdict, issued=None, confirmed=True):
    """`issued` is None where the session gets no seat: its value is never recorded."""
    return {"presented": presented, "verdict": verdict, "accepted": verdict in ("first", "last", "previous"),
            **({} if issued is None else {"issued": value(issued), "confirmed": confirmed})}


def histories():
    r = value
    first = session(NONE, "first", 1)
    return [
        {"name": "one session after the other", "sessions": [
            first, session(r(1), "last", 2), session(r(2), "last", 3)]},
        {"name": "the value was saved, and no Heartbeat was heard", "sessions": [
            first, session(r(1), "last", 2, False), session(r(2), "last", 3)]},
        {"name": "the node stopped before it saved, once", "sessions": [
            first, session(r(1), "last", 2, False), session(r(1), "previous", 3), session(r(3), "last", 4)]},
        {"name": "a previous value stays spent until the last is presented", "sessions": [
            first, session(r(1), "last", 2, False), session(r(1), "previous", 3, False), session(r(1), "previous-again"),
            session(r(3), "last", 4, False), session(r(3), "previous", 5)]},
        {"name": "set back, and the doubt is won: no previous value is accepted", "sessions": [
            first, session(r(1), "last", 2), session(r(1), "set-back", 3, False), session(r(1), "unknown"),
            session(r(2), "unknown"), session(r(3), "last", 4)]},
        {"name": "a doubt that is lost changes nothing", "sessions": [
            first, session(r(1), "last", 2), session(r(1), "set-back"), session(FOREIGN, "unknown"), session(NONE, "missing"),
            session(r(2), "last", 3)]},
        {"name": "the state was lost", "sessions": [first, session(NONE, "missing", 2), session(r(2), "last", 3)]},
        {"name": "older than the previous", "sessions": [
            first, session(r(1), "last", 2), session(r(2), "last", 3, False), session(r(1), "unknown")]},
        {"name": "a value of another seat, where none was issued yet", "sessions": [
            session(FOREIGN, "first", 1, False), session(FOREIGN, "unknown"), session(r(1), "last", 2)]},
    ]
