/** The first letters of two words. Only plain letters: another character could be taken for something else. */
export function initialsOf(name: string): string | undefined {
  if (!/^[ -~]+$/.test(name)) return undefined;
  const words = name.split(/[^0-9A-Za-z]+/).filter((word) => word !== "");
  if (words.length === 0) return undefined;
  return words
    .slice(0, 2)
    .map((word) => word.slice(0, 1).toUpperCase())
    .join("");
}
