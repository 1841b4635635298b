/**
 * What connections are made of, in one module: it is loaded with the first
 * endpoint that needs one, and not by who only imports the library.
 *
 * @module
 */

export { NullMechanism } from "../security/null.ts";
export { PlainClient, PlainServer } from "../security/plain.ts";
export { RawSession } from "./raw_session.ts";
export { Session } from "./session.ts";
