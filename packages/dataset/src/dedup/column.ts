/** Numbers of a segment: 256 or 512 KiB, so that growing copies nothing and wastes little. */
const SEGMENT = 65_536;

/** A number for each row, in memory: of 32 bits, or a double. */
export interface Column {
  readonly length: number;
  readonly bytes: number;
  push(value: number): void;
  get(row: number): number;
  set(row: number, value: number): void;
}

export function createColumn(Numbers: typeof Uint32Array | typeof Float64Array = Uint32Array): Column {
  const segments: (Uint32Array | Float64Array)[] = [];
  let length = 0;
  return {
    get length() {
      return length;
    },
    get bytes() {
      return segments.length * SEGMENT * Numbers.BYTES_PER_ELEMENT;
    },
    push(value) {
      const within = length % SEGMENT;
      if (within === 0) segments.push(new Numbers(SEGMENT));
      const last = segments[segments.length - 1];
      if (last !== undefined) last[within] = value;
      length += 1;
    },
    get: (row) => segments[(row / SEGMENT) | 0]?.[row % SEGMENT] ?? 0,
    set(row, value) {
      const segment = segments[(row / SEGMENT) | 0];
      if (segment === undefined || row >= length) throw new RangeError(`there is no row ${row}`);
      segment[row % SEGMENT] = value;
    },
  };
}
