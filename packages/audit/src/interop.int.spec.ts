import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { signCheckpoint } from './checkpoint.ts';
import { consistencyProof, hex, inclusionProof, leafHash, treeRoot } from './merkle.ts';
import { createNoteSigner, generateNoteKey } from './signed-note.ts';
import { memoryHashes } from './testing/memory-hashes.ts';

const directory = fileURLToPath(new URL('../go/', import.meta.url));
/** Go, and its modules: from its cache or the network. Where they cannot be had there is nothing to compare with. */
const missing = ((): string | null => {
  const { status, error } = spawnSync('go', ['version']);
  if (error !== undefined || status !== 0) return 'Go is not installed here';
  const build = spawnSync('go', ['build', '-o', '/dev/null', '.'], { cwd: directory, timeout: 120_000 });
  return build.status === 0 ? null : `Go cannot build the check: ${String(build.stderr).slice(0, 200)}`;
})();
// eslint-disable-next-line no-console -- says why a check was not made
if (missing !== null) console.warn(`skipped: ${missing}`);

(missing === null ? test : test.skip)(
  'Go’s tlog and note agree with every root, proof and note',
  async () => {
    const eventHashes = Array.from({ length: 1100 }, (_, index) =>
      createHash('sha256').update(`event ${index}`).digest('hex'),
    );
    const read = memoryHashes(eventHashes.map((each) => leafHash(Buffer.from(each, 'hex'))));
    const sizes = [1, 2, 3, 255, 256, 257, 512, 700, 1024, 1099, 1100];
    const first = generateNoteKey('ftm-audit');
    const second = generateNoteKey('ftm-audit');
    const strangers = generateNoteKey('ftm-audit');
    const roots: Record<string, string> = {};
    const inclusion: object[] = [];
    const consistency: object[] = [];
    const notes: string[] = [];
    for (const size of sizes) {
      const root = hex(await treeRoot(size, read));
      roots[String(size)] = root;
      for (const index of new Set([0, size >> 1, size - 1]))
        inclusion.push({ index, size, proof: (await inclusionProof(index, size, read)).map(hex) });
      for (const older of sizes.filter((each) => each <= size))
        consistency.push({ older, size, proof: (await consistencyProof(older, size, read)).map(hex) });
      notes.push(note(size, root, first, second));
    }
    function note(size: number, root: string, ...keys: readonly { readonly signerKey: string }[]): string {
      return signCheckpoint(
        {
          origin: 'ftm/acme',
          tenantId: 'acme',
          size,
          root,
          time: '2026-11-24T12:00:00.000Z',
          head: eventHashes[size - 1] ?? '',
        },
        keys.map((each) => createNoteSigner(each.signerKey)),
      );
    }
    const told = execFileSync('go', ['run', '.'], {
      cwd: directory,
      encoding: 'utf8',
      input: JSON.stringify({
        keys: [first.verifierKey, second.verifierKey],
        leaves: eventHashes,
        roots,
        inclusion,
        consistency,
        notes,
        forged: [(notes[3] ?? '').replace('\n255\n', '\n254\n'), note(1, roots['1'] ?? '', strangers)],
      }),
    });
    expect(told).toBe(
      `${sizes.length} roots, ${inclusion.length} inclusion proofs, ${consistency.length} consistency proofs, ${notes.length} notes, 2 forged notes\n`,
    );
  },
  180_000,
);
