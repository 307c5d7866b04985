/** The newest version of each stream of a tenant. */
export interface StreamVersions {
  /** 0 for a stream that has none yet. */
  get(stream: string): number;
  set(stream: string, version: number): void;
  entries(): Iterable<readonly [stream: string, version: number]>;
}

/** Four of the UUID, one of the aggregate and the version: 24 bytes a slot. */
const WORDS = 6;
const AGGREGATE = 4;
const VERSION = 5;
const MAX_LOAD = 0.75;
const UUID_LENGTH = 36;
const MAX_VERSION = 0xffffffff;

/**
 * Exact, in 32 to 64 bytes a stream whatever its name. A name that is no `<aggregate>/<uuid>`, or a version beyond 32
 * bits, is odd and stands in a map.
 */
export function createStreamVersions(from: Readonly<Record<string, number>> = {}): StreamVersions {
  const aggregates: string[] = [];
  const odd = new Map<string, number>();
  const table = createTable();

  /** Sets the table's key. False when the stream is an odd one. */
  function parse(stream: string): boolean {
    const slash = stream.length - UUID_LENGTH - 1;
    if (slash < 1 || stream[slash] !== '/' || !parseUuid(stream, slash + 1, table.key)) return false;
    const aggregate = stream.slice(0, slash);
    let index = aggregates.indexOf(aggregate);
    if (index < 0) index = aggregates.push(aggregate) - 1;
    table.key[AGGREGATE] = index;
    return true;
  }

  const versions: StreamVersions = {
    get(stream) {
      if (odd.size > 0) {
        const version = odd.get(stream);
        if (version !== undefined) return version;
      }
      return parse(stream) ? table.get() : 0;
    },
    set(stream, version) {
      if (odd.has(stream) || !(version >= 1 && version <= MAX_VERSION) || !parse(stream))
        odd.set(stream, version);
      else table.set(version);
    },
    *entries() {
      for (const slot of table.slots()) {
        const name = `${aggregates[slot[AGGREGATE] ?? 0]}/${uuidOf(slot.subarray(0, AGGREGATE))}`;
        if (!odd.has(name)) yield [name, slot[VERSION] ?? 0];
      }
      yield* odd;
    },
  };
  for (const [stream, version] of Object.entries(from)) versions.set(stream, version);
  return versions;
}

/** A table with open addressing, whose key is the stream's UUID and aggregate themselves. */
function createTable() {
  // Nobody who chooses UUIDs knows where they come to stand.
  const seed = (Math.random() * 2 ** 32) | 0;
  const key = new Uint32Array(WORDS);
  let [capacity, used] = [16, 0];
  let slots = new Uint32Array(capacity * WORDS);

  /** Where the key stands or would stand, in words. A version of 0 is an empty slot. */
  function find(table: Uint32Array, mask: number): number {
    let mixed = seed;
    for (let word = 0; word <= AGGREGATE; word += 1) {
      mixed = Math.imul(mixed ^ (key[word] ?? 0), 0x9e3779b1);
      mixed ^= mixed >>> 15;
    }
    for (let slot = mixed & mask; ; slot = (slot + 1) & mask) {
      const at = slot * WORDS;
      if (table[at + VERSION] === 0 || isKeyAt(table, at)) return at;
    }
  }
  function isKeyAt(table: Uint32Array, at: number): boolean {
    for (let word = 0; word <= AGGREGATE; word += 1) if (table[at + word] !== key[word]) return false;
    return true;
  }
  function grow(): void {
    const wider = new Uint32Array(2 * capacity * WORDS);
    for (let at = 0; at < slots.length; at += WORDS) {
      if (slots[at + VERSION] === 0) continue;
      key.set(slots.subarray(at, at + WORDS));
      wider.set(slots.subarray(at, at + WORDS), find(wider, 2 * capacity - 1));
    }
    slots = wider;
    capacity *= 2;
  }

  return {
    /** What `get` and `set` are about; they leave it as it is, but for `set` of a new one. */
    key,
    /** 0 when there is none. */
    get: (): number => slots[find(slots, capacity - 1) + VERSION] ?? 0,
    set(version: number): void {
      const at = find(slots, capacity - 1);
      if (slots[at + VERSION] === 0) used += 1;
      slots.set(key, at);
      slots[at + VERSION] = version;
      if (used > MAX_LOAD * capacity) grow();
    },
    /** Those that are used, each of `WORDS` words. */
    *slots(): Generator<Uint32Array> {
      for (let at = 0; at < slots.length; at += WORDS)
        if (slots[at + VERSION] !== 0) yield slots.subarray(at, at + WORDS);
    },
  };
}

/** Lower case only, as it is written back. */
function parseUuid(text: string, from: number, words: Uint32Array): boolean {
  let [word, digits, value] = [0, 0, 0];
  for (let index = 0; index < UUID_LENGTH; index += 1) {
    const code = text.charCodeAt(from + index);
    if (index === 8 || index === 13 || index === 18 || index === 23) {
      if (code !== 0x2d) return false;
      continue;
    }
    const isDigit = code >= 0x30 && code <= 0x39;
    if (!isDigit && !(code >= 0x61 && code <= 0x66)) return false;
    value = (value << 4) | (isDigit ? code - 0x30 : code - 0x57);
    digits += 1;
    if (digits % 8 === 0) {
      words[word] = value;
      word += 1;
    }
  }
  return true;
}

function uuidOf(words: Uint32Array): string {
  const hex = Array.from(words, (word) => word.toString(16).padStart(8, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
