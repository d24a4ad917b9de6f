import { make } from "./dom.ts";

/** Gives the person a file that this page has made. */
export function saveFile(name: string, type: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = make("a", "");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
