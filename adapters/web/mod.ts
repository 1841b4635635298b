/**
 * IsoMQ for browsers.
 *
 * @module
 */
import { noble } from "../../src/security/crypto.ts";
import { type ContextInit, EngineContext } from "../../src/context/context.ts";
import { provideDefaultContext } from "../../src/socket/services.ts";
import { webRuntime } from "./runtime.ts";
export class Context extends EngineContext {
  constructor(init: ContextInit = {}) {
    super({ runtime: webRuntime(), curveCrypto: noble(), ...init });
  }
}
export const context: Context = new Context();
provideDefaultContext(() => context);
export { errorCodes, ZmqError } from "../../src/base/errors.ts";
export { Dealer } from "../../src/socket/dealer.ts";
export { Pair } from "../../src/socket/pair.ts";
export { Publisher } from "../../src/socket/publisher.ts";
export { Pull } from "../../src/socket/pull.ts";
export { Push } from "../../src/socket/push.ts";
export { Reply } from "../../src/socket/reply.ts";
export { Request } from "../../src/socket/request.ts";
export { Router } from "../../src/socket/router.ts";
export { Subscriber } from "../../src/socket/subscriber.ts";
export { XPublisher } from "../../src/socket/xpublisher.ts";
export { XSubscriber } from "../../src/socket/xsubscriber.ts";
