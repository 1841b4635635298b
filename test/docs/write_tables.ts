// Writes the tables of the documents anew, after a change of the options or the
// error codes: `tsc && node .out/test/docs/write_tables.js`.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { DOCUMENTS, read, ROOT } from "../structure/project.ts";
import { withTables } from "./tables.ts";

for (const name of DOCUMENTS) {
  writeFileSync(join(ROOT, name), withTables(read(name)));
}
