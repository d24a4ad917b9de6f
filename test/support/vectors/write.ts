import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { makeSchemas } from "../schemas/published-schemas.ts";
import { makeVectors } from "./all.ts";

// Writes web/docs/vectors and web/docs/schemas, the same bytes every time: `npm run vectors`.

const DOCS = fileURLToPath(new URL("../../../web/docs/", import.meta.url));

// Everything is made before anything is removed, so that a failure leaves the old files.
const folders = { vectors: await makeVectors(), schemas: makeSchemas() };
for (const [folder, files] of Object.entries(folders)) {
  rmSync(`${DOCS}${folder}`, { recursive: true, force: true });
  for (const [name, content] of files) {
    const path = `${DOCS}${folder}/${name}`;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
}
