// A browser for tests: Chromium, without a window, and a server that gives it
// the package as pages get it. What a page says in its console, or throws, is
// an error of the test.
import assert from "node:assert/strict";
import { once } from "node:events";
import {
  accessSync,
  constants,
  mkdtempSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { ROOT } from "../structure/project.ts";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];

/** The browser's program, if it is installed. */
const program: string | undefined = process.env.CHROMIUM ?? NAMES
  .flatMap((name) =>
    process.env.PATH!.split(delimiter).map((folder) => join(folder, name))
  )
  .find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

/** The reason to skip what needs the browser, or false. */
export const skipUnlessChromium: string | false = program !== undefined
  ? false
  : "Chromium is not installed: apt-get install chromium, or set CHROMIUM";

/** A page that has the package, and no icon that it would ask for. */
const PAGES: Readonly<Record<string, string>> = {
  "/": `<!doctype html><title>test</title><link rel="icon" href="data:,">
<script type="module">
  import * as isomq from "/isomq.js";
  globalThis.isomq = isomq;
</script>`,
};

/** A handler of the test for paths that are not the package's. */
export type Answer = (path: string) => string | undefined;

/** The browser, the server, and the folder of what is served. */
export class BrowserScene {
  /** Where the server is, `http://127.0.0.1:49152`. */
  readonly origin: string;
  /** The server. */
  readonly server: Server;
  /** The folder with the package as pages get it. */
  readonly folder: string;
  /** Paths that were asked for. */
  readonly asked: string[] = [];
  /** What pages said, threw, or could not load; empty at the end of a test. */
  readonly complaints: string[] = [];
  readonly #browser: Browser;

  private constructor(
    browser: Browser,
    server: Server,
    folder: string,
    answer: Answer,
  ) {
    this.#browser = browser;
    this.server = server;
    this.folder = folder;
    const { port } = server.address() as AddressInfo;
    this.origin = `http://127.0.0.1:${port}`;
    server.on("request", ({ url }, response) => {
      this.asked.push(url!);
      const script = /^\/(isomq(_curve)?|worker)\.js$/.test(url!);
      const body = answer(url!) ??
        (script ? readFileSync(join(folder, url!)) : PAGES[url!]);
      response.statusCode = body === undefined ? 404 : 200;
      response.setHeader(
        "content-type",
        script ? "text/javascript" : "text/html; charset=utf-8",
      );
      response.end(body ?? "Not found");
    });
  }

  /** Builds the package, and starts the server and the browser. */
  static async start(answer: Answer = () => undefined): Promise<BrowserScene> {
    const folder = mkdtempSync(join(tmpdir(), "isomq-"));
    const { buildWeb } = await import(
      pathToFileURL(join(ROOT, ".ci/web.mjs")).href
    );
    await buildWeb(join(ROOT, ".out"), folder);
    const server = createServer();
    await once(server.listen(0, "127.0.0.1"), "listening");
    const browser = await chromium.launch({
      executablePath: program!,
      // Its sandbox does not work for root, and needs what containers lack.
      args: ["--no-sandbox", "--disable-dev-shm-usage"],
    });
    return new BrowserScene(browser, server, folder, answer);
  }

  /** Opens a page in a profile of its own, or beside another page. */
  async open(path = "/", beside?: Page): Promise<Page> {
    const context = beside?.context() ?? await this.#browser.newContext();
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    page.on("console", (said) => this.complaints.push(said.text()));
    await page.goto(new URL(path, this.origin).href);
    return page;
  }

  /** Closes all pages; fails if one of them complained. */
  async clear(): Promise<void> {
    const contexts = this.#browser.contexts();
    await Promise.all(contexts.map((context) => context.close()));
    assert.deepEqual(this.complaints.splice(0), []);
  }

  /** Stops everything. */
  async end(): Promise<void> {
    await this.#browser.close();
    this.server.closeAllConnections();
    this.server.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
