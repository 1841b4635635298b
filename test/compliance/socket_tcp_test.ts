// What sockets promise, over tcp.
import { testSockets } from "./socket.ts";

testSockets("tcp");
