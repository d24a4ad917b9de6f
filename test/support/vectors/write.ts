import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { makeSchemas } from "../schemas/published-schemas.ts";
import { makeVectors } from "./all.ts";
import { recordedDemo } from "./recorded-demo.ts";

// Writes web/docs/vectors, web/docs/schemas and the recording of the demo, the same bytes every time: `npm run vectors`.

const WEB = fileURLToPath(new URL("../../../web/", import.meta.url));
const DOCS = `${WEB}docs/`;

// Everything is made before anything is removed, so that a failure leaves the old files.
const recorded = await recordedDemo();
const folders = { vectors: await makeVectors(), schemas: makeSchemas() };
for (const [folder, files] of Object.entries(folders)) {
  rmSync(`${DOCS}${folder}`, { recursive: true, force: true });
  for (const [name, content] of files) {
    const path = `${DOCS}${folder}/${name}`;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
}
for (const [name, content] of recorded) writeFileSync(`${WEB}demo/proof/${name}`, content);
