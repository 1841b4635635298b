// thorough
// What sockets promise, between the tabs and workers of an origin.
import { testSockets } from "./socket.ts";

testSockets("broadcast");
