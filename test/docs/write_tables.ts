// Writes the tables of the README anew, after a change of the options or the
// error codes: `tsc && node .out/test/docs/write_tables.js`.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { read, ROOT } from "../structure/project.ts";
import { withTables } from "./tables.ts";

writeFileSync(join(ROOT, "README.md"), withTables(read("README.md")));
