// Hostile commands and frames before login, at real sockets.
import { hostile } from "./cases.ts";
import { commandCases } from "./command_cases.ts";

hostile("first commands", commandCases);
