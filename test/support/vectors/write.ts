import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { makeVectors } from "./all.ts";

// Writes web/docs/vectors, the same bytes every time: `npm run vectors`.

const FOLDER = new URL("../../../web/docs/vectors/", import.meta.url);

rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(new URL("receipts/", FOLDER), { recursive: true });
for (const [name, content] of await makeVectors()) writeFileSync(new URL(name, FOLDER), content);
