import { z } from "zod";
import { DOCUMENT_NAME_MAX_CHARACTERS } from "../../../core/policy/document-name.ts";
import { listIn, stepIn, textIn, type FormValues } from "../../../core/pages/policies/form-values.ts";
import { changePolicyDraft, readPolicyForm } from "../../../core/pages/policies/policy-form.ts";
import { EditGroupView } from "../../../../web/console/policies/edit-group-page.tsx";
import { EditPolicyView } from "../../../../web/console/policies/policy-form/edit-policy-page.tsx";
import { PoliciesView } from "../../../../web/console/policies/policies-page.tsx";
import { PolicyView } from "../../../../web/console/policies/policy-page.tsx";
import type { RequestContext } from "../../context.ts";
import { newRowId } from "../../schemas/field-schemas.ts";
import { defineEditor, defineForm, definePage, type ConsoleForm } from "../define.ts";

// Groups and policies: what is in force, and forms that ask for new versions.

/** A policy of 4 stages with 8 needs each, and 64 people in each of them, has some 100 KB. */
const EDITOR_MAX_BYTES = 128 * 1_024;

/** The form's own code reads the fields; a text that is no field of it is not looked at. */
export const formValues = z.record(z.string(), z.union([z.string(), z.array(z.string())]));

export const policiesPage = definePage({
  path: "/console/policies",
  title: "Policies",
  section: "policies",
  act: "policies.page",
  isLive: true,
  input: () => null,
  view: PoliciesView,
});

const nameOf = (context: RequestContext) =>
  (context.req.param("name") ?? "").slice(0, DOCUMENT_NAME_MAX_CHARACTERS);

export const policyPage = definePage({
  path: "/console/policies/:name",
  title: "Policy",
  titleOf: ({ name }) => name,
  section: "policies",
  act: "policy.page",
  isLive: true,
  input: (context) => ({ policy: nameOf(context) }),
  view: PolicyView,
});

/** The page where the change is signed, if the person who asked can sign it. */
export function pathAfter({ url, signs }: { readonly url: string; readonly signs: boolean }): string {
  return signs ? new URL(url).pathname : "/console/policies";
}

const replacesIn = (values: FormValues) => textIn(values, "replaces") || null;

export const newPolicyPage = definePage({
  path: "/console/new-policy",
  title: "New policy",
  section: "policies",
  act: "policy.edit",
  input: (context) => ({
    name: null,
    starter: context.req.query("from") ?? "",
    draft: null,
    replaces: null,
    isJudged: false,
  }),
  view: EditPolicyView,
});

export const editPolicyPage = definePage({
  path: "/console/policies/:name/edit",
  title: "Change a policy",
  titleOf: ({ name }) => `Change ${name ?? ""}`,
  section: "policies",
  act: "policy.edit",
  input: (context) => ({ name: nameOf(context), starter: "", draft: null, replaces: null, isJudged: true }),
  view: EditPolicyView,
});

const policyEditor = (
  page: typeof editPolicyPage,
  nameIn: (context: RequestContext) => string | null,
): ConsoleForm =>
  defineEditor({
    path: page.path,
    page,
    act: "policy.save",
    pageAct: "policy.edit",
    maxBytes: EDITOR_MAX_BYTES,
    schema: formValues,
    draft: (values, context) => {
      const step = stepIn(values);
      return {
        input: {
          name: nameIn(context),
          starter: textIn(values, "starter"),
          draft: changePolicyDraft(readPolicyForm(values), step),
          replaces: replacesIn(values),
          isJudged: !step.changesParts,
        },
        isAsked: step.what === "ask",
      };
    },
    input: (values, context) => ({
      name: nameIn(context),
      draft: readPolicyForm(values),
      replaces: replacesIn(values),
    }),
    next: pathAfter,
  });

const removed = z.strictObject({
  replaces: z.string(),
  confirm: z.literal("yes", { error: "tick the box to ask for it" }),
});

const removePolicyForm = defineForm({
  path: "/console/policies/:name/remove",
  page: editPolicyPage,
  act: "policy.save",
  schema: removed,
  input: ({ replaces }, context) => ({ name: nameOf(context), draft: null, replaces }),
  next: pathAfter,
});

const drillForm = defineForm({
  path: "/console/policies/:name/drill",
  page: policyPage,
  act: "policy.drill",
  schema: z.strictObject({ id: newRowId("q") }),
  input: ({ id }, context) => ({ policy: nameOf(context), form: id }),
  next: ({ policy }) => `/console/policies/${policy}#drill`,
});

export const newGroupPage = definePage({
  path: "/console/new-group",
  title: "New group",
  section: "policies",
  act: "group.edit",
  input: () => ({ name: null, draft: null, replaces: null }),
  view: EditGroupView,
});

export const groupPage = definePage({
  path: "/console/groups/:name",
  title: "Group",
  titleOf: ({ name }) => name ?? "",
  section: "policies",
  act: "group.edit",
  input: (context) => ({ name: nameOf(context), draft: null, replaces: null }),
  view: EditGroupView,
});

const groupEditor = (
  page: typeof groupPage,
  nameIn: (context: RequestContext) => string | null,
): ConsoleForm => {
  const sent = (values: FormValues, context: RequestContext) => ({
    name: nameIn(context),
    draft: { name: nameIn(context) ?? textIn(values, "/name"), members: listIn(values, "/members") },
    replaces: replacesIn(values),
  });
  return defineEditor({
    path: page.path,
    page,
    act: "group.save",
    pageAct: "group.edit",
    maxBytes: EDITOR_MAX_BYTES,
    schema: formValues,
    draft: (values, context) => ({ input: sent(values, context), isAsked: true }),
    input: sent,
    next: pathAfter,
  });
};

const removeGroupForm = defineForm({
  path: "/console/groups/:name/remove",
  page: groupPage,
  act: "group.save",
  schema: removed,
  input: ({ replaces }, context) => ({ name: nameOf(context), draft: null, replaces }),
  next: pathAfter,
});

export const POLICY_FORMS = [
  policyEditor(newPolicyPage, () => null),
  policyEditor(editPolicyPage, nameOf),
  removePolicyForm,
  drillForm,
  groupEditor(newGroupPage, () => null),
  groupEditor(groupPage, nameOf),
  removeGroupForm,
];
