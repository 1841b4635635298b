// Loaded before a test file on Deno. A module that throws after it registered
// its first node:test test is otherwise reported as a success there: the
// rejection of its evaluation is seen only by this listener.
import { UNCAUGHT_MARK } from "./results.mjs";

globalThis.addEventListener("unhandledrejection", (event) => {
  const { reason } = event;
  console.error(`${UNCAUGHT_MARK} ${reason?.stack ?? reason}`);
});
