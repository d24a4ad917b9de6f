import { BUILT_ORIGIN } from "../../../src/core/docs/shown-origin.ts";

// What the policy (CSP) of our pages forbids, found in their HTML.

export const DATA_BLOCK = '<script type="application/json" id="data"></script>';
/** An address on this server, or a place on the page. */
const OWN_FILE = /^(\/(?!\/)|#)/;

interface Tag {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
}

function tagsOf(html: string): readonly Tag[] {
  return [...html.matchAll(/<([a-z][a-z0-9]*)((?:\s+[a-z-]+(?:="[^"]*")?)*)\s*\/?>/g)].map((tag) => ({
    name: tag[1] ?? "",
    attributes: new Map(
      [...(tag[2] ?? "").matchAll(/([a-z-]+)(?:="([^"]*)")?/g)].map((pair) => [pair[1] ?? "", pair[2] ?? ""]),
    ),
  }));
}

/** What a page would load from elsewhere, run or style without a file of its own. `mayLeaveTo`: where its links may lead. */
export function faultsOf(html: string, mayLeaveTo = OWN_FILE): readonly string[] {
  const faults: string[] = [];
  for (const { name, attributes } of tagsOf(html)) {
    for (const [attribute, value] of attributes) {
      const leads = attribute === "src" || attribute === "href" || attribute.endsWith("srcset");
      const allowed = name === "a" ? mayLeaveTo : OWN_FILE;
      if (leads && !isCanonical(attributes) && !allowed.test(value)) faults.push(`${name} leads to ${value}`);
      if (/^on|^style$|^action$|^formaction$|^http-equiv$/.test(attribute))
        faults.push(`${name} ${attribute}`);
    }
    if (/^(style|base|form|iframe|object|embed)$/.test(name)) faults.push(`a ${name}`);
  }
  for (const [script, opening] of html.matchAll(/<script([^>]*)>[\s\S]*?<\/script>/g)) {
    const isModule =
      /^ type="module" src="\/[a-z]+\.js"$/.test(opening ?? "") && script.endsWith("></script>");
    if (!isModule && script !== DATA_BLOCK) faults.push(script);
  }
  return faults;
}

/** A page that the build draws names its own address: it is not loaded. */
function isCanonical(attributes: Tag["attributes"]): boolean {
  return attributes.get("rel") === "canonical" && attributes.get("href")?.startsWith(BUILT_ORIGIN) === true;
}
