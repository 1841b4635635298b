// What sockets promise, over ipc.
import { testSockets } from "./socket.ts";

testSockets("ipc");
