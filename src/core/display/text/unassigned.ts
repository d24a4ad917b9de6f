// The code points without a character in Unicode 15.0 (2022). A fixed table instead of the engine's own, so that
// every browser and every auditor shows a payload in the same way. Characters added since are shown by their
// number, which is the safe choice.

export interface Range {
  readonly first: number;
  readonly last: number;
}

// Pairs of numbers: the gap before the next range, and the range's length less one. A number is in base 16, lowest
// digit first, with A to P for its last digit and a to p for the others.
const TABLE =
  "ihDBGDHABAeBAniBAgCBcDBDAhDHlBDGKoaBAmDBfGNlDBbDBPAmBBBALEpBACFmOAIBCBgBAHABCEBJBCBEHBDCAFBjBBDAGDCB" +
  "gBAHACACACBBAFDCBDCBGEABGbBJDAJADAgBAHACAFBKADADBBOEBMGHADAIBCBgBAHACAFBJBCBDGDDCAFBcBJCAGCDAECCABAC" +
  "CCCDCMDFCDAEBBFBNfBENADAhBAaBBJADAEGCADBBBEBKGgBADAhBAKAFBJADAEGCFCAEBKADLNADAdDADAGDaBBkBADAcBCiBAJ" +
  "ABBHCBDGABAIFKBDLkDDnBeCCABAFAiBABAhBBFABAHAKBEpBiEAeCDhCAeCAPANeCgMABEBBjhBAEBHABAEBjCAEBbCAEBHABAE" +
  "BPAjDAEBdEBaCCkBFgFBGBnjCCjFGgBIiBIeBLNADACLoFBKFKFkBFjFGlCEgEJpBAMDMDBCkCBFKmCDkBFLCoDBbEAnBBLFKFOB" +
  "pBaDnECpCAeHHmDCPCmDGlCBLHlCEgbCBGBgCBGBIABABABApBBfDAPAOBGAdBBDAJAfGAMBlBANCbCObCOmIDhjCiBLeBebHBaC" +
  "AnfBEnCABEBBiDGCNiBIHAHAHAHAHAHAHAHAoHbCkBAjFLgNjBMDaEAgFBhGElCAoFAeFLpCAngcHChDImfBdBiLHlMECABAFhBl" +
  "DCKFiDHgEHMFeHKoBCoEALDbCAhDIOBKBhGhBmBJGBGBGIHAHAmDDoHBKFeklCLhBDbDDogcCBkGfCHLFEkBAFABACACAnHPnlBB" +
  "gDGBpBkCFdDAdBAEDFAhIBBAoLCGBGBGBDCHAHJFBMAkBAdBACAPBObClHEDDnCCiFANCBoCoCbInBCbDOmBDeCIoBElCEoBAfCD" +
  "OjCoJBKFeCDeCDiCHeDKMAPAHACALAPAHACcEhdBIgBJIhBGAkCAJeEGBBAmCACCBBhBAiEHJpCdBACEbCClBEBpDiDDeBBcDACE" +
  "IADAnBBDDKGJGaEpBhCDMIgDCnBBlBEkBGELHpEjEgDdDMdDGoCHKfcBpBAkCADBCkElCHkCfBkBfCmBdBhBIoEDeCIeEJBBjBGK" +
  "FfDAcBHhCIaGAeBKcBApCnDHABAEAPALFlDEKFEAIBCBgBAHACAFAKBCBDBBFBEHBHCFkImFAFnBiEHKfKgDBgCbCfEKKFNcBkDF" +
  "KfDlBBPDhBiLmDdGdFLIBBBIACAoBACBMIKfEIBoCBLkBiEHdFMjEGKfPJAnCAOJnBCaCBgBAOiEHACAmCCBACAJHKFGACAfCACA" +
  "GGKfdBjBGbBAjCCmBfFBOcDMljDfGpGAFKeMleKdGMgfEjkPheCilbCjdCGpBAKDbFAKFoBBGJgEJKAHAfBEdBpkClFeGlEDjDGb" +
  "BpDFKCNiphBHgnEjCJgocCEAHACAdcBOBmBDBBNEHmiBdaJlGENCJGKBIlfcBoCBhBIeHlDgPJhCBcMeBgEjHeBLeBLhFIjBgIfF" +
  "AhEACBBBCBEAMABAHAbEAEBIAHAmBAEAFABCHAefBBecBBolCOFAPpeEpBFGeNHAbBBHACAFEoDaCBpGnCCOBKDCpdBpBaBkDEBp" +
  "mBkCfoCHAEACAPAfMBaBiCmEDKDCabDeElEnDbMEAlBACABBBAKAEABABFBDBABABADACABBBABABABABACABBEAHAEAEABAKAbB" +
  "EDAFAbBdDCnaBmCDeGLPBPAPAfCJoKhDnBMmCDJGCNGjJinDDbBCNChHDpFFMDBOMDiDHKFiCHoBBCnEefBLOBNCJGoCAHHODJGJ" +
  "GdJAhDeCKfaEaogKpBkdaBFoNBcigBNbdnBobMobCboFledBEagaBafmnKBnBaGpHaPpaoPoppPBoppPB";

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
  let shift = 0;
  for (let index = 0; index < table.length; index++) {
    const letter = table.charCodeAt(index) - 1;
    number += (letter & 15) << shift;
    shift += 4;
    if ((letter & 32) !== 0) continue;
    next += number;
    if (first === undefined) first = next;
    else {
      ranges.push({ first, last: next });
      first = undefined;
      next += 1;
    }
    number = 0;
    shift = 0;
  }
  return ranges;
}

const UNASSIGNED = readTable(TABLE);

export function isUnassigned(codePoint: number): boolean {
  return rangeOf(UNASSIGNED, codePoint) !== undefined;
}
