import { Hono } from "hono";
import type { HonoEnv } from "../context.ts";
import { sessionBody, sessionQuery } from "../browser/page-input.ts";
import { emptyBody, liveQuery, signInBody } from "../browser/page-schemas.ts";
import { askDesk } from "../browser/session.ts";
import type { ConsoleDownload, ConsoleForm, ConsolePage } from "./define.ts";
import { drawConsolePage } from "./draw-console.ts";
import { answerVersion, livePathOf } from "./live.ts";
import { EXPORT_DOWNLOADS, exportPage } from "./pages/export-pages.ts";
import { figuresPage } from "./pages/figure-pages.ts";
import { PEOPLE_FORMS, peoplePage, personPage } from "./pages/people-pages.ts";
import { sendDownload } from "./send-download.ts";
import { placeOf } from "../place.ts";
import { confirmPage, NOTICE_FORMS, noticesPage } from "./pages/notice-pages.ts";
import { KEY_FORMS, keyPage } from "./pages/key-pages.ts";
import { PROJECT_FORMS, projectPage, projectsPage } from "./pages/project-pages.ts";
import {
  editPolicyPage,
  groupPage,
  newGroupPage,
  newPolicyPage,
  POLICY_FORMS,
  policiesPage,
  policyPage,
} from "./pages/policy-pages.ts";
import { RULES_FORMS, rulesPage, tryPage } from "./pages/rules-pages.ts";
import { cancelForm, receiptDownload, requestListPage, requestPage } from "./pages/request-pages.ts";
import { deletionForm, settingsForm, settingsPage, trailPage } from "./pages/setting-pages.ts";
import { DELIVERY_FORMS, deliveriesPage, deliveryPage } from "./pages/delivery-pages.ts";
import { WEBHOOK_FORMS, webhookPage, webhooksPage } from "./pages/webhook-pages.ts";
import { usagePage } from "./pages/usage-pages.ts";
import { START_FORMS, startPage } from "./pages/start-pages.ts";
import { submitForm } from "./submit.ts";

// The console: pages that read, and forms that change something. Everybody's own notices are drawn like it.

export const CONSOLE_PAGES: readonly ConsolePage[] = [
  startPage,
  requestListPage,
  requestPage,
  projectsPage,
  projectPage,
  keyPage,
  webhooksPage,
  webhookPage,
  deliveriesPage,
  deliveryPage,
  figuresPage,
  peoplePage,
  personPage,
  policiesPage,
  policyPage,
  newPolicyPage,
  editPolicyPage,
  newGroupPage,
  groupPage,
  rulesPage,
  tryPage,
  usagePage,
  trailPage,
  exportPage,
  settingsPage,
  noticesPage,
  confirmPage,
];
export const CONSOLE_DOWNLOADS: readonly ConsoleDownload[] = [...EXPORT_DOWNLOADS, receiptDownload];
export const CONSOLE_FORMS: readonly ConsoleForm[] = [
  ...START_FORMS,
  ...PROJECT_FORMS,
  ...KEY_FORMS,
  ...WEBHOOK_FORMS,
  ...DELIVERY_FORMS,
  cancelForm,
  ...PEOPLE_FORMS,
  ...POLICY_FORMS,
  ...RULES_FORMS,
  settingsForm,
  deletionForm,
  ...NOTICE_FORMS,
];

export const consoleRoutes = new Hono<HonoEnv>();

// Before the pages, whose paths can have an id in this place.
for (const page of CONSOLE_PAGES.filter(({ isLive }) => isLive))
  consoleRoutes.get(livePathOf(page.path), sessionQuery(liveQuery), (context) =>
    answerVersion(context, page, context.req.valid("query")),
  );
for (const page of CONSOLE_PAGES) consoleRoutes.get(page.path, (context) => drawConsolePage(context, page));
for (const file of CONSOLE_DOWNLOADS) consoleRoutes.get(file.path, (context) => sendDownload(context, file));
for (const form of CONSOLE_FORMS) consoleRoutes.post(form.path, (context) => submitForm(context, form));

consoleRoutes.post("/console/elevate/begin", sessionBody(emptyBody), async (context) =>
  context.json(await askDesk(context, ({ desk, session }) => desk().beginElevation(session))),
);

consoleRoutes.post("/console/elevate/finish", sessionBody(signInBody), async (context) => {
  const proof = context.req.valid("json");
  await askDesk(context, ({ desk, session }) => desk().finishElevation(session, placeOf(context), proof));
  return context.json({});
});
