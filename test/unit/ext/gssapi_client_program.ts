// A program that has nothing but a client of GSSAPI, for gssapi_test.ts: it is
// to be there until the client is let in.
import process from "node:process";
import { Request } from "../../../mod.ts";

const [endpoint = ""] = process.argv.slice(2);
const client = new Request({ gssapiServicePrincipal: "host@localhost" });
client.connect(endpoint);
await client.send("x");
await client.receive();
await client.close();
console.log("done");
