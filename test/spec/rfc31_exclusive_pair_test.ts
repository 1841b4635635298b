/**
 * RFC 31: PAIR.
 *
 * @module
 */

import {
  exclusiveQueueSentences,
  exclusiveTrafficSentences,
} from "../kit/exclusive_sentences.ts";
import { section } from "../kit/rfc.ts";

const pair = section(31, "The PAIR Socket Type");

exclusiveQueueSentences(pair, "PAIR");
exclusiveTrafficSentences(pair, "PAIR");
