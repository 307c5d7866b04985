import { BadNote, openNote, parseNote, signNote, type NoteSigner, type NoteVerifier } from './signed-note.ts';

/** What a signed checkpoint says: a tenant's log had `size` events at `time`, and this is the root of their tree. */
export interface Checkpoint {
  /** `<deployment>/<tenant>`. */
  readonly origin: string;
  readonly tenantId: string;
  readonly size: number;
  /** Hex. */
  readonly root: string;
  /** ISO 8601. */
  readonly time: string;
  /** `ftm_hash` of event `size`: the head of the chain, hex. */
  readonly head: string;
}

/** C2SP tlog-checkpoint: origin, size and root, then two extension lines. */
export function signCheckpoint(checkpoint: Checkpoint, signers: readonly NoteSigner[]): string {
  const { origin, size, root, time, head } = checkpoint;
  const text = `${origin}\n${size}\n${Buffer.from(root, 'hex').toString('base64')}\ntime ${time}\nhead ${head}\n`;
  return signNote(text, signers);
}

/** @throws BadNote when no trusted key has signed it, or it is malformed */
export function openCheckpoint(
  note: string,
  trusted: readonly NoteVerifier[],
): Checkpoint & { readonly signedBy: readonly string[] } {
  const { text, signedBy } = openNote(note, trusted);
  return { ...parseText(text), signedBy };
}

/** What it says, whoever signed it. For those that have no key to check it with. @throws BadNote */
export function readCheckpoint(note: string): Checkpoint {
  return parseText(parseNote(note).text);
}

function parseText(text: string): Checkpoint {
  const [origin = '', sizeText = '', rootText = '', ...extensions] = text.slice(0, -1).split('\n');
  const slash = origin.lastIndexOf('/');
  const root = Buffer.from(rootText, 'base64');
  const extension = (name: string): string =>
    extensions.find((each) => each.startsWith(`${name} `))?.slice(name.length + 1) ?? '';
  const head = extension('head');
  if (slash < 1) throw new BadNote('the origin of a checkpoint is <deployment>/<tenant>');
  if (!/^(0|[1-9]\d{0,15})$/.test(sizeText)) throw new BadNote('the size of a checkpoint is a number');
  if (root.length !== 32) throw new BadNote('the root of a checkpoint has 32 bytes');
  if (!/^[0-9a-f]{64}$/.test(head)) throw new BadNote('the head of a checkpoint has 32 bytes');
  return {
    origin,
    tenantId: origin.slice(slash + 1),
    size: Number(sizeText),
    root: root.toString('hex'),
    time: extension('time'),
    head,
  };
}
