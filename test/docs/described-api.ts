import { AjvJsonSchemaValidator } from "@modelcontextprotocol/client/validators/ajv";

// Examples of bodies and answers against the product's own description at /openapi.json.

interface Media {
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}
interface Described {
  readonly requestBody?: Media;
  readonly responses: Readonly<Record<string, Media>>;
}

export class DescribedApi {
  readonly #paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly #components: object;

  private constructor({ paths, components }: DescribedDocument) {
    this.#paths = paths;
    this.#components = components;
  }

  static async read(origin: string): Promise<DescribedApi> {
    const answer = await fetch(`${origin}/openapi.json`);
    return new DescribedApi((await answer.json()) as DescribedDocument);
  }

  /** What is wrong with the value as a body or an answer of a call such as "POST /api/keys"; empty if nothing is. */
  faultsOf(value: unknown, call: string, is: "body" | "example"): readonly string[] {
    const operation = this.#operation(call);
    if (operation === undefined) return [`the API has no call ${call}`];
    const { requestBody, responses } = operation;
    const media = is === "body" ? requestBody : (responses["200"] ?? responses["201"]);
    const schema = media?.content?.["application/json"]?.schema;
    if (schema === undefined) return [`${call} has no JSON ${is}`];
    const whole: object = { ...schema, components: this.#components };
    const validate = new AjvJsonSchemaValidator().getValidator(whole);
    const { valid, errorMessage } = validate(value);
    return valid ? [] : [`not a ${is} of ${call}: ${errorMessage}`];
  }

  has(call: string): boolean {
    return this.#operation(call) !== undefined;
  }

  #operation(call: string): Described | undefined {
    const [method = "", address = ""] = call.split(" ");
    const path = address.replace(/\?.*$/, "");
    return this.#paths[path]?.[method.toLowerCase()];
  }
}

interface DescribedDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: object;
}
