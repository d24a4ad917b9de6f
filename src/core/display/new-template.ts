import type { JsonValue } from "../encoding/strict-json.ts";
import { refuse, type Result } from "../refusal.ts";
import { parseTemplate, sentenceParts, type Template } from "./template.ts";
import { drawText } from "./text/segments.ts";

// What only a new template must meet. Both lists grow, so a verifier does not ask for it: a later program may know more
// currencies, and more characters that can be mistaken. All programs mark such characters where they draw the words.

const CURRENCIES: ReadonlySet<string> = new Set(
  (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD " +
    "CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL " +
    "GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW " +
    "KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD " +
    "NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP " +
    "SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS " +
    "VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG"
  ).split(" "),
);

/** A template whose words hold nothing that is invisible, reorders text or can be mistaken, and whose currencies exist. */
export function parseNewTemplate(value: JsonValue): Result<Template> {
  const parsed = parseTemplate(value);
  if (!parsed.ok) return parsed;
  const { action, sentence, fields } = parsed.value;
  const texts: readonly (readonly [at: string, text: string])[] = [
    ["/action", action],
    ["/sentence", sentence],
    ...fields.map(({ label }, place) => [`/fields/${place}/label`, label] as const),
  ];
  const wrong = texts.find(([, text]) =>
    drawText(text).some(({ hidden, odd }) => hidden !== undefined || odd),
  );
  if (wrong !== undefined)
    return refuse(
      "template_invalid",
      "has characters that can't be seen or can be mistaken; leave them out",
      wrong[0],
    );
  const parts = sentenceParts(sentence);
  const formats: readonly (readonly [at: string, format: string | null])[] = [
    ...(parts.ok ? parts.value : []).map(
      (part) => ["/sentence", part.kind === "slot" ? part.format : null] as const,
    ),
    ...fields.map(({ format }, place) => [`/fields/${place}/format`, format] as const),
  ];
  const unknown = formats.find(([, format]) => !isKnown(format));
  return unknown === undefined
    ? parsed
    : refuse("template_invalid", "names a currency that ISO 4217 does not have", unknown[0]);
}

function isKnown(format: string | null): boolean {
  const [kind, currency] = format?.split(":") ?? [];
  return kind !== "money" || CURRENCIES.has(currency ?? "");
}
