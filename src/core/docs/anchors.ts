/** The anchor of a heading as the common hosts make it: lower case, hyphens for spaces, no punctuation. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_\- ]/gu, "")
    .replaceAll(" ", "-");
}

/** Makes the anchors of one document. A repeated heading gets a counter: "errors", "errors-1", "errors-2". */
export function anchorMaker(): (heading: string) => string {
  const used = new Set<string>();
  return (heading) => {
    const anchor = anchorOf(heading);
    let unique = anchor;
    for (let count = 1; used.has(unique); count++) unique = `${anchor}-${count}`;
    used.add(unique);
    return unique;
  };
}
