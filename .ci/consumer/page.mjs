// The installed package, in a page: a bundler takes what is for browsers.
import { Subscriber } from "isomq";

globalThis.subscriber = new Subscriber();
