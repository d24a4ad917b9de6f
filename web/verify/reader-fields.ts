import { utf8 } from "../../src/core/encoding/bytes.ts";
import { parseJsonObject } from "../../src/core/encoding/strict-json.ts";
import {
  digitsSoFar,
  groupedOrganisationId,
  parseOrganisationId,
} from "../../src/core/report/organisation-id.ts";
import { byId, setText } from "../common/dom.ts";
import type { Trust } from "./evidence-input.ts";
import type { Field } from "./needs.ts";
import type { ReaderInput } from "./verdict.ts";

// The three fields in which the reader enters what they know already. A field that the verdict needs is in its card;
// the others are below, folded.

const organisation = byId("organisation", HTMLTextAreaElement);
const content = byId("content", HTMLTextAreaElement);
const more = byId("more", HTMLDetailsElement);

/** Shows what is wrong with the values, and returns those that can be used. */
export function readFields(trust: Trust | undefined): ReaderInput {
  const entered = organisation.value.trim();
  const id = parseOrganisationId(entered);
  const digits = digitsSoFar(entered);
  const isWrong = !id.ok && digits === undefined;
  setText(byId("organisation-error"), isWrong ? id.refusal.detail : "");
  organisation.ariaInvalid = String(isWrong);
  const isPart = digits !== undefined && digits > 0;
  setText(byId("organisation-state"), isPart ? `${digits} of 64 digits` : "");
  return { organisation: id.ok ? id.value : "", trust, content: readContent() };
}

function readContent(): ReaderInput["content"] {
  const text = content.value.trim();
  const parsed = text === "" ? undefined : parseJsonObject(utf8(text));
  const detail = parsed?.ok === false ? `This can't be compared: ${parsed.refusal.detail}.` : "";
  setText(byId("content-error"), detail);
  content.ariaInvalid = String(detail !== "");
  if (parsed === undefined) return undefined;
  return parsed.ok ? utf8(text) : "unreadable";
}

/** When the reader leaves the field: part of an id is an error then, and a whole one is grouped, to compare it by eye. */
export function finishOrganisation(): void {
  const id = parseOrganisationId(organisation.value);
  if (id.ok) organisation.value = groupedOrganisationId(id.value);
  else if (organisation.value.trim() !== "") {
    setText(byId("organisation-error"), id.refusal.detail);
    setText(byId("organisation-state"), "");
  }
}

export function showTrust(trust: Trust | undefined): void {
  const logs = trust?.policy.logs.map(({ key }) => key.name).join(", ") ?? "";
  const own = `Your own file, for the log ${logs}.`;
  const service = `The service’s own, for the log ${logs}. It only proves that the service agrees with itself. To know whose log it is, add a policy that you saved.`;
  const none = "None yet: nothing says whose log it is.";
  setText(byId("trust"), trust === undefined ? none : trust.from === "you" ? own : service);
}

/** Moves the fields that the verdict needs into its card. They stay there: the reader may be typing in one. */
export function bringFields(fields: readonly Field[]): void {
  for (const field of ["policy", "content"] as const)
    if (fields.includes(field)) byId("wanted").append(byId(`${field}-field`));
}

/** For other evidence, which may need other fields. */
export function putFieldsBack(): void {
  more.append(byId("policy-field"), byId("content-field"));
}

export function focusField(field: Field): void {
  if (more.contains(byId(`${field}-field`))) more.open = true;
  byId(field).focus();
}
