// The installed package, required: it has no top-level await.
"use strict";

require("./exchange.cjs").tryPackage(require("isomq"));
