import { canonicalPayload } from "../../core/confirmation/canonical-payload.ts";
import { toHex } from "../../core/encoding/bytes.ts";
import { hashOfJson } from "../../core/encoding/jcs.ts";
import { accept, expectOk, refuse, type Result } from "../../core/refusal.ts";
import { findProject, findTestProject } from "../../store/project/projects.ts";
import type { ProjectRow } from "../../store/rows.ts";
import { requesterOf, type ActCall } from "../acts/act.ts";
import { createConfirmation } from "../confirmation/create.ts";
import { createProject } from "../projects/create-project.ts";

const TEST_PROJECT_NAME = "Test requests";
const TEST_PAYLOAD = { sends: "nothing", purpose: "See what it is like to approve a request" };

/** A request like any other, in a test project: its person is asked, and signs that it is a test. */
export async function requestTest(
  call: ActCall,
  { form }: { readonly form: string },
): Promise<Result<{ readonly id: string }>> {
  const { runtime, store, actor } = call;
  if (actor.kind === "key") return refuse("not_allowed", "only a person can send themselves a test request");
  const project = await testProject(call);
  if (!project.ok) return project;
  const { person, place } = actor;
  const created = await createConfirmation(runtime, store, {
    type: "decision",
    project: project.value,
    requester: requesterOf(person, place),
    action: "Try Countersign",
    payload: expectOk(canonicalPayload(TEST_PAYLOAD)),
    approver: { username: person.username },
    createdAt: runtime.now(),
    expiresInMilliseconds: (await store.own()).defaultExpirySeconds * 1_000,
    executeWithinMilliseconds: null,
    metadata: null,
    // A form that is sent twice asks once.
    identity: { dedupeKey: toHex(hashOfJson({ person: person.id, form })), lockHash: null },
  });
  return created.ok ? accept({ id: created.value.row.id }) : created;
}

/** The first request creates it. */
export async function testProject(call: ActCall): Promise<Result<ProjectRow>> {
  const existing = await findTestProject(call.store);
  if (existing !== undefined) return accept(existing);
  const created = await createProject(call, { id: null, name: TEST_PROJECT_NAME, mode: "test" });
  if (!created.ok) return created;
  const project = await findProject(call.store, created.value.id);
  return project === undefined ? refuse("not_found", "there is no test project") : accept(project);
}
