import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { generatedDocuments } from "./generated/generated-documents.ts";
import { parseDocument, type ParsedDocument } from "./parse-document.ts";

const FOLDER = "web/docs";

/** The documents of web/docs and its folders, and those that are generated, by name. */
export function readDocuments(): ReadonlyMap<string, ParsedDocument> {
  const files = readdirSync(FOLDER, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".md"),
  );
  const written = files.map(
    (file) => [`${FOLDER}/${file}`, readFileSync(`${FOLDER}/${file}`, "utf8")] as const,
  );
  // As if they were files there, so that documents can link to each other.
  const generated = [...generatedDocuments()].map(
    ([name, markdown]) => [`${FOLDER}/${name}.md`, markdown] as const,
  );
  return new Map(
    [...written, ...generated].map(([path, markdown]) => {
      const name = basename(path, ".md");
      return [name, parseDocument(name, path, markdown)];
    }),
  );
}
