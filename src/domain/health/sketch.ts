/**
 * How many different people were seen, without knowing one of them: HyperLogLog over 1,024 registers, about 3 % of standard error; small counts by how many registers are
 * still empty. Adding somebody again changes nothing, so that a replay doubles nobody.
 */
export const REGISTERS = 1024;
const INDEX_BITS = 10;
/** 2^-rank, of all ranks that there are. */
const SHARES = Float64Array.from({ length: 34 }, (_, rank) => 2 ** -rank);
const ALPHA = 0.7213 / (1 + 1.079 / REGISTERS);

/** Adds people by their hashes, of 8 evenly spread bytes at least; answers whether the sketch changed. */
export function addToSketch(registers: Uint8Array, hashes: Iterable<Uint8Array>): boolean {
  let changed = false;
  for (const hash of hashes) {
    const view = new DataView(hash.buffer, hash.byteOffset, hash.byteLength);
    const index = view.getUint16(0) >>> (16 - INDEX_BITS);
    const rank = Math.clz32(view.getUint32(2)) + 1;
    if (rank > (registers[index] ?? 0)) {
      registers[index] = rank;
      changed = true;
    }
  }
  return changed;
}

/** The number of different people that were added, rounded. */
export function sizeOfSketch(registers: Uint8Array): number {
  let sum = 0;
  let empty = 0;
  for (const rank of registers) {
    sum += SHARES[rank] ?? 2 ** -rank;
    if (rank === 0) empty += 1;
  }
  const raw = (ALPHA * REGISTERS * REGISTERS) / sum;
  return Math.round(raw <= 2.5 * REGISTERS && empty > 0 ? REGISTERS * Math.log(REGISTERS / empty) : raw);
}
