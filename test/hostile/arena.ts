// What the suites of hostile peers have in common: a context and endpoints of
// their own, nothing that nobody catches, every descriptor back in the end,
// and a line that says what was survived how often.
import assert from "node:assert/strict";
import process from "node:process";
import { after, before, describe, it } from "node:test";
import type { Context } from "../../mod.ts";
import { trustingContext } from "../interop/security.ts";
import { Places } from "../kit/places.ts";
import { openSockets } from "../kit/runtime.ts";
import { show } from "../kit/show.ts";
import { until } from "../kit/wait.ts";

/** Where the tests of one suite take place. */
export class Arena {
  readonly places = new Places();
  #context: Context | undefined;
  #open = 0;
  readonly #loose: unknown[] = [];
  readonly #tally = new Map<string, number>();
  readonly #notice = (error: unknown) => this.#loose.push(error);

  /** The context that all tests share. */
  get context(): Context {
    return this.#context!;
  }

  /** Something was survived, and left nothing that nobody caught. */
  survived(kind: string, count = 1): void {
    this.check();
    this.#tally.set(kind, (this.#tally.get(kind) ?? 0) + count);
  }

  /** Fails when there is something that nobody caught. */
  check(): void {
    assert.deepEqual(this.#loose.splice(0), []);
  }

  /** Begins. */
  open(context: Context): void {
    process.on("unhandledRejection", this.#notice);
    process.on("uncaughtException", this.#notice);
    this.#context = context;
    this.#open = openSockets();
  }

  /** Ends what is shared, and waits until nothing of it is left. */
  async settle(): Promise<void> {
    await this.context.shutdown();
    await until(() => openSockets() <= this.#open, "descriptors are back");
  }

  /** Is over, and says what was survived. */
  close(title: string): void {
    process.off("unhandledRejection", this.#notice);
    process.off("uncaughtException", this.#notice);
    this.places.remove();
    const counts = [...this.#tally].map(([kind, count]) => `${count} ${kind}`);
    if (counts.length > 0) show(`${title}: survived ${counts.join(", ")}`);
  }
}

/** What a suite may want to be different. */
export interface ArenaOptions {
  /** Makes the context. Default: one that knows the one user. */
  readonly context?: () => Context;
  /** Why the suite is skipped. Default: it is not. */
  readonly skip?: string | false;
}

/**
 * Registers a suite.
 *
 * @param define registers its tests.
 */
export function arena(
  title: string,
  define: (arena: Arena) => void,
  { context = trustingContext, skip = false }: ArenaOptions = {},
): void {
  describe(title, { skip }, () => {
    const shared = new Arena();
    before(() => shared.open(context()));
    define(shared);
    it("and all descriptors are back", () => shared.settle());
    after(() => shared.close(title));
  });
}
