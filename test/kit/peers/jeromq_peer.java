// JeroMQ sockets for interoperability tests: an engine that speaks ZMTP 2.0.
//
// Reads commands as lines and answers each with a line that has the same id:
//
//     1 socket S DEALER ROUTING_ID=:dGhlaXJz
//     1 ok
//
// Commands of one socket run in order, each socket in a thread of its own.
// Messages are frames joined by commas, and a frame is a colon and base64.

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.zeromq.ZMQ;

public class JeromqPeer {
    /** Milliseconds that a socket may take for one message. */
    static final int PATIENCE = 10_000;

    static final List<String> TYPES = Arrays.asList("PAIR", "PUB", "SUB", "REQ",
            "REP", "DEALER", "ROUTER", "PULL", "PUSH", "XPUB", "XSUB");

    static final ZMQ.Context context = ZMQ.context(1);
    static final Map<String, ZMQ.Socket> sockets = new HashMap<>();
    static final Map<String, ExecutorService> threads = new HashMap<>();

    public static void main(String[] args) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split(" ");
            threads.computeIfAbsent(words[2], name -> Executors.newSingleThreadExecutor())
                    .execute(() -> answer(words));
        }
        System.exit(0);
    }

    static void answer(String[] words) {
        String answer;
        try {
            String[] rest = Arrays.copyOfRange(words, 3, words.length);
            answer = "ok " + run(words[1], words[2], rest);
        } catch (Throwable error) {
            answer = "error " + error;
        }
        synchronized (System.out) {
            System.out.println(words[0] + " " + answer);
            System.out.flush();
        }
    }

    static String run(String op, String name, String[] args) throws Exception {
        if (op.equals("socket")) {
            make(name, args);
            return "";
        }
        ZMQ.Socket socket;
        synchronized (sockets) {
            socket = sockets.get(name);
        }
        switch (op) {
            case "bind":
                // The port is the system's choice among those it has.
                return "tcp://127.0.0.1:" + socket.bindToRandomPort("tcp://127.0.0.1");
            case "connect":
                socket.connect(args[0]);
                return "";
            case "subscribe":
                for (String topic : args) socket.subscribe(decode(topic));
                return "";
            case "send":
                for (String message : args) send(socket, parse(message));
                return "";
            case "receive":
                return receive(socket, Integer.parseInt(args[0]), args.length > 1 ? args[1] : "");
            case "echo":
                for (int i = Integer.parseInt(args[0]); i > 0; i--) send(socket, next(socket));
                return "";
            case "close":
                socket.close();
                return "";
            default:
                throw new IllegalArgumentException(op);
        }
    }

    static void make(String name, String[] args) {
        ZMQ.Socket socket = context.socket(TYPES.indexOf(args[0]));
        socket.setLinger(0);
        socket.setReceiveTimeOut(PATIENCE);
        socket.setSendTimeOut(PATIENCE);
        for (int i = 1; i < args.length; i++) {
            String[] option = args[i].split("=", 2);
            switch (option[0]) {
                case "ROUTING_ID":
                    socket.setIdentity(decode(option[1]));
                    break;
                case "ROUTER_MANDATORY":
                    socket.setRouterMandatory(true);
                    break;
                default:
                    throw new IllegalArgumentException(args[i]);
            }
        }
        synchronized (sockets) {
            sockets.put(name, socket);
        }
    }

    static void send(ZMQ.Socket socket, List<byte[]> frames) {
        for (int i = 0; i < frames.size(); i++) {
            int flags = i < frames.size() - 1 ? ZMQ.SNDMORE : 0;
            if (!socket.send(frames.get(i), flags)) throw new IllegalStateException("send");
        }
    }

    static List<byte[]> next(ZMQ.Socket socket) {
        List<byte[]> frames = new ArrayList<>();
        do {
            byte[] frame = socket.recv();
            if (frame == null) throw new IllegalStateException("nothing to receive");
            frames.add(frame);
        } while (socket.hasReceiveMore());
        return frames;
    }

    static String receive(ZMQ.Socket socket, int count, String skip) {
        List<String> messages = new ArrayList<>();
        while (messages.size() < count) {
            String message = next(socket).stream().map(JeromqPeer::encode)
                    .collect(Collectors.joining(","));
            if (!message.equals(skip)) messages.add(message);
        }
        return String.join(" ", messages);
    }

    static List<byte[]> parse(String message) {
        return Arrays.stream(message.split(",")).map(JeromqPeer::decode)
                .collect(Collectors.toList());
    }

    static byte[] decode(String frame) {
        return Base64.getDecoder().decode(frame.substring(1));
    }

    static String encode(byte[] frame) {
        return ":" + Base64.getEncoder().encodeToString(frame);
    }
}
