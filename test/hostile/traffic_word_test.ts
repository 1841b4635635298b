// Commands and octets that are wrong, from peers that were let in.
// thorough
import { wordCases } from "./traffic_cases.ts";
import { traffic } from "./traffic_runner.ts";

traffic("words", wordCases);
