import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  sign as signBytes,
  verify as verifyBytes,
  type KeyObject,
} from 'node:crypto';

/** C2SP signed-note, Ed25519 (algorithm 1). */
export interface NoteSigner {
  readonly name: string;
  readonly keyId: string;
  /** `name+id+key`, as verifiers are told of it. */
  readonly verifierKey: string;
  sign(text: string): Buffer;
}

export interface NoteVerifier {
  readonly name: string;
  readonly keyId: string;
  verify(text: string, signature: Uint8Array): boolean;
}

export interface SignedNote {
  /** Ends with a newline. */
  readonly text: string;
  readonly signatures: readonly {
    readonly name: string;
    readonly keyId: string;
    readonly signature: Buffer;
  }[];
}

/** A note that is malformed, or that no trusted key has signed, or that a trusted key has signed wrongly. */
export class BadNote extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'BadNote';
  }
}

const ED25519 = 1;
const NAME = /^[^\s+]+$/u;
// DER around the 32 bytes of an Ed25519 key (RFC 8410).
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');

/** A new key. @returns `PRIVATE+KEY+name+id+seed` and `name+id+key` */
export function generateNoteKey(name: string): { readonly signerKey: string; readonly verifierKey: string } {
  if (!NAME.test(name)) throw new RangeError('a key name has no white space and no plus');
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(PKCS8.length);
  const point = publicKey.export({ format: 'der', type: 'spki' }).subarray(SPKI.length);
  const id = idOf(name, point);
  return {
    signerKey: `PRIVATE+KEY+${name}+${id}+${encodeKey(seed)}`,
    verifierKey: `${name}+${id}+${encodeKey(point)}`,
  };
}

/** @throws RangeError that says what is wrong, never with the key in it */
export function createNoteSigner(signerKey: string): NoteSigner {
  const parts = /^PRIVATE\+KEY\+([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/u.exec(signerKey.trim());
  const [, name = '', id = '', encoded = ''] = parts ?? [];
  const seed = decodeKey(encoded);
  if (parts === null || seed === null) throw new RangeError('not a key line: PRIVATE+KEY+<name>+<id>+<key>');
  const key = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
  const point = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(SPKI.length);
  if (idOf(name, point) !== id) throw new RangeError(`the id of key ${name} does not fit the key`);
  return {
    name,
    keyId: id,
    verifierKey: `${name}+${id}+${encodeKey(point)}`,
    sign: (text) => signBytes(null, Buffer.from(text, 'utf8'), key),
  };
}

/** @throws RangeError for what is no `name+id+key` of Ed25519 */
export function createNoteVerifier(verifierKey: string): NoteVerifier {
  const parts = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/u.exec(verifierKey.trim());
  const [, name = '', id = '', encoded = ''] = parts ?? [];
  const point = decodeKey(encoded);
  if (parts === null || point === null) throw new RangeError('not a public key: <name>+<id>+<key>');
  if (idOf(name, point) !== id) throw new RangeError(`the id of key ${name} does not fit the key`);
  const key: KeyObject = createPublicKey({ key: Buffer.concat([SPKI, point]), format: 'der', type: 'spki' });
  return {
    name,
    keyId: id,
    verify: (text, signature) => verifyBytes(null, Buffer.from(text, 'utf8'), key, signature),
  };
}

/** The text with a signature line of every signer. @param text ends with a newline */
export function signNote(text: string, signers: readonly NoteSigner[]): string {
  if (!text.endsWith('\n')) throw new RangeError('the text of a note ends with a newline');
  const lines = signers.map(
    (each) =>
      `\u2014 ${each.name} ${Buffer.concat([Buffer.from(each.keyId, 'hex'), each.sign(text)]).toString('base64')}\n`,
  );
  return `${text}\n${lines.join('')}`;
}

/** Takes a note apart, without a look at its signatures. @throws BadNote */
export function parseNote(note: string): SignedNote {
  const end = note.lastIndexOf('\n\n');
  if (end === -1 || !note.endsWith('\n'))
    throw new BadNote('no signatures: a note is a text, an empty line, signatures');
  const text = note.slice(0, end + 1);
  const lines = note.slice(end + 2, -1).split('\n');
  const signatures = lines.map((line) => {
    const [, name = '', encoded = ''] = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/]+=*)$/u.exec(line) ?? [];
    const bytes = Buffer.from(encoded, 'base64');
    if (name === '' || bytes.length < 5) throw new BadNote('a signature line is malformed');
    return { name, keyId: bytes.subarray(0, 4).toString('hex'), signature: bytes.subarray(4) };
  });
  return { text, signatures };
}

/**
 * The text of a note that a trusted key has signed.
 * @returns also the ids of the trusted keys that signed it
 * @throws BadNote
 */
export function openNote(
  note: string,
  trusted: readonly NoteVerifier[],
): { readonly text: string; readonly signedBy: readonly string[] } {
  const { text, signatures } = parseNote(note);
  const signedBy: string[] = [];
  for (const { name, keyId, signature } of signatures) {
    const verifier = trusted.find((each) => each.name === name && each.keyId === keyId);
    if (verifier === undefined) continue;
    if (!verifier.verify(text, signature))
      throw new BadNote(`the signature of key ${name}+${keyId} does not fit the text`);
    signedBy.push(`${name}+${keyId}`);
  }
  if (signedBy.length === 0)
    throw new BadNote(
      `no trusted key has signed it, but ${signatures.map((each) => `${each.name}+${each.keyId}`).join(', ')}`,
    );
  return { text, signedBy };
}

function idOf(name: string, point: Uint8Array): string {
  const input = Buffer.concat([Buffer.from(`${name}\n`, 'utf8'), Buffer.from([ED25519]), point]);
  return hash('sha256', input, 'hex').slice(0, 8);
}

function encodeKey(bytes: Uint8Array): string {
  return Buffer.concat([Buffer.from([ED25519]), bytes]).toString('base64');
}

function decodeKey(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === 33 && bytes[0] === ED25519 ? bytes.subarray(1) : null;
}
