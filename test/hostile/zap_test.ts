// Authenticators at fault, at real sockets.
import { hostile } from "./cases.ts";
import { zapAnswerCases, zapReplyCases } from "./zap_cases.ts";

hostile("ZAP replies", zapReplyCases);
hostile("answers of authenticators", zapAnswerCases);
