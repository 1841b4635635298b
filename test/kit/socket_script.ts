// Runs in a process of its own: opens sockets with the adapters of the
// runtime and does with them what its first argument says, so that a test can
// watch the process end, or kill it.
import process from "node:process";
import { detectRuntime } from "../../adapters/auto.ts";
import { parseEndpoint } from "../../src/endpoint/endpoint.ts";
import type {
  ByteStream,
  StreamOptions,
  Transport,
} from "../../src/transport/transport.ts";
import { portPair } from "./port_pair.ts";

const [task, ...more] = process.argv.slice(2);
const endpoints = more.filter((one) => !one.startsWith("{"));
const options: StreamOptions = JSON.parse(
  more.find((one) => one.startsWith("{")) ?? "{}",
);

async function transportOf(text: string): Promise<Transport> {
  const { scheme } = parseEndpoint(text);
  if (scheme === "port") return portPair();
  if (scheme === "tipc") return (await import("../../ext/tipc/mod.ts")).tipc();
  return detectRuntime().transports.find((one) => one.scheme === scheme)!;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Listens, and says where. */
async function listen(): Promise<void> {
  const endpoint = parseEndpoint(endpoints[0]!);
  const transport = await transportOf(endpoint.text);
  const listener = await transport.listen(
    endpoint,
    { backlog: 1 },
    () => {},
  );
  say(listener.endpoint);
}

/** Opens a connection, a listener and a timer, and holds on to all or none. */
async function hold(keepsProcess: boolean): Promise<void> {
  const streams: ByteStream[] = [];
  const accepted: Promise<void>[] = [];
  for (const text of endpoints) {
    const transport = await transportOf(text);
    let accept!: () => void;
    accepted.push(new Promise((resolve) => accept = resolve));
    const listener = await transport.listen(
      parseEndpoint(text),
      { ...options, backlog: 10 },
      (stream) => {
        streams.push(stream);
        accept();
      },
    );
    streams.push(
      await transport.connect(parseEndpoint(listener.endpoint), {
        ...options,
        signal: new AbortController().signal,
      }),
    );
    listener.hold!(false);
    if (keepsProcess) listener.hold!(true);
  }
  await Promise.all(accepted);
  for (const stream of streams) {
    stream.direct!.start({ data() {}, drain() {}, end() {}, closed() {} });
    stream.direct!.write([new Uint8Array(100)]);
    stream.hold!(false);
  }
  const { clock } = detectRuntime();
  clock.setTimer(() => say("overslept"), 60_000).hold(false);
  clock.setTimer(() => say("still here"), 300).hold(false);
  say("ready");
}

/** Takes over the listening socket whose descriptor is the last argument. */
async function adopt(): Promise<void> {
  const [text, fd] = endpoints;
  const transport = await transportOf(text!);
  const listener = await transport.listen(
    parseEndpoint(text!),
    { backlog: 1, useFd: Number(fd) },
    (stream) => {
      say(stream.localAddress);
      stream.close();
      listener.close();
    },
  );
  say(listener.endpoint);
}

/** Tries to listen, and says why that fails. */
async function fail(): Promise<void> {
  try {
    await listen();
  } catch (error) {
    const { code, message } = error as Error & { code: string };
    say(`${code} ${message}`);
  }
}

if (task === "listen") await listen();
else if (task === "fail") await fail();
else if (task === "adopt") await adopt();
else await hold(task === "hold");
