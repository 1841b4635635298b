// Greetings of hostile peers. RFC 37 "greeting".
import { toBytes } from "../../src/base/bytes.ts";
import { broken, type HostileCase } from "./cases.ts";
import { greeting } from "./words.ts";

/** What is wrong with a whole greeting. */
export const greetingCases: readonly HostileCase[] = [
  {
    name: "an HTTP request",
    act: () => toBytes("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
    end: broken("ERR_ZMTP_UNSPECIFIED"),
    said: () => ["signature"],
    cut: true,
  },
  {
    name: "an unknown mechanism",
    act: (place) => greeting(place, { mechanism: toBytes("KERBEROS") }),
    end: broken("ERR_ZMTP_MECHANISM_MISMATCH"),
    said: () => ["greeting"],
  },
];
