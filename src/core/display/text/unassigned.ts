// The code points without a character in Unicode 15.0 (2022). A fixed table instead of the engine's own, so that
// every browser and every auditor shows a payload in the same way. Characters added since are shown by their
// number, which is the safe choice.

export interface Range {
  readonly first: number;
  readonly last: number;
}

// Pairs of numbers: the gap before the next range, and the range's length less one. A number is in base 26, highest
// digit first, with a to z for its last digit and A to Z for the others.
const TABLE =
  "BIebgdhabauaPhaBmbBybdaCdhBbdgkKkaCibDxnChbBxbpaBcbbaleBfacfJcaibcbwahabcebjbcbehbdcafbzbdagdcbwahacacacbbaf" +
  "dcbdcbgeabgrjdajadawahacafbkadadbboebmghadaibcbwahacafbjbcbdgddcafbsjcagcdaeccabaccccdcmdfcdaebbfbnvenadaxaq" +
  "bjadaegcadbbbebkgwadaxakafbjadaegcfcaebkadlnadaBzadagdqbBaadascyajabbhcbdgabaifkbdlCgdBdBkcabafayabaxbfabaha" +
  "kbeBfCuaBkdBnaBkapanBkHqabebbOnaebhabaebBpaebBhaebhabaebpaCfaebCpbBgcBafDibgbZtcDlgwiyiulnadaclDqbkfkfBafDlg" +
  "BreCsjBfamdmdbcBqbfkBsdBaflcCkbCnaBdblfkfobBfBwCzcBvaEmhCicpcCigBrblhBreUobgbBmbgbiabababaBfbCbapaobgatbdaja" +
  "DxambBbancBhoBhoFkdZnyluCRsbBgaNleBtabebbCegcnyihahahahahahahahaEwBhBaaDllIgzmdCmaDibDzeBraDqaDglBvaBRIrcCdi" +
  "NktHchHvecabafxChckfCehCshmfEmkBecDaaldBhaCdiobkbDzxBcjgbgbgihahaCidEwbkfQNslxdBxdNBabEcBlhlfeBaafabacacaEvp" +
  "RdbCcgbBfBqfBzataedfaFfbbaHicgbgbgbdchahjfbmaBaatacapboBhEteddBtcDkancbBuBuEzBdcBxoBcdBkiBeeBreBeaBldoBpGcbk" +
  "fBkdBkdBohCakmapahacalapahacCoLziwjixgaBqajCqgbbaBsaccbbxaCuhjBvtaceBhcBbebClCedubByaceiadaBdbddkgjgCmBfBndm" +
  "iCccBdbBbeBagelhDbCvCcBzmBzgBuhkLhBfaBqadbcCwBrhBqvBaBlBctxiDadBkiCqjbbzgkfCbashBniDsauksaBvCjhabaeapalfChek" +
  "feaibcbwahacafakbcbdbbfbehbhcfFiDoafBdCuhkGjCcbBmBhCrkkfnsCgfkCbBbbpdxHcCiDvDflibbbiacaBeacbmikCribBublBaCuh" +
  "DfmCvgkJljaBtaojBdcBgbwaoCuhacaBscbacajhkfgacaBlacaggkLxzgraBpcBcDhboBymBJnDxEhafkHoDXjDvmBQsFYfWlMUaVxgBfak" +
  "dDdakfBebgjCsjkahavetBAlDnDwCxdCfgrClfkcnJCahBVqBpjNFqeahacaLfobBcdbbnehPgDKtEdencjgkbiGYtBubxiEmChJmjBnbHmu" +
  "CsErululDjizFeDhaCtacbbbcbeamabahaCnaebiahaBcaeafabchaNcbLgbBBaofapBQlBffgIeharbhacafeCkBgbEhBtcobkdcMhBfqCg" +
  "ebRvBqBCnhaeacapaHpbqBoCydkdcBEeCqCxCjHleaBbacabbbakaeababfbdbababadacabbbababababacabbeahaeaeabakaredafarBz" +
  "cKjBsdDwlpbpapaBljGsCdBdmBsdjgcngFxBLwdrcncEpdDrfmdbomdCehkfBohBebcCzNclobncjgBuahhodjgjgFraCdBkkBNpCLFcBfGD" +
  "ufIobINqnLBlEPiUwCFxHHzeGFgBOMXkbBdDsExJgDSFnDSYobDSYob";

/** The range of a sorted list that holds this code point. */
export function rangeOf<Some extends Range>(ranges: readonly Some[], codePoint: number): Some | undefined {
  let low = 0;
  let high = ranges.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const range = ranges[middle];
    if (range === undefined) return undefined;
    if (codePoint < range.first) high = middle - 1;
    else if (codePoint > range.last) low = middle + 1;
    else return range;
  }
  return undefined;
}

function readTable(table: string): readonly Range[] {
  const ranges: Range[] = [];
  let first: number | undefined;
  let next = 0;
  let number = 0;
  for (const digit of table) {
    number = number * 26 + Number.parseInt(digit, 36) - 10;
    if (digit < "a") continue;
    next += number;
    number = 0;
    if (first === undefined) first = next;
    else {
      ranges.push({ first, last: next });
      first = undefined;
      next += 1;
    }
  }
  return ranges;
}

const UNASSIGNED = readTable(TABLE);

export function isUnassigned(codePoint: number): boolean {
  return rangeOf(UNASSIGNED, codePoint) !== undefined;
}
