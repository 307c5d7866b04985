import { openCheckpoint, readCheckpoint, signCheckpoint, type Checkpoint } from './checkpoint.ts';
import { BadNote, createNoteSigner, createNoteVerifier, generateNoteKey, signNote } from './signed-note.ts';

const old = generateNoteKey('ftm');
const young = generateNoteKey('ftm');
const checkpoint: Checkpoint = {
  origin: 'ftm.example/acme',
  tenantId: 'acme',
  size: 1200,
  root: 'ab'.repeat(32),
  time: '2026-11-24T12:00:00.000Z',
  head: 'cd'.repeat(32),
};
const trust = (...keys: { readonly verifierKey: string }[]) =>
  keys.map((each) => createNoteVerifier(each.verifierKey));
const sign = (...keys: { readonly signerKey: string }[]) =>
  signCheckpoint(
    checkpoint,
    keys.map((each) => createNoteSigner(each.signerKey)),
  );

describe('a signed checkpoint', () => {
  test('says what it was given, to who trusts the key', () => {
    expect(openCheckpoint(sign(old), trust(old))).toMatchObject(checkpoint);
    expect(readCheckpoint(sign(old))).toEqual(checkpoint);
  });

  test('is opened with either key while keys are rotated', () => {
    const note = sign(old, young);
    expect(openCheckpoint(note, trust(old)).signedBy).toHaveLength(1);
    expect(openCheckpoint(note, trust(young)).signedBy).toHaveLength(1);
    expect(openCheckpoint(note, trust(old, young)).signedBy).toHaveLength(2);
  });

  test('is refused when nobody trusted has signed it, naming who did', () => {
    expect(() => openCheckpoint(sign(old), trust(young))).toThrow(/no trusted key has signed it, but ftm\+/);
  });

  test('is refused when any character of it was changed', () => {
    const note = sign(old);
    const text = note.slice(0, note.indexOf('\n\n') + 1);
    for (let index = 0; index < text.length; index += 1) {
      const changed = text[index] === 'x' ? 'y' : 'x';
      const forged = note.slice(0, index) + changed + note.slice(index + 1);
      expect(() => openCheckpoint(forged, trust(old))).toThrow(BadNote);
    }
  });

  test.each([
    ['no signature', 'ftm/acme\n5\n'],
    ['an empty text', ''],
    ['a broken signature line', 'a\n\nnonsense\n'],
  ])('%s is no note', (_, note) => {
    expect(() => readCheckpoint(note)).toThrow(BadNote);
  });

  test.each([
    ['origin', 'acme\n5\nqqo=\n'],
    ['size', 'ftm/acme\n05\nqqo=\n'],
    ['root', 'ftm/acme\n5\nqqo=\n'],
    ['head', `ftm/acme\n5\n${Buffer.alloc(32).toString('base64')}\n`],
  ])('a wrong %s is named', (what, text) => {
    expect(() => readCheckpoint(signNote(text, [createNoteSigner(old.signerKey)]))).toThrow(what);
  });

  test('a key line that is damaged says so, and not what it was', () => {
    const damaged = old.signerKey.slice(0, -4) + 'AAAA';
    expect(() => createNoteSigner(damaged)).toThrow(/^(?!.*PRIVATE\+KEY\+ftm\+).*$/);
    expect(() => createNoteVerifier('ftm+00000000+AAAA')).toThrow(RangeError);
    expect(() => generateNoteKey('two words')).toThrow(RangeError);
  });
});
