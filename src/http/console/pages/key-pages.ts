import { z } from "zod";
import { KEY_LABEL_MAX_CHARACTERS } from "../../../core/account/visible-name.ts";
import { SCOPES } from "../../../core/confirmation/scopes.ts";
import { CreatedKeyView } from "../../../../web/console/keys/created-key.tsx";
import { KeyView } from "../../../../web/console/keys/key-page.tsx";
import type { RequestContext } from "../../context.ts";
import { newRowId, visibleName } from "../../schemas/field-schemas.ts";
import { defineButton, defineForm, definePage } from "../define.ts";
import { projectPage } from "./project-pages.ts";

const keyOf = (context: RequestContext) => ({ key: context.req.param("id") ?? "" });

export const keyPage = definePage({
  path: "/console/keys/:id",
  title: "API key",
  titleOf: ({ key }) => key.label,
  section: "projects",
  act: "key.read",
  input: keyOf,
  view: KeyView,
});

/** One box that is ticked is a text, several are a list. */
const scopes = z.union([z.enum(SCOPES), z.array(z.enum(SCOPES))]).transform((value) => [value].flat());

const EXPIRY_DAYS = { none: null, "30": 30, "90": 90, "365": 365 } as const;

const newKeyForm = defineForm({
  path: "/console/projects/:id/keys",
  page: projectPage,
  act: "keys.create",
  schema: z.strictObject({
    id: newRowId("k"),
    label: visibleName(KEY_LABEL_MAX_CHARACTERS),
    scopes,
    expiry: z.enum(["none", "30", "90", "365"]),
    agent: z.literal("yes").optional(),
  }),
  input: ({ expiry, agent, ...body }, context) => ({
    ...body,
    project: context.req.param("id") ?? "",
    expiresInDays: EXPIRY_DAYS[expiry],
    agent: agent !== undefined,
  }),
  shown: { title: "Your new API key", view: CreatedKeyView },
});

const STOPS = { "0": 0, "24": 24, "168": 168 } as const;

const rotateForm = defineForm({
  path: "/console/keys/:id/rotate",
  page: keyPage,
  act: "keys.rotate",
  schema: z.strictObject({ id: newRowId("k"), stops: z.enum(["0", "24", "168"]) }),
  input: ({ id, stops }, context) => ({ ...keyOf(context), id, stopsInHours: STOPS[stops] }),
  shown: { title: "Your new API key", view: CreatedKeyView },
});

const revokeForm = defineButton({
  path: "/console/keys/:id/revoke",
  page: keyPage,
  act: "keys.revoke",
  input: keyOf,
  next: ({ id }) => `/console/keys/${id}`,
});

export const KEY_FORMS = [newKeyForm, rotateForm, revokeForm];
