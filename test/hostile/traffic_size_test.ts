// Frames and messages of any size, from peers that were let in.
import { sizeCases } from "./traffic_cases.ts";
import { traffic } from "./traffic_runner.ts";

traffic("sizes", sizeCases);
