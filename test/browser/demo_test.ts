// The demonstration of ext/examples/web, in Chromium.
// runtimes: node
import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import type { Page } from "playwright-core";
import { BrowserScene, skipUnlessChromium } from "../kit/chromium.ts";
import { Script, scriptUrl } from "../kit/runtime.ts";

const SERVER = scriptUrl("../../ext/examples/web/server", import.meta.url);

describe("ext/examples/web", { skip: skipUnlessChromium }, () => {
  let scene: BrowserScene;
  let server: Script;
  before(async () => {
    scene = await BrowserScene.start();
  });
  afterEach(async () => {
    await server.kill();
    await scene.clear();
  });
  after(() => scene.end());

  async function start(port = "0"): Promise<string> {
    server = new Script(SERVER, [port, scene.folder]);
    return await server.line();
  }

  async function connected(page: Page, mechanism: string): Promise<void> {
    await page.locator('#state[data-state="connected"]').waitFor();
    await page.locator("#detail", { hasText: mechanism }).waitFor();
    await page.locator(".price.up, .price.down").nth(4).waitFor();
  }

  async function ask(page: Page, question: string): Promise<void> {
    await page.getByLabel("Question").fill(question);
    await page.getByRole("button", { name: "Ask" }).click();
    await page.locator("#answer", { hasText: `${question} (` }).waitFor();
  }

  it("shows prices and answers, in clear and encrypted", async () => {
    const page = await scene.open(await start());
    assert.equal(await page.title(), "IsoMQ in a browser");
    await connected(page, "NULL, to a PUB");
    await ask(page, "Is it tea?");
    await page.getByRole("switch", { name: "Encrypt with CURVE" }).check();
    await connected(page, "CURVE, to a PUB");
    await ask(page, "Is it secret?");
  });

  it("subscribes to what is ticked", async () => {
    const page = await scene.open(await start());
    await connected(page, "NULL");
    const points = (tea: string): Promise<number> =>
      page.locator("tr", { hasText: tea }).locator("polyline").evaluate(
        (line) => line.getAttribute("points")!.split(" ").length,
      );
    await page.getByLabel("assam").uncheck();
    // What was on its way has come when others have come after it.
    const now = await points("ceylon");
    while (await points("ceylon") < now + 3);
    const before = await points("assam");
    while (await points("ceylon") < now + 6);
    assert.equal(await points("assam"), before);
  });

  it("says that it reconnects, and does", async () => {
    const url = await start();
    const page = await scene.open(url);
    await connected(page, "NULL");
    await server.kill();
    await page.locator("#state", { hasText: "reconnecting" }).waitFor();
    await start(new URL(url).port);
    await connected(page, "NULL");
    await ask(page, "Again?");
    // What the browser itself says of each attempt in vain.
    const said = scene.complaints.splice(0);
    const others = said.filter((text) =>
      !/^WebSocket connection to 'ws:.* failed/.test(text)
    );
    assert.deepEqual(others, []);
  });
});
