// The installed package, imported.
import * as isomq from "isomq";
import exchange from "./exchange.cjs";

await exchange.tryPackage(isomq);
