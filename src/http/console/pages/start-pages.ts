import { z } from "zod";
import { StartView } from "../../../../web/console/start/start-page.tsx";
import { newRowId } from "../../schemas/field-schemas.ts";
import { defineButton, defineForm, definePage } from "../define.ts";

export const startPage = definePage({
  path: "/console",
  title: "Overview",
  titleOf: ({ guide }) => (guide === null ? "Overview" : "Getting started"),
  section: "start",
  act: "start.read",
  isLive: true,
  input: () => null,
  view: StartView,
});

const testRequestForm = defineForm({
  path: "/console/test-request",
  page: startPage,
  act: "requests.test",
  schema: z.strictObject({ id: newRowId("q") }),
  input: ({ id }) => ({ form: id }),
  next: () => "/console",
});

const hideGuideForm = defineButton({
  path: "/console/hide-guide",
  page: startPage,
  act: "guide.hide",
  input: () => null,
  next: () => "/console",
});

export const START_FORMS = [testRequestForm, hideGuideForm];
