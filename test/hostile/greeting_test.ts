// Hostile greetings, at real sockets.
import { hostile } from "./cases.ts";
import { greetingCases } from "./greeting_cases.ts";

hostile("greetings", greetingCases);
