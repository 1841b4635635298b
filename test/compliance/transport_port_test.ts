// The transport suite for message ports.
import { portPair } from "../kit/port_pair.ts";
import { transportSuite } from "./transport.ts";

let count = 0;
const tooLong = `port://${"x".repeat(257)}`;

transportSuite("port", {
  transport: portPair(),
  bindEndpoint: () => `port://name ${++count}`,
  refusedEndpoint: () => "port://nobody",
  malformed: {
    bind: ["port://a*", tooLong],
    connect: ["port://*", "port://a*", tooLong],
  },
});
