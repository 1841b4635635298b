// Hostile peers of PLAIN, at real sockets.
import { hostile } from "./cases.ts";
import { plainCases } from "./plain_cases.ts";

hostile("PLAIN", plainCases);
