// Hostile metadata, at real sockets.
import { hostile } from "./cases.ts";
import { metadataCases } from "./metadata_cases.ts";

hostile("metadata", metadataCases);
