import { groupedOrganisationId } from "../../src/core/report/organisation-id.ts";
import { organisationCard } from "../../src/core/report/organisation-card.ts";
import { byId, runAction, saveFile, setText } from "./dom.ts";
import { getText } from "./http.ts";

// The organisation id, which people keep outside this service. The part organisation-id.html is its place in a page.

export function drawOrganisationId(name: string, id: string): void {
  const saved = byId("saved");
  const save = byId("save-card", HTMLButtonElement);
  const copy = byId("copy-id", HTMLButtonElement);
  setText(byId("stream"), groupedOrganisationId(id));
  save.addEventListener("click", () => void runAction(save, saved, () => saveCard(name, id)));
  copy.addEventListener("click", () => void runAction(copy, saved, () => copyId(id)));
}

async function copyId(id: string): Promise<string> {
  try {
    await navigator.clipboard.writeText(id);
    return "Copied.";
  } catch {
    return "The browser did not allow it. Select the id and copy it.";
  }
}

async function saveCard(name: string, id: string): Promise<string> {
  const policy = await getText("/log/policy.txt");
  if (!policy.ok) return `Not saved. ${policy.problem.detail}`;
  const { origin } = location;
  const day = new Date().toISOString().slice(0, 10);
  const { fileName, text } = organisationCard({ name, id, origin, policy: policy.value, day });
  saveFile(fileName, "text/plain", text);
  return `Saved as ${fileName}.`;
}
