import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { parseDocument, type ParsedDocument } from "./parse-document.ts";

const FOLDER = "web/docs";

/** The documents of web/docs and its folders, by name. */
export function readDocuments(): ReadonlyMap<string, ParsedDocument> {
  const files = readdirSync(FOLDER, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".md"),
  );
  return new Map(
    files.map((file) => {
      const name = basename(file, ".md");
      const path = `${FOLDER}/${file}`;
      return [name, parseDocument(name, path, readFileSync(path, "utf8"))];
    }),
  );
}
