// What sockets promise, over inproc.
import { testSockets } from "./socket.ts";

testSockets("inproc");
