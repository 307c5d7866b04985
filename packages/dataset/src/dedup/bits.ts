/** A set of numbers below `size`, a bit each. */
export interface Bits {
  readonly bytes: number;
  has(at: number): boolean;
  add(at: number): void;
  delete(at: number): void;
}

export function createBits(size: number): Bits {
  const bytes = new Uint8Array(Math.ceil(size / 8));
  return {
    bytes: bytes.byteLength,
    has: (at) => ((bytes[at >>> 3] ?? 0) & (1 << (at & 7))) !== 0,
    add: (at) => void (bytes[at >>> 3] = (bytes[at >>> 3] ?? 0) | (1 << (at & 7))),
    delete: (at) => void (bytes[at >>> 3] = (bytes[at >>> 3] ?? 0) & ~(1 << (at & 7))),
  };
}
