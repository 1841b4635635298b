// Hostile peers of CURVE, at real sockets.
import { hostile } from "./cases.ts";
import { curveCases } from "./curve_cases.ts";
import { curveTrafficCases } from "./curve_traffic_cases.ts";

hostile("CURVE", curveCases);
hostile("CURVE traffic", curveTrafficCases);
