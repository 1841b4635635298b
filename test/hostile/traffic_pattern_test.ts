// Messages and subscriptions that no honest socket of the type would send.
// thorough
import { patternCases } from "./traffic_pattern_cases.ts";
import { traffic } from "./traffic_runner.ts";

traffic("patterns", patternCases);
