#!/usr/bin/python3
"""A publisher or a subscriber over multicast with libzmq; see multicast_program.ts."""
import json
import sys
import time

import zmq

ZMQ_RATE = 8
XPUB_NODROP = 69
role, endpoint = sys.argv[1:3]
count, size, parts, rate = map(int, sys.argv[3:7])
context = zmq.Context()


def send():
    pub = context.socket(zmq.PUB)
    pub.setsockopt(ZMQ_RATE, rate)
    pub.setsockopt(XPUB_NODROP, 1)
    pub.setsockopt(zmq.SNDTIMEO, 12000)
    pub.connect(endpoint)
    print("ready", flush=True)
    for _ in range(50):
        pub.send(b"hello")
        time.sleep(0.02)
    try:
        for n in range(count):
            body = bytes([n & 255]) * size
            pub.send_multipart([b"%d" % n] + [body] * parts)
        pub.send(b"last")
    except zmq.Again:
        pass  # Congestion control has stopped it: what came is what counts.
    sys.stdin.read()
    pub.close(0)


def receive():
    sub = context.socket(zmq.SUB)
    sub.setsockopt(ZMQ_RATE, rate)
    sub.setsockopt(zmq.RCVHWM, 0)
    sub.setsockopt(zmq.RCVTIMEO, 15000)
    sub.setsockopt(zmq.SUBSCRIBE, b"")
    sub.connect(endpoint)
    print("ready", flush=True)
    report = {
        "received": 0,
        "first": -1,
        "last": -1,
        "disordered": 0,
        "torn": 0,
        "gaps": 0,
        "events": 0,
    }
    expected = 0
    while True:
        try:
            frames = sub.recv_multipart()
        except zmq.Again:
            break
        if frames == [b"last"]:
            break
        if frames == [b"hello"]:
            continue
        n = int(frames[0])
        if report["received"] == 0:
            report["first"] = n
        report["received"] += 1
        report["disordered"] += n < expected
        report["last"] = n
        expected = n + 1
        report["torn"] += frames[1:] != [bytes([n & 255]) * size] * parts
        if n == count - 1:
            break
    print(json.dumps(report), flush=True)
    sub.close()


send() if role == "send" else receive()
context.term()
