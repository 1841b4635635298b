"""A raw ZMTP peer that sends urgent data, which `node:net` cannot.

    urgent_peer.py client PORT   connects to a ROUTER, as a DEALER
    urgent_peer.py server        prints its port; a DEALER connects to it

It shakes hands as NULL wants, with an urgent octet before, between and within
the pieces of what it says. Then it says "hello", prints the answer, sends many
urgent octets at once, and ends. An urgent octet is no part of the stream.
"""
import socket
import sys
import time

# Between two pieces, so that they are not read as one.
PAUSE = 0.02
# How often it is looked whether the other side has read, 10 ms between.
LOOKS = 500
FLOOD = 1000


def command(name, body):
    text = bytes([len(name)]) + name + body
    return bytes([4, len(text)]) + text


def greeting(as_server):
    return (b'\xff' + bytes(8) + b'\x7f\x03\x01' + b'NULL'.ljust(20, b'\0') +
            bytes([as_server]) + bytes(31))


def ready(socket_type):
    return command(b'READY', b'\x0bSocket-Type' +
                   len(socket_type).to_bytes(4, 'big') + socket_type)


def read(peer, length):
    octets = b''
    while len(octets) < length:
        piece = peer.recv(length - len(octets))
        if not piece:
            raise EOFError(f'the end after {octets!r}')
        octets += piece
    return octets


def read_frame(peer):
    flags, length = read(peer, 2)
    return flags, read(peer, length)


def unread(peer):
    """How many octets the other side has not read; Linux tells of both."""
    ends = [f':{name[1]:04X}' for name in (peer.getpeername(),
                                           peer.getsockname())]
    try:
        with open('/proc/net/tcp') as lines:
            for _, local, remote, _, queues, *_ in map(str.split, lines):
                if local.endswith(ends[0]) and remote.endswith(ends[1]):
                    return int(queues.split(':')[1], 16)
    except OSError:
        pass
    return 0


def wait(peer):
    """Waits until all was read: Linux keeps one urgent octet, and makes those
    that nobody has passed by part of the stream."""
    for _ in range(LOOKS):
        time.sleep(PAUSE / 2)
        if unread(peer) == 0:
            return


def urge(peer):
    peer.send(b'!', socket.MSG_OOB)
    time.sleep(PAUSE)


def say(peer, octets):
    """Says octets in three pieces, with an urgent one before each."""
    for at in range(0, len(octets), len(octets) // 3 + 1):
        urge(peer)
        peer.sendall(octets[at:at + len(octets) // 3 + 1])
        wait(peer)


def talk(peer, own_type):
    peer.settimeout(10)
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    say(peer, greeting(False))
    read(peer, 64)
    say(peer, ready(own_type))
    read_frame(peer)
    say(peer, b'\x00\x05hello')
    print(read_frame(peer)[1].decode(), flush=True)
    urge(peer)
    try:
        for _ in range(FLOOD):
            peer.send(b'!', socket.MSG_OOB)
    except OSError:
        pass  # It was taken for what it is: nothing that anybody wants.
    peer.close()


def main():
    if sys.argv[1] == 'client':
        peer = socket.create_connection(('127.0.0.1', int(sys.argv[2])))
        talk(peer, b'DEALER')
        return
    listener = socket.create_server(('127.0.0.1', 0))
    listener.settimeout(10)
    print(listener.getsockname()[1], flush=True)
    peer, _ = listener.accept()
    talk(peer, b'ROUTER')


main()
