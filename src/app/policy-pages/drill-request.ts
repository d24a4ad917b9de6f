import { canonicalPayload } from "../../core/confirmation/canonical-payload.ts";
import { toHex } from "../../core/encoding/bytes.ts";
import { hashOfJson } from "../../core/encoding/jcs.ts";
import { everyoneIn, singleApproverPolicy, type Policy } from "../../core/policy/policy.ts";
import { accept, expectOk, refuse, type Result } from "../../core/refusal.ts";
import { requesterOf, type ActCall } from "../acts/act.ts";
import { actorColumns, trailRow } from "../acts/trail-entry.ts";
import { createConfirmation } from "../confirmation/create.ts";
import { testProject } from "../console/test-request.ts";
import { readPolicy } from "./read-policy.ts";
import { canSignNow } from "./reachable-people.ts";

/** People may be on pause, or asleep. */
const DRILL_EXPIRES_HOURS = 24;

/**
 * A test request to everybody in the policy who can sign. It is not made under the policy: it is complete when all of
 * them have signed, and leads to nothing.
 */
export async function requestDrill(
  call: ActCall,
  { policy: name, form }: { readonly policy: string; readonly form: string },
): Promise<Result<{ readonly policy: string }>> {
  const { runtime, store, actor } = call;
  if (actor.kind === "key") return refuse("not_allowed", "only a person can send a test request");
  const found = await readPolicy(call, name);
  if (!found.ok) return found;
  const { resolved, people } = found.value;
  if (!resolved.ok) return resolved;
  const asked = [...everyoneIn(resolved.value)].filter((id) => canSignNow(people.get(id)));
  if (asked.length === 0)
    return refuse("policy_unmeetable", "nobody in this policy has a passkey that it takes");
  const project = await testProject(call);
  if (!project.ok) return project;
  const { person, place } = actor;
  const created = await createConfirmation(runtime, store, {
    type: "decision",
    project: project.value,
    requester: requesterOf(person, place),
    action: `Test the policy ${name}`,
    payload: expectOk(canonicalPayload({ policy: name, sends: "nothing", purpose: PURPOSE })),
    approver: drillPolicy(resolved.value, asked),
    createdAt: runtime.now(),
    expiresInMilliseconds: DRILL_EXPIRES_HOURS * 3_600_000,
    executeWithinMilliseconds: null,
    metadata: null,
    // A form that is sent twice asks once.
    identity: { dedupeKey: toHex(hashOfJson({ policy: name, form })), lockHash: null },
    entry: ({ id: request }) =>
      trailRow(runtime, actorColumns(actor), {
        act: "policy.drilled",
        subject: { id: name, name },
        detail: { request },
      }),
  });
  return created.ok ? accept({ policy: name }) : created;
}

const PURPOSE = "Show that you can be reached and can sign";

/** All of them must answer: with the policy's own counts it would be over before everybody has. */
function drillPolicy({ name, authenticator, quietHours }: Policy, asked: readonly string[]): Policy {
  const need = { name: "", count: asked.length, of: asked };
  return {
    ...singleApproverPolicy(""),
    name,
    stages: [{ name: "", needs: [need] }],
    authenticator,
    quietHours,
  };
}
