import { textIn, stepIn, type FormValues } from "../../../core/pages/policies/form-values.ts";
import type { TryDraft } from "../../../core/pages/policies/policies-page-data.ts";
import { changeRulesDraft, readRulesForm } from "../../../core/pages/policies/rules-draft.ts";
import { RULES_MAX_BYTES } from "../../../core/rules/rules-document.ts";
import { PAYLOAD_MAX_BYTES } from "../../../core/encoding/strict-json.ts";
import { EditRulesView } from "../../../../web/console/policies/rules-form/edit-rules-page.tsx";
import { TryView } from "../../../../web/console/policies/try-page.tsx";
import { defineEditor, defineForm, definePage } from "../define.ts";
import { z } from "zod";
import { formValues, pathAfter } from "./policy-pages.ts";

// The rules, and what a request would fall under.

/** A byte of a text takes up to three in a form. */
const ESCAPED_BYTES = 3;
const TRY_MAX_BYTES = ESCAPED_BYTES * PAYLOAD_MAX_BYTES + 8 * 1_024;
const EDITOR_MAX_BYTES = ESCAPED_BYTES * RULES_MAX_BYTES + TRY_MAX_BYTES;

export const tryPage = definePage({
  path: "/console/try",
  title: "Try the rules",
  section: "policies",
  act: "rules.try",
  input: () => ({ tried: null }),
  view: TryView,
});

export const rulesPage = definePage({
  path: "/console/rules",
  title: "Change the rules",
  section: "policies",
  act: "rules.edit",
  input: () => ({
    draft: null,
    replaces: null,
    isJudged: false,
    tried: null,
    isTried: false,
    isReviewed: false,
  }),
  view: EditRulesView,
});

const triedIn = (values: FormValues): TryDraft => ({
  action: textIn(values, "/action"),
  payload: textIn(values, "/payload"),
  key: textIn(values, "/key"),
  username: textIn(values, "/username"),
  policy: textIn(values, "/policy"),
});

const tryForm = defineEditor({
  path: tryPage.path,
  page: tryPage,
  act: "rules.try",
  pageAct: "rules.try",
  maxBytes: TRY_MAX_BYTES,
  schema: formValues,
  draft: (values) => ({ input: { tried: triedIn(values) }, isAsked: false }),
  input: (values) => ({ tried: triedIn(values) }),
  next: () => tryPage.path,
});

const replacesIn = (values: FormValues) => textIn(values, "replaces") || null;

const rulesEditor = defineEditor({
  path: rulesPage.path,
  page: rulesPage,
  act: "rules.save",
  pageAct: "rules.edit",
  maxBytes: EDITOR_MAX_BYTES,
  schema: formValues,
  draft: (values) => {
    const step = stepIn(values);
    const isAsked = step.what === "ask";
    return {
      input: {
        draft: changeRulesDraft(readRulesForm(values), step),
        replaces: replacesIn(values),
        isJudged: !step.changesParts,
        tried: triedIn(values),
        isTried: step.what === "try",
        // Shown again, because these are not the rules that were looked at.
        isReviewed: isAsked || step.what === "review",
      },
      isAsked,
    };
  },
  input: (values) => ({
    draft: readRulesForm(values),
    replaces: replacesIn(values),
    reviewed: textIn(values, "reviewed"),
  }),
  next: pathAfter,
});

const removeRulesForm = defineForm({
  path: "/console/rules/remove",
  page: rulesPage,
  act: "rules.save",
  schema: z.strictObject({
    replaces: z.string(),
    confirm: z.literal("yes", { error: "tick the box to ask for it" }),
  }),
  input: ({ replaces }) => ({ draft: null, replaces, reviewed: "" }),
  next: pathAfter,
});

export const RULES_FORMS = [tryForm, rulesEditor, removeRulesForm];
