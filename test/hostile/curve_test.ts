// Hostile peers of CURVE, at real sockets.
import { hostile } from "./cases.ts";
import { curveCases } from "./curve_cases.ts";

hostile("CURVE", curveCases);
