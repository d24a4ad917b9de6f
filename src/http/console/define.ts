import { z } from "zod";
import type { View, Section } from "../../../web/console/layout.tsx";
import type { ActInput, ActName, ActOutput } from "../../desk/acts.ts";
import type { Versioned } from "../../desk/waits/wait-for-version.ts";
import type { RequestContext } from "../context.ts";

// A page of the console shows what an act reads. A form runs an act that changes something, and goes on to a page.

/** What a test must know of a route to walk it with every role. */
export interface ConsoleRoute {
  readonly path: string;
  readonly act: ActName;
}

export interface ConsolePage extends ConsoleRoute {
  readonly title: string;
  /** Whether the page loads itself again when what it shows has changed. */
  readonly isLive?: true;
  /** Whether the page registers the service worker. */
  readonly registersWorker?: true;
  /** Instead, for a page about one thing: its name. */
  readonly titleOf?: (output: unknown) => string;
  readonly section: Section;
  readonly input: (context: RequestContext) => unknown;
  readonly view: View<unknown>;
}

/** A file that an act writes: bytes, or a stream of them. */
export interface ConsoleDownload extends ConsoleRoute {
  /** Where a refusal is shown. */
  readonly page: ConsolePage;
  readonly input: (context: RequestContext) => unknown;
  readonly media: string;
  readonly file: string | ((context: RequestContext) => string);
}

export interface ConsoleForm extends ConsoleRoute {
  /** Shown again if the form could not be accepted. */
  readonly page: ConsolePage;
  readonly schema: z.ZodType;
  readonly input: (body: unknown, context: RequestContext) => unknown;
  /** More than forms usually have. */
  readonly maxBytes?: number;
  /** Of a form that is edited with buttons of its own: what its page shows, and whether the act is asked for. */
  readonly draft?: (body: unknown, context: RequestContext) => Draft<unknown>;
  /** The path to which the browser goes on. */
  readonly next?: (output: unknown, body: unknown, context: RequestContext) => string;
  /** Instead: a page that is the answer itself, for what is shown only once. */
  readonly shown?: { readonly title: string; readonly view: View<unknown> };
}

/** A form on its way: nothing is kept of it but in the page. */
export interface Draft<Input> {
  /** Of the page's act, so that the page shows the form as it was sent and changed. */
  readonly input: Input;
  readonly isAsked: boolean;
}

export function definePage<Name extends ActName>(page: {
  readonly path: string;
  readonly title: string;
  readonly titleOf?: (output: ActOutput<Name>) => string;
  readonly section: Section;
  readonly act: Name;
  readonly isLive?: ActOutput<Name> extends Versioned ? true : never;
  readonly registersWorker?: true;
  readonly input: (context: RequestContext) => ActInput<Name>;
  readonly view: View<ActOutput<Name>>;
}): ConsolePage {
  return page as unknown as ConsolePage;
}

interface FormBase<Name extends ActName, Schema extends z.ZodType> extends ConsoleRoute {
  readonly page: ConsolePage;
  readonly act: Name;
  readonly schema: Schema;
  readonly input: (body: z.output<Schema>, context: RequestContext) => ActInput<Name>;
}

type FormEnd<Name extends ActName, Body> =
  | { readonly next: (output: ActOutput<Name>, body: Body, context: RequestContext) => string }
  | { readonly shown: { readonly title: string; readonly view: View<ActOutput<Name>> } };

export function defineForm<Name extends ActName, Schema extends z.ZodType>(
  form: FormBase<Name, Schema> & FormEnd<Name, z.output<Schema>>,
): ConsoleForm {
  return form as unknown as ConsoleForm;
}

/** A form whose page shows it again after each of its buttons but one, which runs the act. */
export function defineEditor<Name extends ActName, PageName extends ActName, Schema extends z.ZodType>(
  editor: FormBase<Name, Schema> & {
    readonly maxBytes: number;
    readonly pageAct: PageName;
    readonly draft: (body: z.output<Schema>, context: RequestContext) => Draft<ActInput<PageName>>;
    readonly next: (output: ActOutput<Name>, body: z.output<Schema>, context: RequestContext) => string;
  },
): ConsoleForm {
  return editor as unknown as ConsoleForm;
}

const NO_FIELDS = z.strictObject({});

/** A form that is only a button: what it acts on is in the path. */
export function defineButton<Name extends ActName>(
  button: Omit<FormBase<Name, typeof NO_FIELDS>, "schema" | "input"> &
    FormEnd<Name, z.output<typeof NO_FIELDS>> & {
      readonly input: (context: RequestContext) => ActInput<Name>;
    },
): ConsoleForm {
  const { input, ...others } = button;
  const form = {
    ...others,
    schema: NO_FIELDS,
    input: (_body: unknown, context: RequestContext) => input(context),
  };
  return form as unknown as ConsoleForm;
}
