// The transport suite for names between tabs and workers.
import { detectRuntime } from "../../adapters/auto.ts";
import { transportSuite } from "./transport.ts";

let count = 0;
const tooLong = `broadcast://${"x".repeat(257)}`;

transportSuite("broadcast", {
  transport: detectRuntime().transports.find(({ scheme }) =>
    scheme === "broadcast"
  )!,
  bindEndpoint: () => `broadcast://name ${++count}`,
  refusedEndpoint: () => "broadcast://nobody",
  malformed: {
    bind: ["broadcast://a*", tooLong],
    connect: ["broadcast://*", "broadcast://a*", tooLong],
  },
});
