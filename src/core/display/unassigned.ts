// Which code points no character stood at in Unicode 15.0 (2022). A fixed table and not the engine's
// own, so that every browser and every auditor draws the same payload the same way; a character that
// was added since is drawn by its number, which is the safe side of the two.

export interface Range {
  readonly first: number;
  readonly last: number;
}

// Pairs of numbers: how far the next range lies behind the last one, and its length less one. A number
// is written in base 16, lowest digit first, A to P for its last digit and a to p for those before.
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
