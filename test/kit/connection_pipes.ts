// Pipes of connections that a test moves by hand.
import { toKey } from "../../src/base/bytes.ts";
import {
  ConnectionPipe,
  type PipeLink,
} from "../../src/routing/connection_pipe.ts";
import { plainPeer } from "../../src/routing/peer.ts";
import type { PipeLimits } from "../../src/routing/pipe.ts";
import type { DealerPattern } from "../../src/socket/patterns/dealer.ts";
import type { XPubPattern } from "../../src/socket/patterns/xpub.ts";
import { type Bench, limits } from "./fake_pipe.ts";

/** A connection that a test moves by hand. */
export class Link implements PipeLink {
  schedules = 0;
  resumes = 0;
  drops = 0;
  readonly commands: string[] = [];

  schedule(): void {
    this.schedules++;
  }

  flush(): void {}

  resume(): void {
    this.resumes++;
  }

  settle(): void {}

  command(command: string, octets: Uint8Array): void {
    this.commands.push(`${command} ${toKey(octets)}`);
  }

  dropped(): void {
    this.drops++;
  }
}

/** A pipe that a socket has for a connection, which there is not yet. */
export function connection(
  bench: Bench<DealerPattern> | Bench<XPubPattern>,
  changes: Partial<PipeLimits> = {},
): ConnectionPipe {
  const peer = plainPeer("tcp://peer");
  const pipe = new ConnectionPipe(
    bench,
    limits(changes),
    peer,
    "tcp://x",
    true,
  );
  bench.pattern.attach(pipe);
  return pipe;
}
