// A program that uses GSSAPI and then has nothing more to do: gssapi_test.ts
// watches whether its process ends.
import process from "node:process";
import { Reply, Request } from "../../../mod.ts";

const [way] = process.argv.slice(2);
const server = new Reply({ gssapiServer: true });
const client = new Request({ gssapiServicePrincipal: "host@localhost" });
client.connect(await server.bind("tcp://127.0.0.1:*"));
await client.send("x");
await server.send(await server.receive());
await client.receive();
if (way === "closed") await Promise.all([client.close(), server.close()]);
else {
  client.unref();
  server.unref();
}
console.log("done");
