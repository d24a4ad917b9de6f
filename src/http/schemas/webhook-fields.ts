import { z } from "zod";
import { WEBHOOK_NAME_MAX_CHARACTERS } from "../../core/account/visible-name.ts";
import { REPORTED_TYPES } from "../../core/webhook/event-types.ts";
import { text, visibleName } from "./field-schemas.ts";

// The fields of a webhook, in forms and over REST.

/** A longer one is refused with the other rules for addresses; here it is too long to be looked at. */
const URL_TEXT_MAX_CHARACTERS = 4_000;

export const webhookName = visibleName(WEBHOOK_NAME_MAX_CHARACTERS);
export const webhookUrl = text(URL_TEXT_MAX_CHARACTERS);
export const eventType = z.enum(REPORTED_TYPES);
