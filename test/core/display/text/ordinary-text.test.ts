import { describe, expect, it } from "vitest";
import { drawText, exactText, textOf, type Segment } from "../../../../src/core/display/text/segments.ts";
import { flagRegion } from "../../../../src/core/display/text/sequences.ts";
import { textWarnings } from "../../../../src/core/display/show.ts";

/** What a person sees: text without its invisible characters, and the marks on it. */
function seen(text: string): string {
  return drawText(text).map(seenSegment).join("|");
}

function seenSegment({ text, hidden, odd, joined }: Segment): string {
  if (hidden !== undefined) return text;
  const visible = text.replace(/\p{Default_Ignorable_Code_Point}/gu, "");
  if (joined === undefined) return odd ? `odd ${text}` : visible;
  return `${joined} ${visible}${joined === "flag" ? flagRegion(text) : ""}`;
}

describe("ordinary text raises no warning", () => {
  it.each([
    ["English", "Naïve café, “quoted” — 50 % off"],
    ["French", "Prix\u00a0: 1\u202f250,50\u00a0€"],
    ["Russian", "Счёт от ООО Ромашка за май"],
    ["Russian with a Latin name", "Оплата Visa для ООО Ромашка"],
    ["Greek", "Καλημέρα κόσμε"],
    ["Hebrew", "שלום עולם 100"],
    ["Arabic with its own digits", "مرحبا بالعالم ١٢٣"],
    ["Persian with its own digits", "می\u200cخواهم ۱۲ کار\u200cها"],
    ["Hindi with its own digits", "क्\u200dष क्\u200cष हिन्दी १२"],
    ["Bengali", "শ্রী র\u200d্যাব ১২"],
    ["Sinhala", "ශ්\u200dරී ලංකාව"],
    ["Malayalam", "അവന്\u200d"],
    ["Thai with its own digits", "ภาษาไทย ๑๒"],
    ["Chinese", "你好，世界。"],
    ["Japanese with wide spaces and digits", "日本語\u3000テスト １２月"],
    ["Korean", "한국어 텍스트"],
    ["two lines of two directions", "שלום\nhello"],
    ["a family", "👨\u200d👩\u200d👧\u200d👦"],
    ["a skin tone", "👍🏽 ☝🏽"],
    ["a person with a skin tone at work", "👩🏽\u200d💻"],
    ["an emoji of two people", "👩🏽\u200d❤\ufe0f\u200d💋\u200d👨🏿"],
    ["symbols as emoji", "❤\ufe0f ☎\ufe0f ⭐\ufe0f ©\ufe0f"],
    ["keycaps", "1\ufe0f\u20e3#\ufe0f\u20e3"],
    ["flags", "🇩🇪🇫🇷🏳\ufe0f\u200d🌈🏴\u200d☠\ufe0f"],
    ["a flag of a region", "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}"],
  ])("%s", (_name, text) => {
    expect(textWarnings(text)).toEqual([]);
    expect(exactText(drawText(text))).toBe(text);
  });
});

describe("what is not ordinary keeps its badge", () => {
  it.each([
    ["a joiner between letters", "a\u200db", "zero width joiner"],
    ["a joiner between emoji and letter", "👩\u200da", "zero width joiner"],
    ["a joiner before a lone skin tone", "👩\u200d🏽", "zero width joiner"],
    ["more than four joined people", "👩\u200d👩\u200d👩\u200d👩\u200d👩", "zero width joiner"],
    ["a non-joiner between Latin letters", "pay\u200cpal", "zero width non-joiner"],
    ["a second non-joiner", "می\u200c\u200cخ", "zero width non-joiner"],
    ["a non-joiner after Arabic", "می\u200c", "zero width non-joiner"],
    ["a joiner after Hindi without virama", "क\u200dष", "zero width joiner"],
    ["a selector after a letter", "x\ufe0f", "variation selector"],
    ["a repeated selector", "❤\ufe0f\ufe0f", "variation selector"],
    ["the selector for text", "❤\ufe0e", "variation selector"],
    ["a digit as emoji without keycap", "1\ufe0f", "variation selector"],
    ["a keycap without selector", "1\u20e3", "overlaying mark"],
    ["tags of no flag", "🏴\u{e0061}\u{e007f}", "tag character"],
    ["tags after another emoji", "👍\u{e0067}\u{e007f}", "tag character"],
    ["a wide space between Latin letters", "pay\u3000pal", "unusual space"],
    ["a no-break space beside a space", "a \u00a0b", "no-break space"],
    ["a no-break space at the end", "a\u00a0", "no-break space"],
  ])("%s", (_name, text, name) => {
    expect(textWarnings(text).map(({ detail }) => detail)).toEqual([expect.stringContaining(name)]);
  });
});

describe("texts that differ in an invisible character", () => {
  it("never look the same: all texts of up to four of the characters in sequences", () => {
    const alphabet = Array.from("👩💻❤⭐🏽1\u200d\ufe0f\u20e3ی\u200cक\u094d");
    let texts = [""];
    const looks = new Map<string, string>();
    for (let length = 1; length <= 4; length++) {
      texts = texts.flatMap((text) => alphabet.map((character) => text + character));
      for (const text of texts) looks.set(seen(text), text);
    }
    const count = alphabet.length + alphabet.length ** 2 + alphabet.length ** 3 + alphabet.length ** 4;
    expect(looks.size).toBe(count);
  });

  it("spell their sequences in a terminal", () => {
    expect(textOf(drawText("1\ufe0f\u20e3"))).toBe("1⟨U+FE0F variation selector⟩⟨U+20E3 overlaying mark⟩");
  });
});

describe("an odd letter is marked itself", () => {
  it.each([
    ["pаypal", "p|odd а|ypal"],
    ["рaypal", "odd р|aypal"],
    ["раураl", "раура|odd l"],
    ["Pаypаl ok", "P|odd а|yp|odd а|l ok"],
    ["send to АСЕ", "send to |odd АСЕ"],
    ["pа\u0301y", "p|odd а\u0301|y"],
    ["Привет, мир", "Привет, мир"],
  ])("%s", (text, expected) => expect(seen(text)).toBe(expected));
});
