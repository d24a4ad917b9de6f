import { equalBytes, owned, type Bytes } from "../encoding/bytes.ts";
import { HASH_BYTES, sha256 } from "../encoding/hash.ts";
import { accept, refuse, type Result } from "../refusal.ts";

// The Merkle tree of RFC 6962, with proofs checked as in RFC 9162. Sizes and indices go up to 2^53 - 1, so numbers
// are halved by division: JavaScript's shift operators keep only 32 bits.

/** A tree of 2^63 leaves has 63 levels; C2SP's formats allow no longer proof. */
export const PATH_MAX_HASHES = 63;

// Different first bytes, so that a leaf can never be taken for a node, or a node for a leaf.
const LEAF_PREFIX = Uint8Array.of(0x00);
const NODE_PREFIX = Uint8Array.of(0x01);

/** The root of a tree without leaves. */
export const EMPTY_ROOT: Bytes = sha256();

export function leafHash(entry: Uint8Array): Bytes {
  return sha256(LEAF_PREFIX, entry);
}

export function nodeHash(left: Uint8Array, right: Uint8Array): Bytes {
  return sha256(NODE_PREFIX, left, right);
}

/** The root by its definition, for a whole tree in memory. */
export function treeRoot(leafHashes: readonly Uint8Array[]): Bytes {
  return leafHashes.length === 0 ? sha256() : rootOfSlice(leafHashes, 0, leafHashes.length);
}

function rootOfSlice(hashes: readonly Uint8Array[], from: number, to: number): Bytes {
  const first = hashes[from];
  if (first === undefined) throw new RangeError("a slice of leaves is empty");
  if (to - from === 1) return owned(first);
  const middle = from + largestPowerBelow(to - from);
  return nodeHash(rootOfSlice(hashes, from, middle), rootOfSlice(hashes, middle, to));
}

/** The largest power of two below this count, which must be above one: where RFC 6962 splits a tree. */
export function largestPowerBelow(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}

/** Whether a number can be the size of a tree or the index of a leaf. */
export function isTreeSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

interface InclusionClaim {
  /** The leaf hash, not the entry. */
  readonly leaf: Uint8Array;
  readonly index: number;
  readonly size: number;
  /** From the leaf's sibling to the root's child. */
  readonly path: readonly Uint8Array[];
  readonly root: Uint8Array;
}

/** RFC 9162, 2.1.3.2. */
export function verifyInclusion(claim: InclusionClaim): Result<void> {
  const { index, size, path } = claim;
  const mismatch = (detail: string): Result<void> => refuse("inclusion_mismatch", detail);
  if (!isTreeSize(size) || !isTreeSize(index) || index >= size) {
    return mismatch("the index is not inside the tree");
  }
  if (path.length > PATH_MAX_HASHES) return mismatch(`the path has more than ${PATH_MAX_HASHES} hashes`);
  if (![claim.leaf, claim.root, ...path].every(isHash)) return mismatch("a hash is not 32 bytes long");

  let hash = owned(claim.leaf);
  let position = index;
  let last = size - 1;
  for (const sibling of path) {
    if (last === 0) return mismatch("the path is too long for this tree");
    if (isOdd(position) || position === last) {
      hash = nodeHash(sibling, hash);
      // A last node without a right sibling moves up unchanged, through every level where it has none.
      while (!isOdd(position) && position !== 0) {
        position = half(position);
        last = half(last);
      }
    } else {
      hash = nodeHash(hash, sibling);
    }
    position = half(position);
    last = half(last);
  }
  if (last !== 0) return mismatch("the path is too short for this tree");
  if (!equalBytes(hash, claim.root)) return mismatch("the path does not lead to this root");
  return accept(undefined);
}

interface ConsistencyClaim {
  readonly oldSize: number;
  readonly oldRoot: Uint8Array;
  readonly newSize: number;
  readonly newRoot: Uint8Array;
  readonly path: readonly Uint8Array[];
}

/** RFC 9162, 2.1.4.2, and for the empty tree, which RFC 9162 leaves out, the rules of C2SP's witnesses. */
export function verifyConsistency(claim: ConsistencyClaim): Result<void> {
  const { oldSize, oldRoot, newSize, newRoot, path } = claim;
  const mismatch = (detail: string): Result<void> => refuse("consistency_mismatch", detail);
  if (!isTreeSize(oldSize) || !isTreeSize(newSize)) return mismatch("a size is not a whole number");
  if (oldSize > newSize) return mismatch("the old tree is larger than the new one");
  if (path.length > PATH_MAX_HASHES) return mismatch(`the path has more than ${PATH_MAX_HASHES} hashes`);
  if (![oldRoot, newRoot, ...path].every(isHash)) return mismatch("a hash is not 32 bytes long");
  if (newSize === 0 && !equalBytes(newRoot, EMPTY_ROOT)) return mismatch("the empty tree has another root");

  if (oldSize === 0 || oldSize === newSize) {
    if (path.length !== 0) return mismatch("there is nothing to prove, but the path is not empty");
    return equalBytes(oldRoot, oldSize === 0 ? EMPTY_ROOT : newRoot)
      ? accept(undefined)
      : mismatch("two different roots for one size");
  }
  return climbFromOldToNew(claim);
}

function climbFromOldToNew({ oldSize, oldRoot, newSize, newRoot, path }: ConsistencyClaim): Result<void> {
  let position = oldSize - 1;
  let last = newSize - 1;
  while (isOdd(position)) {
    position = half(position);
    last = half(last);
  }
  // If the old tree is complete, its root is a node of the new one. The verifier knows it, so the path omits it.
  const [first, ...rest] = position === 0 ? [oldRoot, ...path] : path;
  if (first === undefined) return refuse("consistency_mismatch", "the path is empty");

  let oldHash = owned(first);
  let newHash = owned(first);
  for (const hash of rest) {
    if (last === 0) return refuse("consistency_mismatch", "the path is too long for these trees");
    if (isOdd(position) || position === last) {
      oldHash = nodeHash(hash, oldHash);
      newHash = nodeHash(hash, newHash);
      while (!isOdd(position) && position !== 0) {
        position = half(position);
        last = half(last);
      }
    } else {
      newHash = nodeHash(newHash, hash);
    }
    position = half(position);
    last = half(last);
  }
  if (last !== 0) return refuse("consistency_mismatch", "the path is too short for these trees");
  if (!equalBytes(oldHash, oldRoot))
    return refuse("consistency_mismatch", "the path does not lead to the old root");
  if (!equalBytes(newHash, newRoot))
    return refuse("consistency_mismatch", "the path does not lead to the new root");
  return accept(undefined);
}

/** A complete subtree of 2^level leaves, which never changes; its first leaf is index * 2^level. */
interface TreeNode {
  readonly level: number;
  readonly index: number;
  readonly hash: Bytes;
}

/** The roots of a tree's complete subtrees, largest first, which is all that appending needs. */
export interface Frontier {
  readonly size: number;
  readonly hashes: readonly Bytes[];
}

/** The next frontier and the nodes that the new leaf completes, starting with the leaf itself. */
export function appendLeaf(
  frontier: Frontier,
  leaf: Bytes,
): { readonly frontier: Frontier; readonly completed: readonly TreeNode[] } {
  const hashes = [...frontier.hashes];
  const completed: TreeNode[] = [{ level: 0, index: frontier.size, hash: leaf }];
  let hash = leaf;
  let index = frontier.size;
  for (let level = 1; isOdd(index); level++) {
    const left = hashes.pop();
    if (left === undefined) throw new RangeError("a frontier has one hash for each set bit of its size");
    hash = nodeHash(left, hash);
    index = half(index);
    completed.push({ level, index, hash });
  }
  hashes.push(hash);
  return { frontier: { size: frontier.size + 1, hashes }, completed };
}

export function frontierRoot(frontier: Frontier): Bytes {
  return rootOfSubtrees(frontier.hashes);
}

/** Joins the roots of neighbouring complete subtrees, largest first. */
export function rootOfSubtrees(hashes: readonly Bytes[]): Bytes {
  let root: Bytes | undefined;
  for (const hash of hashes.toReversed()) root = root === undefined ? hash : nodeHash(hash, root);
  return root ?? sha256();
}

function isHash(bytes: Uint8Array): boolean {
  return bytes.length === HASH_BYTES;
}

function isOdd(value: number): boolean {
  return value % 2 === 1;
}

function half(value: number): number {
  return Math.floor(value / 2);
}
