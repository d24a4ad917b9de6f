import { parseArgs } from "node:util";
import { readOrganisationName } from "../../core/account/organisation-name.ts";
import { PLAN_NAMES, type PlanName } from "../../core/account/plans.ts";
import { USER_NAME, USER_NAME_RULE } from "../../core/account/user-name.ts";
import { isRef } from "../../core/confirmation/tenant-ref.ts";

/** What the operator of a deployment does with organisations. */
export type OperatorCommand =
  | {
      readonly name: "invite-owner";
      readonly organisation: string;
      readonly username: string;
      readonly plan: PlanName;
    }
  | { readonly name: "plan"; readonly organisation: string; readonly plan: PlanName }
  | { readonly name: "organisations" };

export interface OperatorOptions {
  readonly command: OperatorCommand;
  /** The environment of wrangler.toml that is meant; undefined: this machine. */
  readonly environment: string | undefined;
  /** The folder of the databases of `npm start`. */
  readonly state: string;
  /** The address in links, if no server runs that knows it. */
  readonly origin: string;
}

export const OPERATOR_USAGE = `npm run operator -- COMMAND [--remote] [--env NAME] [--state DIR] [--origin URL]
  invite-owner "Organisation" username [--plan PLAN]
                creates an organisation, and prints the link with which its owner begins
  plan ORGANISATION PLAN
                sets the plan: ${PLAN_NAMES.join(", ")}
                ORGANISATION is its ref, 8 characters, or its organisation id
  organisations lists their refs, names and plans
  --remote      the deployment, instead of this machine
  --env NAME    with --remote: the environment of wrangler.toml (production)
  --state DIR   the state folder of npm start (.countersign)
  --origin URL  the address in the link while no server runs (http://localhost:8787)`;

const STREAM_ID = /^[0-9a-f]{64}$/;
const ENVIRONMENT = /^[a-z][a-z0-9-]*$/;
const DEFAULT_PLAN: PlanName = "enterprise";

/** The options, or a message that says what is wrong with them. */
export function readOperatorOptions(args: readonly string[]): OperatorOptions | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        plan: { type: "string" },
        remote: { type: "boolean", default: false },
        env: { type: "string" },
        state: { type: "string", default: ".countersign" },
        origin: { type: "string", default: "http://localhost:8787" },
      },
    });
    if (values.env !== undefined && !values.remote) return "--env needs --remote";
    const environment = values.env ?? "production";
    if (!ENVIRONMENT.test(environment)) return "--env needs the name of an environment of wrangler.toml";
    if (!URL.canParse(values.origin)) return "--origin needs an address like http://localhost:8787";
    const command = readCommand(positionals, values.plan);
    if (typeof command === "string") return command;
    const { origin } = new URL(values.origin);
    return { command, environment: values.remote ? environment : undefined, state: values.state, origin };
  } catch (problem) {
    return problem instanceof Error ? problem.message : String(problem);
  }
}

function readCommand(words: readonly string[], plan: string | undefined): OperatorCommand | string {
  const [name, first = "", second = "", ...more] = words;
  const isTooMuch = more.length > 0 || (name !== "invite-owner" && plan !== undefined);
  if (isTooMuch)
    return "there is a word or an option too many; put a name of several words in quotation marks";
  switch (name) {
    case "invite-owner":
      return inviteOwnerCommand(first, second, plan ?? DEFAULT_PLAN);
    case "plan":
      return planCommand(first, second);
    case "organisations":
      return first === "" ? { name } : "organisations takes no words";
    case undefined:
      return "which command?";
    default:
      return `there is no command "${name}"`;
  }
}

function inviteOwnerCommand(text: string, username: string, plan: string): OperatorCommand | string {
  const organisation = readOrganisationName(text);
  if (!organisation.ok) return `the organisation's name ${organisation.refusal.detail}`;
  if (!USER_NAME.test(username)) return `the user name ${USER_NAME_RULE}`;
  if (!isPlan(plan)) return `--plan needs one of ${PLAN_NAMES.join(", ")}`;
  return { name: "invite-owner", organisation: organisation.value, username, plan };
}

function planCommand(organisation: string, plan: string): OperatorCommand | string {
  if (!isRef(organisation) && !STREAM_ID.test(organisation))
    return "an organisation is named by its ref, 8 characters, or its organisation id, 64 hexadecimal digits";
  if (!isPlan(plan)) return `a plan is one of ${PLAN_NAMES.join(", ")}`;
  return { name: "plan", organisation, plan };
}

function isPlan(text: string): text is PlanName {
  return (PLAN_NAMES as readonly string[]).includes(text);
}
